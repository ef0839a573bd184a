"""The command line. Light on purpose: a command imports what it needs when it is called.

Exit codes: 0 done, 1 failed, 2 wrong use or bad input, 3 waiting for a person, 4 dead-lettered, 130 interrupted.
"""

import os
import signal
import sqlite3
import sys
from collections.abc import Sequence

import typer

from baton.cli.commands import dead_letters as dead_letter_commands
from baton.cli.commands import doctor
from baton.cli.commands import look as look_commands
from baton.cli.commands import models as model_commands
from baton.cli.commands import run as run_commands
from baton.cli.commands import trust as trust_commands
from baton.cli.project_commands import ProjectGroup
from baton.cli.terminal.light import ClickException, LightCommand, NoArgsIsHelpError
from baton.cli.terminal.output import note
from baton.errors import BatonError, UsageError

FAILED, WRONG_USE, INTERRUPTED = 1, 2, 130

app = typer.Typer(
    name="baton",
    help="Baton works graphs of steps that ask language models, and loses nothing of what they do.",
    cls=ProjectGroup,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
WORK, LOOK, SET_UP = "Work", "Look", "Set up"

app.command(rich_help_panel=WORK, cls=run_commands.AsksTheBusiness)(run_commands.run)
app.command(rich_help_panel=WORK)(run_commands.resume)
app.command(rich_help_panel=WORK, cls=run_commands.OptionalText)(run_commands.decide)
app.add_typer(dead_letter_commands.app, name="dead-letters", rich_help_panel=WORK)
app.command(rich_help_panel=LOOK, cls=LightCommand)(look_commands.runs)
app.command(rich_help_panel=LOOK, cls=LightCommand)(look_commands.show)
app.command(rich_help_panel=LOOK, cls=LightCommand)(look_commands.graphs)
app.command(rich_help_panel=LOOK)(look_commands.graph)
app.add_typer(model_commands.app, name="models", rich_help_panel=SET_UP)
app.command(rich_help_panel=SET_UP)(doctor.doctor)
app.command(rich_help_panel=SET_UP, cls=LightCommand)(trust_commands.trust)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command and leave with its exit code; an error is one line on stderr."""
    sys.stdout.reconfigure(errors="replace")  # type: ignore[union-attr]  # a terminal may not know every letter
    try:
        code = app(arguments, standalone_mode=False)
        sys.stdout.flush()
    except BrokenPipeError:
        _forget_stdout()
        code = FAILED
    except KeyboardInterrupt:
        note("stopped")
        code = INTERRUPTED
    except Exception as error:  # noqa: BLE001 - the last place where an error can be told in one line
        code = _told(error)
    if code == INTERRUPTED:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)  # we are leaving: another one must not change how
    sys.exit(code)


def _told(error: Exception) -> int:
    """Say in one line what went wrong; the exit code for it."""
    if isinstance(error, typer.Abort):
        note("error: aborted")
        return FAILED
    if isinstance(error, NoArgsIsHelpError):
        error.show()
        return WRONG_USE
    if isinstance(error, ClickException):
        note(f"error: {_one_line(error.format_message()).rstrip('.')}; see: {_command(error)} --help")
        return WRONG_USE
    if isinstance(error, BatonError):
        note(f"error: {_one_line(str(error))}")
        return WRONG_USE if isinstance(error, UsageError) else FAILED
    if os.environ.get("BATON_DEBUG"):
        raise error
    what = "the database failed" if isinstance(error, sqlite3.Error) else f"unexpected {type(error).__name__}"
    note(f"error: {what}: {_one_line(str(error))}; run with BATON_DEBUG=1 for the traceback")
    return FAILED


def _command(error: ClickException) -> str:
    """The command that was used wrongly, as the error knows it."""
    context = getattr(error, "ctx", None)
    return context.command_path if context else "baton"


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _forget_stdout() -> None:
    """Whoever read our output has gone; the flush at exit must not complain about it."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
