"""The commands that a project adds to ours, loaded when they are called."""

from collections.abc import Mapping
from typing import Any

import typer

from baton.cli.terminal.light import Command, Context, LightGroup
from baton.cli.terminal.output import note
from baton.config.project import project
from baton.errors import BadSetting

PANEL = "Of this project"


class ProjectGroup(LightGroup):
    """The group of Baton's commands, followed by those that the project's file names."""

    def list_commands(self, ctx: Context) -> list[str]:
        """See TyperGroup. Where the project's file cannot be used, print why and list Baton's commands alone."""
        ours = super().list_commands(ctx)
        try:
            return [*ours, *project_commands(self.commands)]
        except BadSetting as error:
            note(f"error: {error}")
            return ours

    def get_command(self, ctx: Context, cmd_name: str) -> Command | None:
        """See TyperGroup.

        Raises:
            BadSetting: it is not one of Baton's, and the project's file or the command that it names cannot be used.
        """
        ours: Command | None = super().get_command(ctx, cmd_name)
        if ours is not None:
            return ours
        reference = project_commands(self.commands).get(cmd_name)
        return None if reference is None else build_command(cmd_name, reference)

    def get_listed_command(self, ctx: Context, name: str) -> Command | None:
        """See LightGroup. Where the command cannot be loaded, print why and leave it out."""
        try:
            return self.get_command(ctx, name)
        except BadSetting as error:
            note(f"error: {error}")
            return None


def project_commands(ours: Mapping[str, Any]) -> Mapping[str, str]:
    """Return the project's commands as `module:attribute`, by name.

    Raises:
        BadSetting: the file cannot be used, or a command has the name of one of Baton's.
    """
    commands = project().commands
    if clash := sorted(commands.keys() & ours.keys()):
        raise BadSetting(f"{project().file}: commands.{clash[0]} is the name of a command of baton's; choose another")
    return commands


def build_command(name: str, reference: str) -> Command:
    """Return a function as a command, or a Typer application as a group of commands.

    Raises:
        BadSetting: it cannot be loaded, or is neither.
    """
    target = project().load(f"commands.{name}", reference)
    outer = typer.Typer(add_completion=False)
    if isinstance(target, typer.Typer) and (len(target.registered_commands) > 1 or target.registered_callback):
        outer.add_typer(target, name=name, rich_help_panel=PANEL)
    elif isinstance(target, typer.Typer) and target.registered_commands:
        [only] = target.registered_commands
        outer.command(name, cls=only.cls, rich_help_panel=PANEL)(only.callback or target)
    elif callable(target) and not isinstance(target, typer.Typer):
        outer.command(name, rich_help_panel=PANEL)(target)
    else:
        raise BadSetting(
            f"{project().file}: commands.{name} names {reference}, which is no command: a function or a typer.Typer"
        )
    command: Command = typer.main.get_group(outer).commands[name]
    return command
