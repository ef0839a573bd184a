"""Desks on which nothing has happened yet, so that no message meets what another one did."""

import tempfile
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

from baton.config.settings import Role, Settings, settings
from baton.models.access import Access
from baton.models.models import Models, models
from baton.runtime.resources import Resources, home_key
from baton.storage.database import Database
from evals.experiment import TrialSettings

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

T = TypeVar("T")


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
