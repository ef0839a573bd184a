"""`baton run`, `resume` and `decide`, which work runs. Light on purpose: the rest is imported when it is needed."""

from pathlib import Path
from typing import Annotated

import typer
from typer.core import TyperCommand

from baton.cli.terminal.light import Context, Parameter
from baton.cli.terminal.options import (
    BudgetTokens,
    Concurrency,
    ContextValues,
    Json,
    NewBudgetTokens,
    RunNumber,
    Thread,
)
from baton.errors import UsageError
from baton.runtime.business import has_business

Message = Annotated[str | None, typer.Argument(help="The message; - reads stdin.", show_default=False)]
File = Annotated[Path | None, typer.Option(help="Many messages: .txt, .csv or .jsonl.", show_default=False)]
ThreadId = Annotated[str | None, typer.Option(help="The thread of the run.", show_default=False)]
Next = Annotated[bool, typer.Option("--next", help="A further run on a thread that has runs.")]
Input = Annotated[
    str | None,
    typer.Option("--input", help="The input, or more of it than the message.", metavar="JSON|FILE", show_default=False),
]
Customer = Annotated[str | None, typer.Option(help="Who is asking, such as C007.", show_default=False)]


def run(
    graph: Annotated[str, typer.Argument(help="One of `baton graphs`.", show_default=False)],
    message: Message = None,
    *,
    file: File = None,
    thread_id: ThreadId = None,
    next_: Next = False,
    input_: Input = None,
    customer: Customer = None,
    budget_tokens: BudgetTokens = None,
    concurrency: Concurrency = None,
    set_: ContextValues = None,
    json: Json = False,
) -> int:
    """Work one message, another input, or a file of them, through a graph."""
    refuse_clashing(file, message, input_, thread_id, further=next_)
    from baton.cli.work.context_values import context_of
    from baton.cli.work.starting import InputArguments, RunOptions, ThreadChoice, run_file, run_one
    from baton.runs.registry import entry

    entry(graph)
    options = RunOptions(graph, context_of(set_ or []), budget_tokens, concurrency, json)
    if file is not None:
        return run_file(file, customer, options)
    return run_one(InputArguments(message, input_, customer), ThreadChoice(thread_id, further=next_), options)


def refuse_clashing(
    file: Path | None, message: str | None, input_: str | None, thread_id: str | None, *, further: bool
) -> None:
    """Refuse options of `baton run` that do not go together.

    Raises:
        UsageError: two of them clash, or no input is given.
    """
    if (message is None and input_ is None) == (file is None):
        raise UsageError("give one message, another --input, or --file with many")
    if file is not None and thread_id is not None:
        raise UsageError("--thread-id names one thread; the runs of a --file get ids of their own")
    if further and thread_id is None:
        raise UsageError("--next goes with --thread-id: the thread that gets a further run")


def resume(
    thread: Annotated[str | None, typer.Argument(help="The run's thread id.", show_default=False)] = None,
    *,
    all_: Annotated[bool, typer.Option("--all", help="Every run that is queued, cut off or failed.")] = False,
    run: RunNumber = None,
    budget_tokens: NewBudgetTokens = None,
    concurrency: Concurrency = None,
    json: Json = False,
) -> int:
    """Go on after a crash, a stop, a failure or a breakpoint."""
    if (thread is None) != all_:
        raise UsageError("name one thread, or say --all")
    for option, value in (("--run", run), ("--budget-tokens", budget_tokens)):
        if thread is None and value is not None:
            raise UsageError(f"{option} goes with one thread")
    from baton.cli.work.resuming import resume_all, resume_one

    if thread is None:
        return resume_all(concurrency, json=json)
    return resume_one(thread, run, budget_tokens=budget_tokens, json=json)


class CommandWithCustomer(TyperCommand):
    """A command that has `--customer` only where the project has a business, which knows its customers."""

    def get_params(self, ctx: Context) -> list[Parameter]:
        """See TyperCommand."""
        parameters = super().get_params(ctx)
        return parameters if has_business() else [each for each in parameters if each.name != "customer"]


class CommandWithOptionalText(TyperCommand):
    """A command whose `--reject` needs no text: without one it gets an empty text."""

    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:  # type: ignore[override]
        """See TyperCommand."""
        words: list[str] = []
        for word, next_word in zip(args, [*args[1:], "--"], strict=False):  # args may be empty
            words.append(word)
            if word == "--reject" and next_word.startswith("--"):
                words.append("")
        return super().parse_args(ctx, words)


def decide(
    thread: Thread,
    *,
    approve: Annotated[bool, typer.Option("--approve", help="Do it as shown.")] = False,
    reject: Annotated[str | None, typer.Option(help="Do not do it; the text says why.", metavar="[TEXT]")] = None,
    edit: Annotated[str | None, typer.Option(help="Do it with these arguments.", metavar="JSON")] = None,
    respond: Annotated[str | None, typer.Option(help="Do not do it; tell the desk this.", metavar="TEXT")] = None,
    answer: Annotated[
        str | None, typer.Option(help="What interrupt() of the graph's own returns.", metavar="JSON|TEXT")
    ] = None,
    interrupt: Annotated[str | None, typer.Option(help="Which decision, where several wait.", metavar="ID")] = None,
    digest: Annotated[str | None, typer.Option(help="The digest of the action as you saw it.", metavar="D")] = None,
    run: RunNumber = None,
    by: Annotated[str | None, typer.Option(help="Who decides (default: BATON_USER, or you).", metavar="NAME")] = None,
    json: Json = False,
) -> int:
    """Decide a pending approval of a run, or answer its question; the first decision stands."""
    texts = {"approve": "" if approve else None, "reject": reject, "edit": edit, "respond": respond, "answer": answer}
    answers = [(kind, text) for kind, text in texts.items() if text is not None]
    if len(answers) != 1:
        raise UsageError("say one of --approve, --reject [TEXT], --edit JSON, --respond TEXT, --answer JSON")
    from baton.cli.work.deciding import Answer, decide_one

    return decide_one(thread, Answer(*answers[0], interrupt, digest, run, by), json=json)
