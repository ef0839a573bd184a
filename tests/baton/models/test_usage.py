"""What an endpoint reports as used: believed where it can be right, else the reservation stands and the cap holds."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typing_extensions import TypedDict

from baton.errors import BadAnswer, OverBudget
from baton.models.asking import ask
from baton.models.budget import MOST, TOKEN_BYTES, Usage, credible_usage, least_tokens
from baton.offline.completions import prompt_tokens, tokens
from baton.records import Record
from baton.runtime.resources import Resources
from baton.steps.typed_graph import TypedStateGraph
from tests.baton.conftest import Endpoint, Reply, completion
from tests.baton.models.test_asking import budget, calls

BUDGET = 6_000
MANY = 60
CONFIG: Any = {"configurable": {"thread_id": "t"}}
CASE = "The parcel never came, and the fee was taken twice. " * 12
NOTE = json.dumps({"note": "The fee is to be paid back within a week. " * 70})  # some 740 of the 800 tokens

DOUBTED = "the usage that was reported cannot be right; the reservation counts as spent"
UNTOLD = "no usage was reported; the reservation counts as spent"

MISSING = object()
Form = Callable[[int, int], Any]
"""What an endpoint reports, of the tokens that it honestly read and wrote."""


class Note(Record):
    note: str


class State(TypedDict, total=False):
    answers: int


async def note(state: State) -> State:
    """Asks until the budget holds no more, or many times."""
    for answers in range(MANY):
        try:
            await ask("judge", Note, "Note what is to be done.", {"case": CASE})
        except OverBudget:
            return {"answers": answers}
    return {"answers": MANY}


graph = TypedStateGraph(State).add_node(note).set_entry_point("note").compile()


def usage(prompt: Any, written: Any, total: Any) -> dict[str, Any]:
    return {"prompt_tokens": prompt, "completion_tokens": written, "total_tokens": total}


def telling(reply: Reply, reported: Any) -> Reply:
    """The reply with that usage in its envelope."""
    body = {**json.loads(reply.body), "usage": reported}
    if reported is MISSING:
        del body["usage"]
    return replace(reply, body=json.dumps(body).encode())


@dataclass
class Server:
    """Answers every request, keeps the honest bill, and reports what its form makes of it."""

    form: Form
    reply: Reply = field(default_factory=lambda: completion(NOTE))
    bill: list[tuple[int, int]] = field(default_factory=list)

    def next(self, raw: bytes) -> Reply:
        message = json.loads(self.reply.body)["choices"][0]["message"]
        self.bill.append((prompt_tokens(json.loads(raw)), tokens(message["content"] or message["refusal"] or "")))
        return telling(self.reply, self.form(*self.bill[-1]))

    @property
    def billed(self) -> int:
        return sum(map(sum, self.bill))


@pytest.fixture
def serving(endpoint: Endpoint, resources: Resources, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Server]:
    """Puts a server in the endpoint's place, before a run that has the budget."""

    def serve(form: Form, reply: Reply | None = None) -> Server:
        server = Server(form, reply) if reply else Server(form)
        monkeypatch.setattr(endpoint, "next", server.next)
        resources.settings.budget_tokens = BUDGET
        return server

    return serve


NO_USAGE: dict[str, Form] = {"missing": lambda _p, _w: MISSING, "null": lambda _p, _w: None}
UNDERSTATED: dict[str, Form] = {
    "empty": lambda _p, _w: {},
    "zeros": lambda _p, _w: usage(0, 0, 0),
    "nulls": lambda _p, _w: usage(None, None, None),
    "truths": lambda _p, _w: usage(True, True, True),  # noqa: FBT003 - JSON has no names for what it lists
    "negative": lambda p, w: usage(-p, -w, -p - w),
    "negative beside a total": lambda p, w: usage(p, -w, p + w),
    "fractions": lambda p, w: usage(p / 1e3, w / 1e3, (p + w) / 1e3),
    "no number": lambda _p, w: usage(float("nan"), w, w),
    "a list in it": lambda p, w: usage([p], w, p + w),
    "joined text": lambda p, w: {"prompt_tokens": str(p), "completion_tokens": str(w)},
    "only a total": lambda p, w: {"total_tokens": p + w},
    "other names": lambda p, w: {"input_tokens": p, "output_tokens": w},
    "nothing read": lambda _p, w: usage(0, w, w),
    "nothing written": lambda p, _w: usage(p, 0, p),
    "too little read": lambda _p, w: usage(3, w, 3 + w),
    "too little written": lambda p, _w: usage(p, 7, p + 7),
    "one and one": lambda _p, _w: usage(1, 1, 2),
}
HONEST: dict[str, Form] = {
    "whole": lambda p, w: usage(p, w, p + w),
    "whole as JSON may write it": lambda p, w: usage(float(p), float(w), float(p + w)),
    "text": lambda p, w: usage(str(p), str(w), str(p + w)),
    "no total": lambda p, w: {"prompt_tokens": p, "completion_tokens": w},
    "null total": lambda p, w: usage(p, w, None),
    "a total of zero": lambda p, w: usage(p, w, 0),
    "thoughts in the total alone": lambda p, w: usage(p, w - 500, p + w),
}
OVERSTATED: dict[str, Form] = {
    "much written": lambda p, w: usage(p, 100 * w, p + 100 * w),
    "huge": lambda p, w: usage(10**30, w, 10**30 + p),
    "too huge for a float": lambda p, w: usage(10**400, w, 10**400 + p),
    "huge in total": lambda p, w: usage(p, w, 10**30),
}


