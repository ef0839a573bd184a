"""`baton show` tells what was paid: over the steps of a run, the sums are what the endpoint counted."""

from collections.abc import Callable, Mapping, MutableMapping, Sequence
from typing import Any, cast

import pytest

from bank.responders import RESPONDERS
from baton.offline.transport import Request, Responder, Usage, endpoint
from baton.runs.runner import Job
from baton.runtime.resources import Resources
from baton.storage.records import RunSummary, StepAttempt
from baton.storage.show import steps
from tests.graphs.conftest import Desk
from tests.graphs.test_inbox import LINES

PICKED = LINES[:20]
PIN = "How do I change my PIN? I paid GBP 3.00 for a new one on 3 March."
Stumbling = Callable[[str, dict[str, Any]], None]


async def work(desk: Desk, graph: str, messages: list[dict[str, Any]]) -> list[RunSummary]:
    jobs = [Job({name: line[name] for name in ("message", "customer_id")}) for line in messages]
    ended: list[RunSummary] = []
    await desk.runner.work(await desk.runner.queue(graph, jobs), done=ended.append, concurrency=8)
    return ended


async def shown(resources: Resources, runs: list[RunSummary]) -> list[StepAttempt]:
    """All steps of all runs, as `baton show --json` takes them."""
    threads = [str(run["thread_id"]) for run in runs]
    return await resources.database.do(lambda tx: [step for thread in threads for step in steps(tx, thread, 1)])


def paid(told: Sequence[Mapping[str, Any]], calls: str = "model_calls") -> Usage:
    return Usage(*(sum(each[name] for each in told) for name in (calls, "input_tokens", "output_tokens")))


def since(before: Usage) -> Usage:
    now = endpoint("desk").usage
    return Usage(
        now.calls - before.calls, now.input_tokens - before.input_tokens, now.output_tokens - before.output_tokens
    )


@pytest.fixture
def stumbling(monkeypatch: pytest.MonkeyPatch) -> Stumbling:
    """Makes a skill give a bad answer once, the first time it is asked."""

    def once(name: str, bad: dict[str, Any]) -> None:
        good, left = RESPONDERS[name], [bad]

        def answer(request: Request) -> Any:
            return left.pop() if left else good(request)

        monkeypatch.setitem(cast("MutableMapping[str, Responder]", RESPONDERS), name, answer)

    return once


@pytest.mark.parametrize("graph", ["support_desk", "chaining"])
async def test_the_steps_of_twenty_runs_sum_up_to_what_the_endpoint_counted(
    desk: Desk, resources: Resources, graph: str
) -> None:
    before = endpoint("desk").usage
    runs = await work(desk, graph, PICKED)
    counted, told = since(before), await shown(resources, runs)
    assert counted.calls >= len(runs) == 20
    assert paid(told) == counted
    assert paid([run["usage"] for run in runs]) == counted


async def test_a_repaired_answer_is_counted_with_the_bad_one(
    desk: Desk, resources: Resources, stumbling: Stumbling
) -> None:
    stumbling("Draft", {"reply": "", "citations": [], "action": None})
    before = endpoint("desk").usage
    run = await desk.work("How do I change my PIN?")
    told = await shown(resources, [run])
    assert (run["status"], paid(told)) == ("done", since(before))
    [drafting] = [step for step in told if step["step"] == "draft"]
    assert (drafting["status"], drafting["model_calls"]) == ("done", 2)


async def test_a_link_that_its_gate_sent_back_is_counted_twice(
    desk: Desk, resources: Resources, stumbling: Stumbling
) -> None:
    stumbling("CaseReply", {"summary": "s", "reply": "r", "citations": ["NONE-01"], "facts_used": [0]})
    before = endpoint("desk").usage
    run = await desk.work(PIN, graph="chaining")
    told = await shown(resources, [run])
    assert (run["status"], paid(told)) == ("done", since(before))
    assert [step["model_calls"] for step in told if step["step"] == "summarise"] == [1, 1]


async def test_a_run_that_was_given_up_shows_what_it_cost(
    desk: Desk, resources: Resources, monkeypatch: pytest.MonkeyPatch
) -> None:
    never: Responder = lambda _request: {"reply": "", "citations": [], "action": None}  # noqa: E731
    monkeypatch.setitem(cast("MutableMapping[str, Responder]", RESPONDERS), "Draft", never)
    before = endpoint("desk").usage
    run = await desk.work("How do I change my PIN?")
    told = await shown(resources, [run])
    assert (run["status"], paid(told)) == ("dead_lettered", since(before))
    assert since(before).calls >= 2
