"""The pace of an endpoint: a batch slows down instead of dying, and uses what the endpoint allows."""

import asyncio
import json
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from langgraph.types import TimeoutPolicy
from typing_extensions import TypedDict

from baton.config.policies import MODEL_RETRY
from baton.errors import Transient
from baton.models import pace
from baton.models.asking import ask
from baton.models.pace_limits import limits_of, unit_of
from baton.models.pace_rules import (
    LONGEST_WAIT_S,
    Burst,
    Limit,
    PaceState,
    after_limit,
    after_refused,
    after_taken,
    take_slot,
    with_burst,
    with_call,
)
from baton.records import Record
from baton.runs.runner import Job, Runner
from baton.runtime.resources import Resources, open_resources
from baton.steps.dead_letters import dead_letter
from baton.steps.typed_graph import TypedStateGraph
from tests.baton.conftest import Endpoint, Reply, completion, failure
from tests.baton.models.test_asking import calls

RIGHT = completion('{"note": "guilty"}')


class Verdict(Record):
    note: str


class State(TypedDict, total=False):
    number: int
    note: str


async def judge(state: State) -> State:
    return {"note": (await ask("judge", Verdict, "Judge.", {"number": state.get("number")})).note}


def graph(**policies: Any) -> Any:
    builder: Any = TypedStateGraph(State)
    builder.set_node_defaults(**{"retry_policy": MODEL_RETRY, "error_handler": dead_letter, **policies})
    return builder.add_node("judge", judge).set_entry_point("judge").compile(name="court")


@dataclass
class Window:
    """Takes so many requests in so many seconds, and answers the others with a refusal."""

    most: int
    seconds: float
    refusal: Reply = field(default_factory=lambda: failure(429))
    taken: deque[float] = field(default_factory=deque)
    refused: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def next(self, _raw: bytes) -> Reply:
        with self.lock:  # each request comes in a thread of its own
            now = time.monotonic()
            while self.taken and self.taken[0] < now - self.seconds:
                self.taken.popleft()
            if len(self.taken) >= self.most:
                self.refused += 1
                return self.refusal
            self.taken.append(now)
            return RIGHT


@pytest.fixture
def serving(endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch) -> Callable[[Any], Any]:
    def serve(server: Any) -> Any:
        monkeypatch.setattr(endpoint, "next", server.next)
        return server

    return serve


async def batch(resources: Resources, runs: int, made: Any) -> list[str]:
    """Work so many runs at once; return how they ended."""
    ended: list[str] = []
    runner = Runner(resources, {"court": made}.__getitem__)
    threads = await runner.queue("court", [Job({"number": number}) for number in range(runs)])
    await runner.work(threads, done=lambda run: ended.append(run["status"]), concurrency=16)
    return ended


@pytest.mark.slow
@pytest.mark.parametrize("headers", [{}, {"retry_after": "0.2"}], ids=["without a time", "with a time"])
async def test_a_batch_at_an_endpoint_that_takes_few_gets_through(
    serving: Callable[[Any], Any], resources: Resources, headers: dict[str, str]
) -> None:
    server = serving(Window(5, 1.0, failure(429, **headers)))
    assert await batch(resources, 20, graph()) == ["done"] * 20
    assert server.refused
    made = await calls(resources)
    unanswered = [(call["status"], call["error"]) for call in made if call["status"] != "answered"]
    assert len(made) == 20
    assert not unanswered, "to stand in line again is no attempt"


@pytest.mark.slow
async def test_waiting_for_a_turn_is_no_time_of_the_step(serving: Callable[[Any], Any], resources: Resources) -> None:
    resources.settings.step_deadline_s = 0.5
    serving(Window(3, 2.5))
    assert await batch(resources, 8, graph(timeout=2.5)) == ["done"] * 8
    assert any("for its turn" in str(call["note"]) for call in await calls(resources))


@pytest.mark.slow
async def test_nor_of_the_step_around_it(serving: Callable[[Any], Any], resources: Resources) -> None:
    serving(Window(3, 2.5))
    inner: Any = TypedStateGraph(State)
    inner = inner.add_node("judge", judge).set_entry_point("judge").compile(name="inner")
    outer: Any = TypedStateGraph(State)
    outer.set_node_defaults(error_handler=dead_letter, timeout=2.5)
    outer = outer.add_node("inside", inner).set_entry_point("inside").compile(name="court")
    assert await batch(resources, 8, outer) == ["done"] * 8


@pytest.mark.slow
async def test_an_endpoint_that_lets_nobody_through_is_given_up(
    endpoint: Endpoint, resources: Resources, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pace, "PATIENCE_S", 0.5)
    endpoint.will(failure(429))
    assert await batch(resources, 3, graph()) == ["dead_lettered"] * 3