@pytest.mark.parametrize("name", [*NO_USAGE, *UNDERSTATED])
async def test_what_understates_buys_no_call_that_the_reservations_do_not_hold(
    serving: Callable[..., Server], resources: Resources, name: str
) -> None:
    server = serving({**NO_USAGE, **UNDERSTATED}[name])
    result = await graph.ainvoke({}, CONFIG)
    made = await calls(resources)
    reserved = made[0]["reserved_tokens"]
    assert result["answers"] == len(server.bill) == len(made) == BUDGET // reserved
    assert server.billed <= BUDGET
    assert await budget(resources) == (0, reserved * len(made))
    for call in made:
        assert (call["status"], call["input_tokens"], call["output_tokens"]) == ("answered", 0, 0)
        assert (call["cost_usd"], call["note"]) == (None, UNTOLD if name in NO_USAGE else DOUBTED)


@pytest.mark.parametrize("name", HONEST)
async def test_what_is_honest_buys_what_the_budget_holds_by_the_servers_own_count(
    serving: Callable[..., Server], resources: Resources, name: str
) -> None:
    server = serving(HONEST[name])
    result = await graph.ainvoke({}, CONFIG)
    made = await calls(resources)
    assert await budget(resources) == (0, server.billed)
    assert BUDGET - made[0]["reserved_tokens"] < server.billed <= BUDGET
    assert result["answers"] == len(made) > BUDGET // made[0]["reserved_tokens"]
    assert [call["input_tokens"] + call["output_tokens"] for call in made] == [sum(each) for each in server.bill]
    assert {call["note"] for call in made} == {None}


