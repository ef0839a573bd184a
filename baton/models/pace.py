"""The pace of an endpoint: how many calls are made at once, and how soon the next, shared by all runs and processes.

While nothing is known of a limit, a call waits for nobody and the database is not asked. From the first refusal on, the
calls of a process stand in a line, and the one in front takes its slot from a row that all processes of the home share.
A refused call stands in line again: that is no attempt, as long as the endpoint lets others through.
"""

import asyncio
import json
import random
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from typing import Any

from baton.models.pace_limits import limits_of, unit_of
from baton.models.pace_rules import (
    Bucket,
    Burst,
    PaceState,
    after_limit,
    after_refused,
    after_taken,
    is_of_use,
    take_slot,
    with_burst,
    with_call,
)
from baton.runtime.step_clock import clock_stopped
from baton.storage.about_rows import keep_about, read_about
from baton.storage.claims import boot_id, steady
from baton.storage.database import Database
from baton.storage.transaction import Transaction

PATIENCE_S = 90.0
"""How long after the last call that got through refusals are a matter of the pace, and no failed attempts."""

MOST_RESENDS = 30  # of one call: an endpoint that refuses it alone means the call
LOOK_AGAIN_S = 0.1  # another process may have moved the line
SPREAD = 0.05  # of a wait, at random, so that processes do not wake together

Change = Callable[[PaceState, float], PaceState]


@dataclass(slots=True)
class Turn:
    """One call's turn: when it was sent, and how long it waited for it, in seconds."""

    tokens: int
    sent_at: float = 0.0
    waited_s: float = 0.0
    resends: int = 0


class Pace:
    """The pace of one endpoint in this process."""

    def __init__(self, address: str, database: Database, calls_at_once: int) -> None:
        self._key, self._database = f"pace:{address}", database
        self._most = self._room = calls_at_once
        self._freed = asyncio.Event()
        self._line = asyncio.Lock()
        self._in_flight, self._is_paced, self._patient_from = 0, False, float("-inf")
        self._burst = Burst(0.0)

    async def open(self) -> None:
        """Read what other processes have learned."""
        state = await self._database.do(lambda tx: _read(tx, self._key), durable=False)
        self._is_paced = is_of_use(state, steady())

    @asynccontextmanager
    async def turn(self, turn: Turn) -> AsyncIterator[None]:
        """Make one call inside the block, when its turn comes; the clock of the step stands still until then."""
        began = steady()
        if self._is_paced or self._in_flight >= self._room or self._line.locked():
            with clock_stopped():
                await self._wait(turn)
            turn.waited_s += steady() - began
        self._in_flight += 1
        turn.sent_at = steady()
        try:
            yield
        finally:
            self._in_flight -= 1
            self._freed.set()

    async def note_taken(self, turn: Turn, headers: Mapping[str, str]) -> None:
        """Note that a call got through, and what its headers say of limits."""
        now = steady()
        self._patient_from = now
        self._room = min(self._most, self._room + 1)
        limits = limits_of(headers)
        spent = [each for each in limits if each.left < (1 if each.unit == "requests" else turn.tokens)]
        if not self._is_paced and not spent:
            self._burst = with_call(self._burst, now, turn.tokens)
            return

        def change(state: PaceState, moment: float) -> PaceState:
            state = after_taken(state, moment, turn.sent_at, turn.tokens)
            for limit in spent:
                state = after_limit(state, moment, limit)
            return state

        await self._change(change)

    async def note_refused(self, turn: Turn, retry_after: float | None, words: str) -> bool:
        """Note that a call was refused because of the pace; returns whether it is to stand in line again."""
        is_alone = self._in_flight == 0 and not self._line.locked()
        if not is_alone and self._patient_from == float("-inf"):
            self._patient_from = steady()
        turn.resends += 1
        is_over = steady() - self._patient_from > PATIENCE_S or turn.resends > MOST_RESENDS
        if is_over and not self._is_paced:
            return False  # a refusal of nobody's pace
        unit = unit_of(words)
        state = await self._change(lambda state, now: after_refused(state, now, turn.sent_at, retry_after, unit))
        if is_over:  # those in the line wait for what became of it
            return False
        self._patient_from = max(self._patient_from, state.taken_at or float("-inf"))
        return True

    def note_timeout(self) -> None:
        """Note that a call was not answered in time: where several were under way, fewer are made at once."""
        self._room = max(1, min(self._room, self._in_flight + 1) // 2)

    async def _wait(self, turn: Turn) -> None:
        """Wait until there is room for one more call, and the line has come to it."""
        async with self._line:
            while self._in_flight >= self._room:
                self._freed.clear()
                await self._freed.wait()
            while self._is_paced:
                wait = await self._take_slot(turn.tokens)
                if not wait:
                    return
                await asyncio.sleep(min(wait, LOOK_AGAIN_S) * (1 + SPREAD * random.random()))  # noqa: S311

    async def _take_slot(self, tokens: int) -> float:
        """Take the next slot in the shared row; returns the seconds to wait where it is not there yet."""

        def take(tx: Transaction) -> tuple[float, bool]:
            now, state = steady(), _read(tx, self._key)
            if not is_of_use(state, now):
                return 0.0, False
            after, wait = take_slot(state, now, tokens)
            if not wait:
                _write(tx, self._key, after)
            return wait, True

        wait, self._is_paced = await self._database.do(take, durable=False)
        return wait

    async def _change(self, change: Change) -> PaceState:
        """Change the shared row, and keep the pace from now on."""
        burst, self._burst, self._is_paced = self._burst, Burst(0.0), True

        def work(tx: Transaction) -> PaceState:
            now = steady()
            state = _read(tx, self._key)
            state = change(with_burst(state if is_of_use(state, now) else PaceState(), burst), now)
            _write(tx, self._key, state)
            return state

        return await self._database.do(work, durable=False)


def _read(tx: Transaction, key: str) -> PaceState:
    """The shared state; a fresh one where there is none, where it is of another boot, or cannot be read."""
    text = read_about(tx, key)
    try:
        kept: dict[str, Any] = json.loads(text) if text else {}
        if kept.pop("boot", None) != boot_id():
            return PaceState()
        requests, tokens = (Bucket(**kept.pop(name)) for name in ("requests", "tokens"))
        return PaceState(**kept, requests=requests, tokens=tokens)
    except (ValueError, TypeError, LookupError, AttributeError):
        return PaceState()


def _write(tx: Transaction, key: str, state: PaceState) -> None:
    keep_about(tx, key, json.dumps({**asdict(state), "boot": boot_id()}))
