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
    """Our commands, then those that the project's file names."""

    def list_commands(self, ctx: Context) -> list[str]:
        """See TyperGroup; without those of the project where its file cannot be used, which is told."""
        ours = super().list_commands(ctx)
        try:
            return [*ours, *project_commands(self.commands)]
        except BadSetting as error:
            note(f"error: {error}")
            return ours

    def get_command(self, ctx: Context, cmd_name: str) -> Command | None:
        """See TyperGroup.

        Raises:
            BadSetting: it is none of ours, and the project's file or what it names cannot be used.
        """
        ours: Command | None = super().get_command(ctx, cmd_name)
        if ours is not None:
            return ours
        named = project_commands(self.commands).get(cmd_name)
        return None if named is None else made_command(cmd_name, named)

    def listed(self, ctx: Context, name: str) -> Command | None:
        """See LightGroup; one that cannot be loaded is told and left out."""
        try:
            return self.get_command(ctx, name)
        except BadSetting as error:
            note(f"error: {error}")
            return None


def project_commands(ours: Mapping[str, Any]) -> Mapping[str, str]:
    """The project's further commands as `module:attribute` by name.

    Raises:
        BadSetting: the file cannot be used, or one is called as one of ours.
    """
    found = project().commands
    if clash := sorted(found.keys() & ours.keys()):
        raise BadSetting(f"{project().file}: commands.{clash[0]} is the name of a command of baton's; choose another")
    return found


def made_command(name: str, named: str) -> Command:
    """A function as a command, or a Typer application as a group of them.

    Raises:
        BadSetting: it cannot be loaded, or is neither.
    """
    found = project().load(f"commands.{name}", named)
    outer = typer.Typer(add_completion=False)
    if isinstance(found, typer.Typer) and (len(found.registered_commands) > 1 or found.registered_callback):
        outer.add_typer(found, name=name, rich_help_panel=PANEL)
    elif isinstance(found, typer.Typer) and found.registered_commands:
        [only] = found.registered_commands
        outer.command(name, cls=only.cls, rich_help_panel=PANEL)(only.callback or found)
    elif callable(found) and not isinstance(found, typer.Typer):
        outer.command(name, rich_help_panel=PANEL)(found)
    else:
        raise BadSetting(
            f"{project().file}: commands.{name} names {named}, which is no command: a function or a typer.Typer"
        )
    made: Command = typer.main.get_group(outer).commands[name]
    return made
