"""Options that several commands share, declared once."""

from typing import Annotated

import typer

MOST_AT_ONCE = 1000
MOST_TOKENS = 1_000_000_000

Json = Annotated[bool, typer.Option("--json", help="Print JSON on stdout, for programs.")]
Thread = Annotated[str, typer.Argument(help="The run's thread id.", show_default=False)]
RunNumber = Annotated[
    int | None, typer.Option("--run", help="Which run of the thread (default: the last).", min=1, show_default=False)
]
BudgetTokens = Annotated[
    int | None, typer.Option(help="Most tokens of a run.", min=1, max=MOST_TOKENS, show_default=False)
]
NewBudgetTokens = Annotated[
    int | None,
    typer.Option(help="The run's new budget, for one that ran out.", min=1, max=MOST_TOKENS, show_default=False),
]
Concurrency = Annotated[
    int | None,
    typer.Option(help="Runs at once (default: BATON_CONCURRENCY).", min=1, max=MOST_AT_ONCE, show_default=False),
]
ContextValues = Annotated[
    list[str] | None, typer.Option("--set", help="A context value, as route_threshold=0.9.", metavar="KEY=VALUE")
]
