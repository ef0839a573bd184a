"""Commands that start at once.

Typer checks every parameter with pydantic, whose import takes longer than a whole command that only reads. Words and
whole numbers need no such check.
"""

from typing import Any

import typer
from typer._click.core import Command, Context, Parameter
from typer._click.exceptions import ClickException, NoArgsIsHelpError
from typer._click.formatting import HelpFormatter
from typer.core import TyperCommand, TyperGroup

__all__ = ["ClickException", "Command", "Context", "LightCommand", "LightGroup", "NoArgsIsHelpError", "Parameter"]
"""Among them Typer's private names, which no other module imports."""


class PlainParameter:
    """Returns a parameter as it was typed, or as a whole number; in place of Typer's check by pydantic."""

    def coerce(self, value: Any, *, param: Any, ctx: Context) -> Any:
        """Return the parameter's value; None where it was not given."""
        if value is None or param.type_descriptor.annotation is not int:
            return value
        try:
            return int(value)
        except ValueError:
            raise typer.BadParameter(f"{value!r} is not a whole number.", ctx=ctx, param=param) from None


class LightCommand(TyperCommand):
    """A command whose parameters are words, flags and whole numbers only."""

    def get_params(self, ctx: Context) -> list[Parameter]:
        """See TyperCommand."""
        return _make_plain(super().get_params(ctx))


class LightGroup(TyperGroup):
    """A group whose own parameters are flags only; its help needs no Markdown parser, which Typer's own loads."""

    def get_params(self, ctx: Context) -> list[Parameter]:
        """See TyperGroup."""
        return _make_plain(super().get_params(ctx))

    def format_help(self, ctx: Context, formatter: HelpFormatter) -> None:
        """Write the commands by their panels, then the options."""
        formatter.write_usage(ctx.command_path, "COMMAND [OPTIONS]")
        formatter.write_paragraph()
        formatter.write_text(self.help or "")
        for panel, commands in self._panels(ctx).items():
            with formatter.section(panel):
                formatter.write_dl([(command.name or "", _first_line(command)) for command in commands])
        with formatter.section("Options"):
            formatter.write_dl([record for each in self.get_params(ctx) if (record := each.get_help_record(ctx))])

    def get_listed_command(self, ctx: Context, name: str) -> Command | None:
        """Return a command as the help lists it; None leaves it out."""
        command: Command | None = self.get_command(ctx, name)
        return command

    def _panels(self, ctx: Context) -> dict[str, list[Command]]:
        panels: dict[str, list[Command]] = {}
        for name in self.list_commands(ctx):
            command = self.get_listed_command(ctx, name)
            if command is not None:
                panel = getattr(command, "rich_help_panel", None)
                panels.setdefault(panel if isinstance(panel, str) else "Commands", []).append(command)
        return panels


def _first_line(command: Command) -> str:
    return (command.help or "").partition("\n")[0]


def _make_plain(parameters: list[Parameter]) -> list[Parameter]:
    for parameter in parameters:
        parameter._runtime_param = PlainParameter()  # type: ignore[attr-defined]  # noqa: SLF001 - where Typer keeps its check
    return parameters