async def test_a_lone_call_that_is_refused_is_tried_again_as_ever(endpoint: Endpoint, resources: Resources) -> None:
    endpoint.will(failure(429))
    with pytest.raises(Transient):
        await graph(error_handler=None, retry_policy=None).ainvoke({})
    assert len(endpoint.asked) == 1


@pytest.mark.slow
async def test_a_call_that_alone_is_refused_again_and_again_is_given_up(
    serving: Callable[[Any], Any], resources: Resources, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pace, "MOST_RESENDS", 3)

    class TooLarge:
        def next(self, raw: bytes) -> Reply:
            return failure(429) if "7" in json.loads(raw)["messages"][-1]["content"] else RIGHT

    serving(TooLarge())
    ended = await batch(resources, 8, graph())
    assert sorted(ended) == ["dead_lettered", *["done"] * 7]


async def test_no_more_calls_are_made_at_once_than_the_setting_says(
    serving: Callable[[Any], Any], resources: Resources
) -> None:
    class Counting:
        now = most = 0

        def next(self, _raw: bytes) -> Reply:
            self.now += 1
            self.most = max(self.most, self.now)
            time.sleep(0.02)
            self.now -= 1
            return RIGHT

    resources.settings.calls_at_once = 3
    server = serving(Counting())
    assert await batch(resources, 12, graph()) == ["done"] * 12
    assert server.most <= 3


async def test_what_was_learned_is_there_for_the_next_process(serving: Callable[[Any], Any]) -> None:
    server = serving(Window(4, 2.0))
    for _ in range(2):
        async with open_resources() as resources:
            assert await batch(resources, 8, graph()) == ["done"] * 8
            refused, server.refused = server.refused, 0
    assert refused < 4, "the second batch comes at the pace of the first"


class Simulated:
    """An endpoint with a window that slides or stands, or a bucket; times are seconds from its start."""

    def __init__(self, kind: str, most: int, seconds: float, *, tells: bool) -> None:
        self.kind, self.most, self.seconds, self.tells = kind, most, seconds, tells
        self.taken: deque[float] = deque()
        self.level, self.at = float(most), 0.0

    def ask(self, now: float) -> tuple[bool, float | None]:
        wait = self._wait(now)
        return wait <= 0, wait if self.tells and wait > 0 else None

    def _wait(self, now: float) -> float:
        if self.kind == "bucket":
            self.level = min(self.most, self.level + (now - self.at) * self.most / self.seconds)
            self.at = now
            if self.level >= 1:
                self.level -= 1
                return 0.0
            return (1 - self.level) * self.seconds / self.most
        begin = now - self.seconds if self.kind == "slides" else now // self.seconds * self.seconds
        while self.taken and self.taken[0] <= begin:
            self.taken.popleft()
        if len(self.taken) < self.most:
            self.taken.append(now)
            return 0.0
        return self.taken[0] + self.seconds - now if self.kind == "slides" else begin + self.seconds - now


def seconds_for(server: Simulated, calls_: int) -> tuple[float, int]:
    """The time that so many calls take, one after the other as the rules say; and how many were refused."""
    state, now, left, refused, burst = PaceState(), 1000.0, calls_, 0, Burst(0.0)
    start = now
    while left:
        if state.refused_at:
            state, wait = take_slot(state, now, 100)
            if wait:
                now += wait + 0.001
                continue
        sent, (is_taken, told) = now, server.ask(now - start)
        now += 0.02
        if is_taken:
            left -= 1
            if state.refused_at:
                state = after_taken(state, now, sent, 100)
            else:
                burst = with_call(burst, now, 100)
        else:
            refused += 1
            state, burst = after_refused(with_burst(state, burst), now, sent, told), Burst(0.0)
    return now - start, refused


@pytest.mark.parametrize("tells", [False, True])
@pytest.mark.parametrize("most,seconds", [(10, 10.0), (3, 60.0), (60, 60.0), (20, 1.0)])
@pytest.mark.parametrize("kind", ["slides", "stands", "bucket"])
def test_most_of_the_rate_is_used_however_the_endpoint_counts(
    kind: str, most: int, seconds: float, *, tells: bool
) -> None:
    took, refused = seconds_for(Simulated(kind, most, seconds, tells=tells), 20 * most)
    assert 20 * most / (most + took * most / seconds) >= 0.8
    assert refused < 10 * most, "half as many as were taken"


