"""LangSmith's client: opened with a key only, without tracing; what it would only log is raised, in one line."""

import logging
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from baton.errors import BatonError, UsageError

if TYPE_CHECKING:
    from langsmith import Client

KEY = "LANGSMITH_API_KEY"
_failures: ContextVar[list[Exception]] = ContextVar("failures")


def require_key() -> str:
    """Return the key of LangSmith.

    Raises:
        UsageError: it is not set.
    """
    key = os.environ.get(KEY)
    if not key:
        raise UsageError(f"{KEY} is not set, and nothing is sent without a key; set it, or leave LangSmith out")
    return key


@contextmanager
def langsmith() -> Iterator["Client"]:
    """Open a client of LangSmith without tracing, and without what it tells of this machine; close it at the end.

    Raises:
        UsageError: LANGSMITH_API_KEY is not set.
        BatonError: LangSmith refused or could not be reached.
    """
    key = require_key()
    from langsmith import Client  # noqa: PLC0415 - costs a second, and only what is sent needs it
    from langsmith.utils import LangSmithError  # noqa: PLC0415

    client = Client(
        os.environ.get("LANGSMITH_ENDPOINT"),
        api_key=key,
        auto_batch_tracing=False,
        omit_traced_runtime_info=True,
        tracing_sampling_rate=1.0,
        tracing_error_callback=lambda error: _failures.get([]).append(error),
    )
    try:
        with _quiet():
            yield client
    except LangSmithError as error:
        line = str(error).split("\n", 1)[0]
        raise BatonError(f"LangSmith: {line}; check LANGSMITH_API_KEY and LANGSMITH_ENDPOINT") from error
    finally:
        client.close()


def send_runs(client: "Client", runs: Sequence[dict[str, Any]]) -> None:
    """Send the runs of one trace in one request.

    Raises:
        LangSmithError: they were not taken. The client itself only logs it, and tells whom it was given to tell.
    """
    from langsmith.utils import LangSmithError  # noqa: PLC0415 - see `langsmith`

    failures: list[Exception] = []
    token = _failures.set(failures)
    try:
        client.multipart_ingest(create=runs)
    finally:
        _failures.reset(token)
    if failures:
        raise LangSmithError(str(failures[0])) from failures[0]


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep the client's own log lines, tracebacks among them, from the terminal: what matters is raised."""
    logger = logging.getLogger("langsmith.client")
    before, logger.disabled = logger.disabled, True
    try:
        yield
    finally:
        logger.disabled = before
