"""Commands that start at once.

Typer checks every parameter with pydantic, whose import costs more than all that a looking command does. Words and
whole numbers need no such check.
"""

from typing import Any

import typer
from typer._click.core import Command, Context, Parameter
from typer._click.exceptions import ClickException, NoArgsIsHelpError
from typer._click.formatting import HelpFormatter
from typer.core import TyperCommand, TyperGroup

__all__ = ["ClickException", "Command", "Context", "LightCommand", "LightGroup", "NoArgsIsHelpError", "Parameter"]
"""With what Typer keeps for itself: nothing else takes it from there."""


class Plain:
    """Takes a parameter as it was typed; a whole number is read as one."""

    def coerce(self, value: Any, *, param: Any, ctx: Context) -> Any:
        """The parameter's value; what is not given stays None."""
        if value is None or param.type_descriptor.annotation is not int:
            return value
        try:
            return int(value)
        except ValueError:
            raise typer.BadParameter(f"{value!r} is not a whole number.", ctx=ctx, param=param) from None


class LightCommand(TyperCommand):
    """A command with words, flags and whole numbers only."""

    def get_params(self, ctx: Context) -> list[Parameter]:
        """See TyperCommand."""
        return _plain(super().get_params(ctx))


class LightGroup(TyperGroup):
    """A group whose own parameters are flags only; its help needs no Markdown parser, which Typer's own loads."""

    def get_params(self, ctx: Context) -> list[Parameter]:
        """See TyperGroup."""
        return _plain(super().get_params(ctx))

    def format_help(self, ctx: Context, formatter: HelpFormatter) -> None:
        """The commands by what they are for, then the options."""
        formatter.write_usage(ctx.command_path, "COMMAND [OPTIONS]")
        formatter.write_paragraph()
        formatter.write_text(self.help or "")
        for panel, commands in self._panels(ctx).items():
            with formatter.section(panel):
                formatter.write_dl([(command.name or "", _first_line(command)) for command in commands])
        with formatter.section("Options"):
            formatter.write_dl([told for each in self.get_params(ctx) if (told := each.get_help_record(ctx))])

    def listed(self, ctx: Context, name: str) -> Command | None:
        """A command as the help lists it."""
        found: Command | None = self.get_command(ctx, name)
        return found

    def _panels(self, ctx: Context) -> dict[str, list[Command]]:
        found = [self.listed(ctx, name) for name in self.list_commands(ctx)]
        panels: dict[str, list[Command]] = {}
        for command in found:
            if command is not None:
                named = getattr(command, "rich_help_panel", None)
                panels.setdefault(named if isinstance(named, str) else "Commands", []).append(command)
        return panels


def _first_line(command: Command) -> str:
    return (command.help or "").partition("\n")[0]


def _plain(parameters: list[Parameter]) -> list[Parameter]:
    for parameter in parameters:
        parameter._runtime_param = Plain()  # type: ignore[attr-defined]  # noqa: SLF001 - where Typer keeps its check
    return parameters