def test_what_a_process_had_through_long_ago_does_not_thin_out_what_it_had_through_now() -> None:
    burst, now = Burst(0.0), 1000.0
    for pause in [60.0] * 60 + [0.1] * 20:
        burst, now = with_call(burst, now, 100), now + pause
    state = after_taken(after_refused(with_burst(PaceState(), burst), now, now, None), now + 0.2, now + 0.1, 100)
    assert state.requests.rate is not None
    assert 20 / 120 <= state.requests.rate <= 30 / 120


@given(st.lists(st.tuples(st.booleans(), st.floats(0, 100), st.none() | st.floats(0.001, 1e9)), max_size=60))
def test_whatever_comes_a_slot_is_never_further_away_than_the_longest_wait(
    course: list[tuple[bool, float, float | None]],
) -> None:
    state, now, slot_s = PaceState(), 1000.0, 0.0
    for is_taken, passed, told in course:
        now += passed
        state = after_taken(state, now, now, 10) if is_taken else after_refused(state, now, now, told)
        slot_s = max(slot_s, 1 / (state.requests.rate or 1))  # a slot that was taken at a lower rate is kept
        _, wait = take_slot(state, now, 10)
        assert 0 <= wait <= max(LONGEST_WAIT_S, slot_s) * 1.01


def test_a_limit_that_headers_tell_is_kept_before_a_call_is_refused() -> None:
    state = after_limit(PaceState(), 1000.0, Limit("requests", 60, 0, 30.0))
    assert take_slot(state, 1000.0, 10)[1] == pytest.approx(0.5)
    state, wait = take_slot(state, 1000.5, 10)
    assert wait == 0
    assert take_slot(state, 1000.5, 10)[1] == pytest.approx(0.5)


def test_tokens_are_a_pace_of_their_own() -> None:
    state = after_limit(PaceState(), 1000.0, Limit("tokens", 6000, 0, 60.0))
    state, _ = take_slot(state, 1001.0, 1000)
    assert take_slot(state, 1001.0, 1000)[1] == pytest.approx(10, abs=1.1)


HEADERS: dict[str, tuple[dict[str, str], list[Limit]]] = {
    "OpenAI's": (
        {
            "x-ratelimit-limit-requests": "60",
            "x-ratelimit-remaining-requests": "0",
            "x-ratelimit-reset-requests": "1m0s",
            "x-ratelimit-limit-tokens": "9000",
            "x-ratelimit-remaining-tokens": "8000",
            "x-ratelimit-reset-tokens": "250ms",
        },
        [Limit("requests", 60, 0, 60.0), Limit("tokens", 9000, 8000, 0.25)],
    ),
    "the draft's": (
        {"RateLimit-Limit": "10", "RateLimit-Remaining": "0", "RateLimit-Reset": "7"},
        [Limit("requests", 10, 0, 7.0)],
    ),
    "of the day": (
        {"x-ratelimit-limit": "50", "x-ratelimit-remaining": "0", "x-ratelimit-reset": "86400"},
        [],
    ),
    "half of it": ({"x-ratelimit-remaining": "0"}, []),
    "junk": ({"x-ratelimit-limit": "many", "x-ratelimit-remaining": "?", "x-ratelimit-reset": "soon"}, []),
    "none": ({"content-type": "application/json"}, []),
}


@pytest.mark.parametrize("name", HEADERS)
def test_limits_are_read_from_headers_whatever_they_are_called(name: str) -> None:
    headers, limits = HEADERS[name]
    assert limits_of(headers) == limits


def test_a_time_of_the_day_is_a_limit_too() -> None:
    headers = {
        "x-ratelimit-limit": "9",
        "x-ratelimit-remaining": "0",
        "x-ratelimit-reset": f"{time.time() + 20:.0f}000",
    }
    (limit,) = limits_of(headers)
    assert limit.reset_s == pytest.approx(20, abs=2)


@pytest.mark.parametrize(
    "words,unit",
    [
        ("Rate limit reached on tokens per min (TPM): Limit 30000", "tokens"),
        ("token rate limit of your tier", "tokens"),
        ("Rate limit reached on requests per min (RPM)", "requests"),
        ("too many requests", "requests"),
    ],
)
def test_words_say_what_a_refusal_counts(words: str, unit: str) -> None:
    assert unit_of(words) == unit


async def test_a_step_has_its_whole_time_after_it_waited(resources: Resources) -> None:
    from baton.runtime.step_clock import clock_stopped  # noqa: PLC0415
    from baton.steps.time_limits import time_limit  # noqa: PLC0415

    began = time.monotonic()
    async with time_limit("step", TimeoutPolicy(run_timeout=0.3)):
        await asyncio.sleep(0.1)
        with clock_stopped():
            await asyncio.gather(asyncio.sleep(0.4), asyncio.sleep(0.2))
        await asyncio.sleep(0.1)
    assert time.monotonic() - began >= 0.6
