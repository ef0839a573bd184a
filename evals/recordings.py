"""Records what a small real model answers to the desk's own messages, for the tests to replay.

`python -m evals.recordings` works messages of the development half of the dataset that all graphs share through every
graph, and keeps the answers in the business's folder (`recordings/smollm2.jsonl`). A run that was cut off goes on where
it stood. What a prompt or a record no longer asks for is asked anew, and what nothing asks for any more is taken out;
the rest stays as it is, so that a difference shows what changed.
"""

import argparse
import asyncio
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from unittest.mock import patch

from baton.cli.terminal.output import note
from baton.cli.terminal.progress import Tally, show_progress
from baton.config.home import load_env
from baton.config.settings import Role, settings
from baton.models.models import models
from baton.models.recordings import recordings
from baton.runs import registry
from baton.runtime.resources import open_resources
from desk.business import business
from desk.clock import clock_at
from evals.configuration import short_hash
from evals.dataset import SHARED, chosen, own_datasets, read
from evals.examples import Example
from evals.fresh_desks import Ended, work

COMMAND = "python -m evals.recordings"
MODEL = "llama:smollm2"
ROLES: tuple[Role, ...] = ("cheap", "strong", "judge")
"""The roles that write and judge."""
MESSAGES = 13
DAY = datetime(2026, 11, 29, 12, tzinfo=UTC)
"""The day on which the desk believes that it works: else each day would ask about other dates."""

LIMITS = {
    "BATON_MODEL_TIMEOUT_S": "300",
    "BATON_MAX_COMPLETION_TOKENS": "400",
    "BATON_BUDGET_TOKENS": "1000000",
    "BATON_SEED": "1",
    "BATON_TEMPERATURE": "0",
    "BATON_STEP_DEADLINE_S": "1200",
}
"""What a small model needs, as `make real` gives it, and what makes two recordings of it alike."""

FAILED = "SELECT count(*) FROM model_calls WHERE error LIKE 'Transient:%' OR error LIKE 'CancelledError:%'"


def shipped_file() -> Path:
    """Return the file of recordings that belongs to the business."""
    return business().folder / "recordings" / f"{MODEL.partition(':')[2]}.jsonl"


def sample(number: int) -> list[Example]:
    """Return so many examples of the development half of the dataset that all graphs share.

    They are drawn by a hash, so that more of them begin with the same ones.

    Raises:
        UsageError: the business has no such dataset.
    """
    known = chosen(read(own_datasets() / f"{SHARED}.jsonl")[0], None, None)
    return sorted(known, key=lambda each: short_hash(each.id))[:number]


@contextmanager
def asking(model: str, limits: Mapping[str, str] = LIMITS, **more: str) -> Iterator[None]:
    """Set the model of the roles that write and judge, its limits, and the day, for a block."""
    roles = {f"BATON_MODEL_{role.upper()}": model for role in ROLES}
    try:
        with patch.dict(os.environ, {**limits, **roles, **more}), clock_at(DAY):
            settings.cache_clear()
            yield
    finally:
        settings.cache_clear()


def main(arguments: Sequence[str] | None = None) -> int:
    """Record what is not recorded yet, and return the exit code."""
    options = _options().parse_args(arguments)
    load_env()
    file = recordings((options.file or shipped_file()).absolute())
    file.begin(COMMAND)
    before = file.count
    with asking(options.model, BATON_RECORD=str(file.path)):
        failures = asyncio.run(_record(options.graph or [*registry.entries()], sample(options.messages)))
    asked = file.count - before
    if not failures and not options.graph and options.messages == MESSAGES and file.models() == [options.model]:
        file.prune()
    note(f"{file.path}: {file.count} answers, {file.path.stat().st_size / 1000:,.0f} kB; {asked} were asked for now")
    if failures:
        note(f"{failures} calls failed and are not recorded; go on with {COMMAND}")
    return 1 if failures else 0


async def _record(graphs: Sequence[str], examples: Sequence[Example]) -> int:
    """Work message by message through all graphs, so that what is cut off has whole messages; return failed calls."""
    failures, tally = 0, Tally(len(graphs) * len(examples))

    async def count(ended: Ended) -> None:
        nonlocal failures
        failures += await ended.desk.database.do(lambda tx: int(tx.execute(FAILED).fetchone()[0]))

    with show_progress(tally, "recording", bar=True) as watch:
        async with open_resources() as lender:
            await (await lender.resource(models)).prepare()
            for example in examples:
                for graph in graphs:
                    await work(lender, graph, [example], count, watch.add)
    return failures


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=COMMAND, description=__doc__)
    parser.add_argument("--model", default=MODEL, help="provider:name (default: %(default)s)")
    parser.add_argument("--messages", type=int, default=MESSAGES, help="through each graph (default: %(default)s)")
    parser.add_argument("--graph", action="append", choices=[*registry.entries()], help="again for more (default: all)")
    parser.add_argument("--file", type=Path, help="(default: recordings/smollm2.jsonl in the folder of the business)")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
