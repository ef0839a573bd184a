"""The live resources of a process: opened once per event loop, from the settings, by one function."""

import asyncio
import atexit
import json
import os
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, suppress
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
from baton.storage.signed_rows import refuse_lost_key
from baton.storage.signer import KEY_BYTES, Signer
from baton.storage.sqlite_checkpointer import SqliteCheckpointer

T = TypeVar("T")
EXIT_WAIT_S = 5.0  # how long the interpreter waits at its exit for the last writes


class Resources:
    """Database, checkpointer and spans of one event loop, and the resources that were opened beside them."""

    def __init__(self, configured: Settings, database: Database, key: bytes, owner: str) -> None:
        self.settings = configured
        self.owner = owner  # the name of this process, with which those of its bare calls begin
        self.database = database
        self.signer = Signer(key)
        self.checkpointer = SqliteCheckpointer(database, self.signer)
        self.record_adhoc_run = database.write_buffer(adhoc_rows.upsert)
        self.spans = Spans(database)
        self._stack = AsyncExitStack()
        self._resources: dict[Any, asyncio.Future[Any]] = {}

    async def resource(self, factory: Callable[[Settings], AbstractAsyncContextManager[T]]) -> T:
        """Open a resource with `factory` at the first call, and return it; it is closed with the rest.

        Where opening fails, the error is raised and the next call tries again.
        """
        opening = self._resources.get(factory)
        if opening is None:
            opening = self._resources[factory] = asyncio.ensure_future(
                self._stack.enter_async_context(factory(self.settings))
            )
        try:
            resource: T = await asyncio.shield(opening)
        except BaseException:
            if opening.done() and (opening.cancelled() or opening.exception()):
                self._resources.pop(factory, None)  # so that the next call tries again
            raise
        return resource

    async def keep_leases(self, owner: str) -> None:
        """Renew the leases of an owner, until this is cancelled."""
        lease_s = self.settings.lease_s
        while True:
            await asyncio.sleep(lease_s / 3)
            with suppress(StorageError):  # a locked file: try again at the next beat
                await self.database.do(lambda tx: claims.renew(tx, owner, lease_s))

    async def close(self) -> None:
        """Close all resources and the database; everything recorded is on disk when this returns."""
        try:
            await self._stack.aclose()
        finally:
            await self.database.close()


_open: dict[asyncio.AbstractEventLoop, "asyncio.Task[Resources]"] = {}


async def current_resources() -> Resources:
    """The live resources of the running event loop, opened at the first call.

    Raises:
        BadSetting: a setting does not parse.
        StorageError: the home or the database cannot be used.
    """
    loop = asyncio.get_running_loop()
    _release_closed_loops()
    opening = _open.get(loop)
    if opening is None or (opening.done() and opening.exception()):
        opening = _open[loop] = loop.create_task(_open_all())
    return opening.result() if opening.done() else await asyncio.shield(opening)


@asynccontextmanager
async def open_resources() -> AsyncIterator[Resources]:
    """Open the live resources of this event loop for the length of a block, and close them at its end.

    For the code that starts and ends a process; a bare call of a graph opens them by itself.

    Raises:
        BadSetting: a setting does not parse.
        StorageError: the home or the database cannot be used.
    """
    try:
        yield await current_resources()
    finally:
        loop = asyncio.get_running_loop()
        if (task := _open.get(loop)) is not None and task.done():  # what is still being opened is for the next to use
            del _open[loop]
            if not (task.cancelled() or task.exception()):
                await task.result().close()


opened = open_resources  # its name of before


@asynccontextmanager
async def checkpointer() -> AsyncIterator[SqliteCheckpointer]:
    """Open the checkpointer for `langgraph.json`."""
    async with open_resources() as resources:
        yield resources.checkpointer


def _release_closed_loops() -> list[Database]:
    """Release the databases of closed event loops, and return them: after a bare call nobody has closed them."""
    tasks = [_open.pop(loop) for loop in list(_open) if loop.is_closed()]
    databases = [
        task.result().database for task in tasks if task.done() and not task.cancelled() and not task.exception()
    ]
    for database in databases:
        database.begin_close()
    return databases


@atexit.register
def _finish_writes() -> None:
    """Wait, when the interpreter exits, until the last writes of bare calls are on disk."""
    for database in _release_closed_loops():
        database.join(EXIT_WAIT_S)


async def _open_all() -> Resources:
    configured, path, key, owner = await asyncio.to_thread(_prepare)
    return Resources(configured, await Database.open(path), key, owner)


def _prepare() -> tuple[Settings, Path, bytes, str]:
    """Read the settings, set up the masking of traces, and make the home's key; on a thread, for files are read."""
    configured = settings()
    _mask_traces()
    return configured, database_file(), home_key(), claims.new_owner()


def _mask_traces() -> None:
    """Set LangSmith's client, where tracing is on, to send traces as masked as the stored rows."""
    if any(os.environ.get(name) == "true" for name in TRACING):
        from langsmith.run_trees import get_cached_client  # noqa: PLC0415 - needed only with tracing

        get_cached_client(anonymizer=lambda data: json.loads(redact_json(json.dumps(data))))


def home_key() -> bytes:
    """The key that signs stored rows, made at its first use; kept in the home and not in the database.

    Raises:
        StorageError: the home cannot be used, or the key file is damaged, another user's, open to others, or gone while
            rows signed with it are there.
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
