"""The command line. Light on purpose: a command imports what it needs when it is called.

Exit codes: 0 done, 1 failed, 2 wrong use or bad input, 3 waiting for a person, 4 dead-lettered, 130 interrupted.
"""

import os
import signal
import sqlite3
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from baton.cli.commands import dead_letters as dead_letter_commands
from baton.cli.commands import doctor
from baton.cli.commands import keep as keep_commands
from baton.cli.commands import look as look_commands
from baton.cli.commands import models as model_commands
from baton.cli.commands import run as run_commands
from baton.cli.commands import trust as trust_commands
from baton.cli.project_commands import ProjectGroup
from baton.cli.terminal.light import ClickException, LightCommand, NoArgsIsHelpError
from baton.cli.terminal.output import discard_output, note, say
from baton.errors import BatonError, UsageError

FAILED, WRONG_USE, INTERRUPTED = 1, 2, 130

app = typer.Typer(
    name="baton",
    cls=ProjectGroup,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
WORK, LOOK, KEEP, SET_UP = "Work", "Look", "Keep", "Set up"

app.command(rich_help_panel=WORK, cls=run_commands.CommandWithCustomer)(run_commands.run)
app.command(rich_help_panel=WORK)(run_commands.resume)
app.command(rich_help_panel=WORK, cls=run_commands.CommandWithOptionalText)(run_commands.decide)
app.add_typer(dead_letter_commands.app, name="dead-letters", rich_help_panel=WORK)
app.command(rich_help_panel=LOOK, cls=LightCommand)(look_commands.runs)
app.command(rich_help_panel=LOOK, cls=LightCommand)(look_commands.show)
app.command(rich_help_panel=LOOK, cls=LightCommand)(look_commands.graphs)
app.command(rich_help_panel=LOOK)(look_commands.graph)
app.command(rich_help_panel=KEEP, cls=LightCommand)(keep_commands.backup)
app.command(rich_help_panel=KEEP, cls=LightCommand)(keep_commands.restore)
app.add_typer(model_commands.app, name="models", rich_help_panel=SET_UP)
app.command(rich_help_panel=SET_UP)(doctor.doctor)
app.command(rich_help_panel=SET_UP, cls=LightCommand)(trust_commands.trust)


def _print_versions(is_wanted: bool | None) -> None:
    """Print the installed versions, and exit."""
    if is_wanted:
        from importlib.metadata import version

        say(f"baton {version('baton')}, langgraph {version('langgraph')}")
        raise typer.Exit


@app.callback()
def baton(
    *,
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_versions, is_eager=True, help="Print the versions of Baton and LangGraph."
        ),
    ] = False,
) -> None:
    """Baton works graphs of steps that ask language models, and loses nothing of what they do."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command and exit with its code; an error is one line on stderr."""
    _open_closed_streams()
    sys.stdout.reconfigure(errors="replace")  # type: ignore[union-attr]  # a terminal may not know every letter
    try:
        code = app(arguments, standalone_mode=False)
        sys.stdout.flush()
    except BrokenPipeError:
        discard_output(sys.stdout)  # the flush at exit must not complain
        code = FAILED
    except KeyboardInterrupt:
        note("stopped")
        code = INTERRUPTED
    except Exception as error:  # noqa: BLE001 - the last frame that can print an error in one line
        code = _report(error, sys.argv if arguments is None else arguments)
    if code == INTERRUPTED:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)  # another signal must not change the exit code
    sys.exit(code)


def _report(error: Exception, arguments: Sequence[str]) -> int:
    """Print an error in one line and return its exit code."""
    if isinstance(error, typer.Abort):
        note("error: aborted")
        return FAILED
    if isinstance(error, NoArgsIsHelpError):
        error.show()
        return WRONG_USE
    if isinstance(error, ClickException):
        note(f"error: {_one_line(error.format_message()).rstrip('.')}; see: {_command_path(error)} --help")
        return WRONG_USE
    if isinstance(error, BatonError):
        note(f"error: {_one_line(str(error))}")
        return WRONG_USE if isinstance(error, UsageError) else FAILED
    if os.environ.get("BATON_DEBUG"):
        raise error
    if isinstance(error, UnicodeEncodeError) and (odd := _find_odd(arguments)):
        note(f"error: {odd!r} is not valid Unicode text; write it as UTF-8")
        return WRONG_USE
    summary = "the database failed" if isinstance(error, sqlite3.Error) else f"unexpected {type(error).__name__}"
    note(f"error: {summary}: {_one_line(str(error))}; run with BATON_DEBUG=1 for the traceback")
    return FAILED


def _command_path(error: ClickException) -> str:
    """Return the command that was used wrongly, as it was typed."""
    context = getattr(error, "ctx", None)
    return context.command_path if context else "baton"


def _find_odd(arguments: Sequence[str]) -> str | None:
    """Return the first argument that was not UTF-8, which Python hands on as halves of surrogate pairs."""
    return next((each for each in arguments if any("\ud800" <= letter <= "\udfff" for letter in each)), None)


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _open_closed_streams() -> None:
    """Open `os.devnull` for every closed stream (`>&-`), so that no file of ours gets its number."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115 - for the life of the process