@pytest.mark.parametrize("name", OVERSTATED)
async def test_what_overstates_counts_as_the_reservation_and_is_noted(
    serving: Callable[..., Server], resources: Resources, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(resources.settings, "model_judge", "openai:gpt-4o-mini")  # its price is known
    server = serving(OVERSTATED[name])
    await graph.ainvoke({}, CONFIG)
    made = await calls(resources)
    reserved = made[0]["reserved_tokens"]
    assert len(server.bill) == len(made) == BUDGET // reserved
    assert await budget(resources) == (0, reserved * len(made))
    for call in made:
        assert call["note"].endswith(f"tokens were reported and {reserved} reserved; these count as spent")
        assert max(call["input_tokens"], call["output_tokens"]) <= MOST


UNREADABLE: dict[str, Any] = {
    "words": "free of charge",
    "an empty list": [],
    "a list": [1],
    "zero": 0,
    "true": True,
    "text and number without a total": {"prompt_tokens": "900", "completion_tokens": 700},
}


@pytest.mark.parametrize("name", UNREADABLE)
async def test_a_usage_that_cannot_even_be_read_is_none(
    serving: Callable[..., Server], resources: Resources, name: str
) -> None:
    server = serving(lambda _p, _w: UNREADABLE[name])
    result = await graph.ainvoke({}, CONFIG)
    made = await calls(resources)
    reserved = made[0]["reserved_tokens"]
    assert result["answers"] == len(server.bill) == len(made) == BUDGET // reserved
    assert await budget(resources) == (0, reserved * len(made))
    assert {(call["status"], call["cost_usd"], call["note"]) for call in made} == {("answered", None, UNTOLD)}


LONG_REFUSAL = "I will not say what is to be done about it. " * 30
USELESS: dict[str, Reply] = {
    "refused": completion(None, refusal=LONG_REFUSAL),
    "cut": completion(NOTE[:2000], finish="length"),
    "filtered": completion(NOTE[:2000], finish="content_filter"),
    "empty": completion(""),
}


@pytest.mark.parametrize("fault", USELESS)
@pytest.mark.parametrize("name", ["zeros", "nothing read", "nothing written"])
async def test_what_is_reported_for_no_answer_is_doubted_too(
    serving: Callable[..., Server], resources: Resources, fault: str, name: str
) -> None:
    serving(UNDERSTATED[name], USELESS[fault])
    with pytest.raises(BadAnswer):
        await graph.ainvoke({}, CONFIG)
    (call,) = await calls(resources)
    assert await budget(resources) == (0, call["reserved_tokens"])
    assert (call["status"], call["cost_usd"], call["note"]) == ("failed", None, DOUBTED)


@pytest.mark.parametrize("fault", USELESS)
async def test_what_is_reported_honestly_for_no_answer_is_believed(
    serving: Callable[..., Server], resources: Resources, fault: str
) -> None:
    server = serving(HONEST["whole"], USELESS[fault])
    with pytest.raises(BadAnswer):
        await graph.ainvoke({}, CONFIG)
    assert await budget(resources) == (0, server.billed)


async def test_a_refusal_is_text_that_was_written(serving: Callable[..., Server], resources: Resources) -> None:
    serving(lambda p, _w: usage(p, 1, p + 1), USELESS["refused"])
    with pytest.raises(BadAnswer):
        await graph.ainvoke({}, CONFIG)
    (call,) = await calls(resources)
    assert call["note"] == DOUBTED


def test_a_total_that_is_more_than_its_parts_is_what_was_used() -> None:
    assert credible_usage({"input_tokens": 21, "output_tokens": 0, "total_tokens": 81}, 100, 0) == Usage(21, 60)
    assert credible_usage({"input_tokens": 21, "output_tokens": 7, "total_tokens": 3}, 100, 20) == Usage(21, 7)


sizes = st.integers(0, 10**7)
counts = st.integers(0, 10**6)
anything = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.lists(st.integers())
NAMES = ("input_tokens", "output_tokens", "total_tokens")
reports = st.dictionaries(st.sampled_from(NAMES), anything) | st.none()


@given(reports, sizes, sizes)
def test_whatever_is_reported_is_a_count_that_the_bytes_allow_or_none(
    reported: dict[str, Any] | None, sent: int, said: int
) -> None:
    found = credible_usage(reported, sent, said)
    if found is None:
        return
    assert reported is not None
    assert least_tokens(sent) <= found.input_tokens == min(reported["input_tokens"], MOST)
    assert max(least_tokens(said), min(reported["output_tokens"], MOST)) <= found.output_tokens <= MOST
    assert found.input_tokens + found.output_tokens >= min(reported["total_tokens"], MOST)
    assert {type(found.input_tokens), type(found.output_tokens)} == {int}


@given(sizes, sizes, counts, counts, st.integers(0, 100))
def test_a_count_that_the_bytes_allow_is_believed_as_it_is(
    sent: int, said: int, more_read: int, more_written: int, missing: int
) -> None:
    read, written = least_tokens(sent) + more_read, least_tokens(said) + more_written
    total = max(read + written - missing, 0)  # a smaller total takes nothing from its parts
    reported = {"input_tokens": read, "output_tokens": written, "total_tokens": total}
    assert credible_usage(reported, sent, said) == Usage(read, written)


@given(sizes, sizes, counts, st.data())
def test_a_count_that_the_bytes_do_not_allow_is_none_on_either_side(
    sent: int, said: int, more: int, data: st.DataObject
) -> None:
    few_read = data.draw(st.integers(-10, least_tokens(sent) - 1))
    few_written = data.draw(st.integers(-10, least_tokens(said) - 1))
    plenty = least_tokens(sent) + more, least_tokens(said) + more
    for read, written in ((few_read, plenty[1]), (plenty[0], few_written), (few_read, few_written)):
        reported = {"input_tokens": read, "output_tokens": written, "total_tokens": read + written}
        assert credible_usage(reported, sent, said) is None


@given(st.lists(st.binary(min_size=1, max_size=TOKEN_BYTES), min_size=1), st.lists(st.binary(max_size=TOKEN_BYTES)))
def test_every_tokenizer_whose_tokens_are_no_longer_is_believed(read: list[bytes], written: list[bytes]) -> None:
    used = Usage(len(read), len(written) + 1)  # an answer ends with a token of no text
    reported = dict(zip(NAMES, (used.input_tokens, used.output_tokens, len(read) + len(written) + 1), strict=True))
    assert credible_usage(reported, len(b"".join(read)), len(b"".join(written))) == used
