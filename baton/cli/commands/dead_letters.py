"""`baton dead-letters`: lists, shows, replays, settles and discards. Light on purpose: the rest is imported later."""

from typing import Annotated, get_args

import typer

from baton.cli.terminal.light import LightCommand, LightGroup
from baton.cli.terminal.options import Json, NewBudgetTokens
from baton.errors import UsageError
from baton.storage.records import DeadLetterStatus

app = typer.Typer(
    help="Steps that failed for good: list, show, replay, settle or discard them.",
    cls=LightGroup,
    invoke_without_command=True,
)
STATUSES = get_args(DeadLetterStatus)
Letter = Annotated[str, typer.Argument(help="The dead letter's id.", metavar="ID", show_default=False)]


@app.callback()
def dead_letters(
    context: typer.Context,
    *,
    status: Annotated[str | None, typer.Option(help=f"One of {', '.join(STATUSES)}.", show_default=False)] = None,
    json: Json = False,
) -> int:
    """List the dead letters, urgent ones first, then the newest; `show`, `replay`, `settle` or `discard` one."""
    if context.invoked_subcommand is not None:
        return 0
    if status is not None and status not in STATUSES:
        raise UsageError(f"no dead letter has the status {status!r}; it is one of {', '.join(STATUSES)}")
    from baton.cli.terminal.output import say_json
    from baton.cli.views.dead_letter_view import dead_letter_list_item, show_dead_letters
    from baton.cli.work.reading import list_dead_letters, note_empty_home

    letters = list_dead_letters(status)
    if not letters:
        note_empty_home("dead letters")
    if json:
        say_json([dead_letter_list_item(letter) for letter in letters])
    elif letters:
        show_dead_letters(letters)
    return 0


@app.command(cls=LightCommand)
def show(letter: Letter, *, json: Json = False) -> int:
    """Show a dead letter: its error, every attempt, the input of the step."""
    from baton.cli.terminal.output import say_json
    from baton.cli.views.dead_letter_view import dead_letter_object, show_dead_letter
    from baton.cli.work.reading import read_dead_letter

    dead_letter = read_dead_letter(letter)
    if json:
        say_json(dead_letter_object(dead_letter))
    else:
        show_dead_letter(dead_letter)
    return 0


@app.command()
def replay(
    letter: Letter,
    *,
    accept_change: Annotated[
        bool,
        typer.Option(
            "--accept-change",
            help="Go on although the graph changed; a step that was renamed or removed is skipped.",
        ),
    ] = False,
    budget_tokens: NewBudgetTokens = None,
    json: Json = False,
) -> int:
    """Go on with the run from its failed step, after a fix; no effect is repeated."""
    from baton.cli.work.replaying import replay_one

    return replay_one(letter, accept_change=accept_change, budget_tokens=budget_tokens, json=json)


@app.command()
def settle(
    letter: Letter,
    *,
    done: Annotated[
        str | None,
        typer.Option("--done", help="It was done: its receipt.", metavar="JSON", show_default=False),
    ] = None,
    not_done: Annotated[bool, typer.Option("--not-done", help="It was not done: do it now.")] = False,
    by: Annotated[str | None, typer.Option(help="Who says so (default: BATON_USER, or you).", metavar="NAME")] = None,
    json: Json = False,
) -> int:
    """Say whether an effect in doubt was done, and go on with its run."""
    if (done is None) != not_done:
        raise UsageError("say one of --done JSON, --not-done")
    from baton.cli.work.replaying import settle_one

    return settle_one(letter, done, by, json=json)


@app.command(cls=LightCommand)
def discard(
    letter: Letter,
    reason: Annotated[str, typer.Argument(help="Why nothing is to be done.", metavar="REASON", show_default=False)],
    *,
    json: Json = False,
) -> int:
    """Close a dead letter for good; its run stays as it is."""
    from baton.cli.work.replaying import discard_one

    return discard_one(letter, reason, json=json)
