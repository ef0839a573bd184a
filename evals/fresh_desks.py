"""Desks on which nothing has happened yet, and messages worked on them: none meets what another one did."""

import tempfile
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar, cast

from baton.config.settings import Role, Settings, settings
from baton.models.access import Access
from baton.models.models import Models, models
from baton.runs import registry
from baton.runs.runner import Job, Runner
from baton.runtime.resources import Resources, home_key
from baton.storage.database import Database
from baton.storage.records import RunSummary
from evals.examples import Example
from evals.experiment import TrialSettings
from evals.working import work_and_keep

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

T = TypeVar("T")
AT_ONCE = 4


class Ended(NamedTuple):
    """A run that ended, with its example and the desk at which it was worked, which is about to be deleted."""

    desk: Resources
    example: Example
    run: RunSummary


Keep = Callable[[Ended], Awaitable[None]]
Done = Callable[[RunSummary], None]


class _LentModels:
    """The models of another desk, which keeps what is found out about their endpoints: this one is soon closed."""

    def __init__(self, lent: Models, database: Database) -> None:
        self._lent, self._database = lent, database

    def __getattr__(self, name: str) -> Any:
        return getattr(self._lent, name)

    async def access(self, role: "Role | BaseChatModel", _database: Database) -> Access:
        """See `Models`."""
        return await self._lent.access(role, self._database)


class _WithModelsOf(Resources):
    """The resources of a desk whose models are another's: a server of a model is started once, not for each desk."""

    lender: Resources

    async def resource(self, factory: Callable[[Settings], AbstractAsyncContextManager[T]]) -> T:
        """See `Resources`."""
        if factory is not models:
            return await super().resource(factory)
        return cast("T", await self._lent())

    async def _lent(self) -> _LentModels:
        return _LentModels(await self.lender.resource(models), self.lender.database)


@asynccontextmanager
async def fresh_desk(lender: Resources | None = None) -> AsyncIterator[Resources]:
    """Open a desk with a business, a database and a home that are deleted at the end.

    With a `lender` its models are asked, which stay open.
    """
    with tempfile.TemporaryDirectory() as home:
        own = TrialSettings.model_construct(**dict(settings()), trial_home=Path(home))
        kind = _WithModelsOf if lender else Resources
        resources = kind(own, await Database.open(Path(home) / "runs.db"), home_key(), "benchmark")
        if isinstance(resources, _WithModelsOf) and lender:
            resources.lender = lender
        try:
            yield resources
        finally:
            await resources.close()


def batches(customers: Iterable[str | None]) -> list[list[int]]:
    """Return the numbers of messages in groups in which no customer comes twice; strangers meet nobody's things."""
    seen, groups = defaultdict[str, int](int), defaultdict[int, list[int]](list)
    for each, who in enumerate(customers):
        groups[seen[who] if who else 0].append(each)
        if who:
            seen[who] += 1
    return list(groups.values())


async def work(
    lender: Resources,
    graph: str,
    examples: Sequence[Example],
    keep: Keep,
    done: Done,
    *,
    context: dict[str, Any] | None = None,
) -> None:
    """Work examples through a graph with the lender's models, each at a desk where its customer has done nothing yet.

    `keep` is called with each run that ended, while its desk is there; `done` with each, for the progress.
    """
    for batch in batches(each.inputs.customer_id for each in examples):
        some = {examples[number].id: examples[number] for number in batch}
        async with fresh_desk(lender) as desk:
            runner, at_once = Runner(desk, registry.load), min(AT_ONCE, desk.settings.runs_at_once())
            jobs = [Job(each.inputs.model_dump(), each.id) for each in some.values()]
            await runner.queue(graph, jobs, context=context)
            await work_and_keep(runner, some, partial(_keep, keep, desk, some), done=done, concurrency=at_once)


async def _keep(keep: Keep, desk: Resources, some: Mapping[str, Example], run: RunSummary) -> None:
    await keep(Ended(desk, some[run["thread_id"]], run))
