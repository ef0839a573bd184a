"""How a model is reached: its client, what is known of its endpoint, and how the two come to terms.

An endpoint is asked in the best form that is not known to be refused. Where it refuses, the next form is tried with the
same question, and what it takes is kept in the home, so that it is found out once; a form that was taken before and is
refused now is negotiated again, once in a while.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit, urlunsplit

from baton.config.settings import OPENAI
from baton.errors import NoRecording, Refused
from baton.models.abilities import Source, first_dialect, keep_abilities, load_abilities
from baton.models.dialects import Cap, Dialect, Thinking, names_a_part, next_dialect, parse_abilities
from baton.models.endpoint_errors import is_about_content
from baton.models.pace import Pace
from baton.storage.database import Database

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

R = TypeVar("R")
VAGUE_STATUSES = (400, 422, 501)
NOT_OF_FORM = (401, 402, 403, 413, 429)
NEGOTIATE_EVERY_S = 600.0
"""How long an endpoint is believed that refuses every form: it is not the form then."""

Plain = Callable[[Cap], Awaitable[bool]]
"""Asks the plainest question there is, with a cap of that name; returns whether it was taken."""


@dataclass(eq=False, slots=True)
class Endpoint:
    """One model behind one address, as this process knows it; `fixed` are the parts of its dialect set by hand.

    Without a `database` it is no endpoint to be found out about: its dialect is known, and stays. `takes_parameters`
    is false for a client whose parameters are not OpenAI's; `fits_answers` draws the bounds of a record in until the
    longest answer that they allow fits its cap.
    """

    address: str
    model: str
    dialect: Dialect
    fixed: frozenset[str] = frozenset()
    database: Database | None = None
    pace: Pace | None = None
    takes_parameters: bool = True
    fits_answers: bool = False
    negotiated_at: float = -NEGOTIATE_EVERY_S
    _negotiating: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def in_dialect(self, send: Callable[[Dialect], Awaitable[R]], plain: Plain) -> R:
        """Send a request in the endpoint's dialect; where that is refused, in the next ones, until one is taken.

        Raises:
            Refused: the request itself is refused, in every form.
        """
        dialect = self.dialect
        try:
            return await send(dialect)
        except Refused as error:
            if not self._may_negotiate(error):
                raise
            refusal = error
        async with self._negotiating:
            if self.dialect.renders_as(dialect):
                if not self._may_negotiate(refusal):
                    raise refusal  # another call found meanwhile that it is not the form
                return await self._negotiate(refusal, send, plain)
        return await send(self.dialect)  # another call came to terms meanwhile

    def learn(self, dialect: Dialect, source: Source = "use") -> None:
        """Take another dialect from now on, and keep it in the home; a dialect that is known stays."""
        if self.database and (dialect != self.dialect or source == "probe"):
            self.dialect, address, model = dialect, self.address, self.model
            self.database.enqueue(lambda tx: keep_abilities(tx, address, model, dialect, source))

    def observe(self, *, usage: bool, thinking: Thinking | None) -> None:
        """Note what an answer shows of its endpoint, where nothing was known."""
        known = self.dialect
        if self.database and (known.usage is None or (thinking and known.thinking in (None, "none"))):
            seen: dict[str, Any] = {"usage": usage, "thinking": thinking or known.thinking or "none"}
            self.learn(replace(known, **{name: value for name, value in seen.items() if name not in self.fixed}))

    def _may_negotiate(self, refusal: Refused) -> bool:
        """Whether a refusal may be about the form of the request, and was not found not to be a moment ago."""
        if self.database is None or is_about_content(refusal.words):
            return False
        is_of_form = names_a_part(refusal.words) and refusal.status not in NOT_OF_FORM
        is_due = time.monotonic() - self.negotiated_at >= NEGOTIATE_EVERY_S
        return is_due and (is_of_form or refusal.status in VAGUE_STATUSES)

    async def _negotiate(self, refusal: Refused, send: Callable[[Dialect], Awaitable[R]], plain: Plain) -> R:
        """Go through the dialects that are left; what names no part of the form is asked about first, with `plain`."""
        tried, words, plain_cap = [self.dialect], refusal.words, None
        while True:
            if plain_cap is None and not names_a_part(words):
                if (plain_cap := await self._cap_that_is_taken(plain)) is None:
                    break  # it refuses everything
                words = plain_cap if plain_cap != tried[-1].cap else words
            if (other := next_dialect(tried[-1], words, self.fixed, tried)) is None:
                break
            tried.append(other)
            try:
                answer = await send(other)
            except Refused as error:
                words = error.words
            else:
                self.learn(other)
                return answer
        self.negotiated_at = time.monotonic()
        raise refusal

    async def _cap_that_is_taken(self, plain: Plain) -> Cap | None:
        """The name of the cap with which the plainest question is taken; None where it is refused with both."""
        if await plain(self.dialect.cap):
            return self.dialect.cap
        other: Cap = "max_tokens" if self.dialect.cap == "max_completion_tokens" else "max_completion_tokens"
        return other if "cap" not in self.fixed and await plain(other) else None


@dataclass(eq=False, slots=True)
class RecordedEndpoint(Endpoint):
    """A model whose answers are recorded: it is asked in each dialect that it was asked in, until one was answered."""

    recorded: tuple[Dialect, ...] = ()

    async def in_dialect(self, send: Callable[[Dialect], Awaitable[R]], plain: Plain) -> R:  # noqa: ARG002
        """See `Endpoint`.

        Raises:
            NoRecording: the request was recorded in no dialect; it tells of the one that is asked in first.
            Refused: it was, and nothing but refusals.
        """
        failures: list[NoRecording | Refused] = []
        for dialect in dict.fromkeys((self.dialect, *self.recorded)):
            try:
                return await send(dialect)
            except (NoRecording, Refused) as error:
                failures.append(error)
        raise next((each for each in failures if isinstance(each, Refused)), failures[0])


@dataclass(frozen=True, slots=True)
class Access:
    """A client, its endpoint, and the settings of sampling that go with each request."""

    client: "BaseChatModel"
    endpoint: Endpoint
    sampling: dict[str, Any] = field(default_factory=dict)


LOCAL = Endpoint("", "", Dialect())
"""The offline model: it takes all, and nothing is to be found out about it."""

GIVEN = Endpoint("", "", Dialect(form="words"), takes_parameters=False)
"""A chat model of the caller's own that is not OpenAI's client: its parameters are not known, so the schema is said."""


def llama_endpoint(pace: Pace) -> Endpoint:
    """llama.cpp's server in a child process: it holds its model to every bound, which a weak one writes up to."""
    return Endpoint("", "", Dialect(), pace=pace, fits_answers=True)


async def open_endpoint(address: str, model: str, by_hand: str, pace: Pace, database: Database) -> Endpoint:
    """Read what the home knows of a model of an endpoint; what is fixed by hand counts before it."""
    fixed = parse_abilities(by_hand)
    known = await database.do(lambda tx: load_abilities(tx, address, model), durable=False)
    dialect = replace(known.dialect if known else first_dialect(address), **fixed)
    return Endpoint(address, model, dialect, frozenset(fixed), database, pace)


def address_of(client: Any) -> str:
    """The address that a client of OpenAI's protocol asks, without a name or password in it."""
    url = getattr(client, "azure_endpoint", None) or getattr(client, "openai_api_base", None) or OPENAI
    parts = urlsplit(str(url).rstrip("/"))
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))
