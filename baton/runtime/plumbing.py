"""The live resources: opened once per process and event loop, from the settings, by one function."""

import asyncio
import atexit
import json
import os
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

from baton.config.home import database_file, make_home
from baton.config.settings import TRACING, Settings, settings
from baton.config.trust import refuse_open
from baton.errors import StorageError
from baton.redact import redact_json
from baton.runtime.spans import Spans
from baton.storage import adhoc_rows, claims
from baton.storage.database import Database
from baton.storage.known_files import write_once
from baton.storage.sealed_rows import refuse_lost_key
from baton.storage.seals import KEY_BYTES, Seals
from baton.storage.sqlite_checkpointer import SqliteCheckpointer

T = TypeVar("T")
LEAVE_S = 5.0  # how long the interpreter waits for the last writes when it goes


class Plumbing:
    """Database, checkpointer and spans of one event loop, and whatever `resource` opened beside them."""

    def __init__(self, configured: Settings, database: Database, key: bytes, holder: str) -> None:
        self.settings = configured
        self.holder = holder  # the name under which bare calls of this process hold their runs
        self.database = database
        self.seals = Seals(key)
        self.checkpointer = SqliteCheckpointer(database, self.seals)
        self.adopted = database.riding(adhoc_rows.upsert)
        self.spans = Spans(database)
        self._stack = AsyncExitStack()
        self._resources: dict[Any, asyncio.Future[Any]] = {}

    async def resource(self, factory: Callable[[Settings], AbstractAsyncContextManager[T]]) -> T:
        """What `factory` opens from the settings: opened at the first call, closed with the rest."""
        opening = self._resources.get(factory)
        if opening is None:
            opening = self._resources[factory] = asyncio.ensure_future(
                self._stack.enter_async_context(factory(self.settings))
            )
        try:
            opened: T = await asyncio.shield(opening)
        except BaseException:
            if opening.done():
                self._resources.pop(factory, None)  # so that the next call tries again
            raise
        return opened

    async def close(self) -> None:
        """Close what was opened; what was recorded is on disk when this returns."""
        await self._stack.aclose()
        await self.database.close()


_open: dict[asyncio.AbstractEventLoop, "asyncio.Task[Plumbing]"] = {}


async def plumbing() -> Plumbing:
    """The plumbing of the running event loop, opened at the first call.

    Raises:
        BadSetting: a setting does not parse.
        StorageError: the home or the database cannot be used.
    """
    loop = asyncio.get_running_loop()
    _sweep()
    opening = _open.get(loop)
    if opening is None or (opening.done() and opening.exception()):
        opening = _open[loop] = loop.create_task(_open_all())
    return opening.result() if opening.done() else await asyncio.shield(opening)


@asynccontextmanager
async def opened() -> AsyncIterator[Plumbing]:
    """The plumbing for the length of a block; for whoever starts and ends a process."""
    try:
        yield await plumbing()
    finally:
        task = _open.pop(asyncio.get_running_loop(), None)
        if task is not None and task.done() and not task.exception():
            await task.result().close()


@asynccontextmanager
async def checkpointer() -> AsyncIterator[SqliteCheckpointer]:
    """The checkpointer for `langgraph.json`."""
    async with opened() as open_plumbing:
        yield open_plumbing.checkpointer


def _sweep() -> list[Database]:
    """Let the databases of closed event loops go: nobody closed them where a graph was called bare."""
    gone = [_open.pop(loop) for loop in list(_open) if loop.is_closed()]
    databases = [
        task.result().database for task in gone if task.done() and not task.cancelled() and not task.exception()
    ]
    for database in databases:
        database.let_go()
    return databases


@atexit.register
def _leave() -> None:
    """Write down what bare calls posted last before the interpreter goes."""
    for database in _sweep():
        database.join(LEAVE_S)


async def _open_all() -> Plumbing:
    configured, path, key, holder = await asyncio.to_thread(_prepared)
    return Plumbing(configured, await Database.open(path), key, holder)


def _prepared() -> tuple[Settings, Path, bytes, str]:
    configured = settings()
    _mask_traces()
    return configured, database_file(), home_key(), claims.new_owner()


def _mask_traces() -> None:
    """Have LangSmith's client, where there is one to be, send traces as masked as what is kept here."""
    if any(os.environ.get(name) == "true" for name in TRACING):
        from langsmith.run_trees import get_cached_client  # noqa: PLC0415 - only who traces needs it

        get_cached_client(anonymizer=lambda data: json.loads(redact_json(json.dumps(data))))


def home_key() -> bytes:
    """The secret that seals what is read back later; made at its first use, kept in the home and not in the database.

    Raises:
        StorageError: the home cannot be used, or the key file is damaged, another user's, open to others, or gone while
            rows sealed with it are there.
    """
    path = make_home() / "seal.key"
    try:
        if not path.exists():
            refuse_lost_key(path, database_file())
            write_once(path, os.urandom(KEY_BYTES))
        refuse_open(path)
        key = path.read_bytes() if path.is_file() else b""  # a pipe would be waited for
    except OSError as error:
        raise StorageError(f"cannot use {path}: {error.strerror}; make it readable, or set BATON_HOME") from error
    if len(key) != KEY_BYTES:
        raise StorageError(f"{path} is damaged; restore it, or move the home away to start afresh")
    return key
