"""The hand-made chain and the one on Baton keep the same promises, and the suite notices where one is broken."""

import asyncio
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from pydantic import TypeAdapter

from app.import_closure import imports_of
from app.inbox import sample_messages
from baton import Job, Runner, open_resources
from baton.errors import AlreadyDecided, NothingWaiting
from benchmarks import code_lines
from benchmarks.by_hand import run as by_hand_run
from benchmarks.by_hand import shapes, with_approval, with_branch, with_loop
from benchmarks.by_hand.desk import Desk
from benchmarks.by_hand.flow import chain
from benchmarks.by_hand.journal import Journal
from benchmarks.by_hand.run import Run
from benchmarks.conformance import checks
from benchmarks.conformance.checks import CHECKS, Check
from benchmarks.conformance.receiver import filed
from benchmarks.conformance.sides import SIDES, local_model
from benchmarks.conformance.stage import ASKED, INQUIRY, MODEL, stage
from benchmarks.conformance.suite import conform
from benchmarks.new_steps import ROUNDS
from benchmarks.with_baton import with_approval as baton_with_approval
from benchmarks.with_baton import with_branch as baton_with_branch
from benchmarks.with_baton import with_loop as baton_with_loop
from graphs.chaining import graph as chaining

PAGE = Path(__file__).parents[2] / "docs" / "build-or-adopt.md"
GAP = "an attempt that a kill cut off is there too"
"""The one promise that the hand-made chain breaks: it keeps an attempt when that ends."""

QUICK = (
    "an input that is no inquiry is refused, and no model is asked",
    "an answer that does not fit is shown to the model once, and repaired",
    "a step that writes what it does not declare ends there",
    "a refusal is not tried again: it would be paid for in vain",
    "a step that hangs once is cut off and tried again",
    "it names the step, what that was given, and the error",
    "after a fix it is replayed from that step: what was done is not done again",
    "every step in order, each with its latency",
    "the tokens are those that the endpoint billed, repairs among them",
)
"""One or two of each guarantee; `python -m benchmarks.build_or_adopt` has all."""

A_KILL = "killed after it acted, its receipt not yet kept: filed once"
ONLY_ASKS = {"message": "How do I change my PIN?", "customer_id": None}

pytestmark = [pytest.mark.usefixtures("furnished"), pytest.mark.slow]


def check_of(promise: str) -> Check:
    return next(check for check in CHECKS if check.promise == promise)


@pytest.mark.parametrize("promise", QUICK)
@pytest.mark.parametrize("side", SIDES)
def test_both_keep_the_promise(side: str, promise: str) -> None:
    assert conform(side, check_of(promise)).fault is None


@pytest.mark.parametrize("side", SIDES)
def test_both_survive_a_kill(side: str) -> None:
    assert conform(side, check_of(A_KILL)).fault is None


@pytest.mark.parametrize("side, is_kept", [("with Baton", True), ("by hand", False)])
def test_only_one_knows_what_a_killed_process_had_begun(side: str, *, is_kept: bool) -> None:
    assert (conform(side, check_of(GAP)).fault is None) == is_kept


def forget_what_was_done() -> Any:
    return patch.object(Journal, "written", lambda *_: None)


def never_try_again() -> Any:
    return patch.object(by_hand_run, "is_transient", lambda _error: False)


def always_try_again() -> Any:
    return patch.object(by_hand_run, "is_transient", lambda _error: True)


@contextmanager
def never_cut_off() -> Iterator[None]:
    async def attempt(_run: Run, node: Any, state: Any, more: Any) -> str:
        return shapes.as_json(node, await node(shapes.reads(node).validate_python(dict(state)), *more))

    with patch.object(Run, "_attempt", attempt), patch.object(checks, "PATIENCE_S", 1.0):
        yield


def take_anything() -> Any:
    return patch.object(shapes, "as_json", lambda _step, update: TypeAdapter(Any).dump_json(update).decode())


def forget_receipts_and_keys() -> Any:
    visits = iter(range(99))
    return patch.object(Run, "effect", lambda _run, _action, _args, execute: execute(str(next(visits))))


def lose_tokens() -> Any:
    return patch("benchmarks.by_hand.run.Usage", _Lost)


class _Lost:
    """Counts nothing."""

    def __setattr__(self, name: str, value: int) -> None: ...
    def __getattr__(self, name: str) -> int:
        return 0


BROKEN: dict[Callable[[], Any], str] = {
    take_anything: "a step that writes what it does not declare ends there",
    never_try_again: "a step that hangs once is cut off and tried again",
    never_cut_off: "a step that hangs once is cut off and tried again",
    always_try_again: "a refusal is not tried again: it would be paid for in vain",
    forget_what_was_done: "after a fix it is replayed from that step: what was done is not done again",
    forget_receipts_and_keys: "its answer is lost twice: filed once",
    lose_tokens: "the tokens are those that the endpoint billed, repairs among them",
}


@pytest.mark.parametrize("broken", BROKEN, ids=lambda broken: broken.__name__)
def test_the_suite_notices_a_chain_without_the_guarantee(broken: Callable[[], Any]) -> None:
    with broken():
        assert conform("by hand", check_of(BROKEN[broken])).fault is not None


def work_by_hand(flow: Any, inquiry: dict[str, Any], folder: Path, kind: type[Desk] = Desk) -> Desk:
    desk = kind(folder / "by_hand.db", flow, local_model(MODEL))
    desk.queue("one", inquiry)
    asyncio.run(desk.work("one"))
    return desk


async def work_with_baton(graph: Any, inquiry: dict[str, Any]) -> Any:
    async with open_resources() as resources:
        runner = Runner(resources, lambda _name: graph)
        await runner.queue("chain", [Job(inquiry, "one")])
        return await runner.resume("one")


def test_the_branch_saves_a_call_on_both_sides(tmp_path: Path) -> None:
    with stage(tmp_path) as faults:
        assert work_by_hand(with_branch.chain, ONLY_ASKS, tmp_path).journal.run("one").status == "done"
        assert faults.reached(*ASKED) == len(ASKED) - 1
        assert asyncio.run(work_with_baton(baton_with_branch.build(), ONLY_ASKS))["status"] == "done"
        assert faults.reached(*ASKED) == 2 * (len(ASKED) - 1)


def test_the_loop_ends_on_both_sides(tmp_path: Path) -> None:
    with stage(tmp_path) as faults:
        assert work_by_hand(with_loop.chain, INQUIRY, tmp_path).journal.run("one").status == "done"
        assert faults.reached("CaseReply") == 1 + ROUNDS
        assert asyncio.run(work_with_baton(baton_with_loop.build(), INQUIRY))["status"] == "done"
        assert faults.reached("CaseReply") == 2 * (1 + ROUNDS)


def test_the_hand_made_approval_waits_and_is_given_once(tmp_path: Path) -> None:
    with stage(tmp_path):
        waiting = work_by_hand(with_approval.filed_chain, INQUIRY, tmp_path, with_approval.ApprovingDesk)
        assert (waiting.journal.run("one").status, filed(tmp_path)) == ("waiting", 0)
        later = with_approval.ApprovingDesk(tmp_path / "by_hand.db", with_approval.filed_chain, local_model(MODEL))
        assert (asyncio.run(later.decide("one", "approve")).status, filed(tmp_path)) == ("done", 1)
        with pytest.raises(LookupError, match="waits for no decision"):
            asyncio.run(later.decide("one", "reject"))


async def test_batons_approval_waits_and_is_given_once(tmp_path: Path) -> None:
    graph, approve = baton_with_approval.build(), {"decisions": [{"type": "approve"}]}
    with stage(tmp_path):
        waiting = await work_with_baton(graph, INQUIRY)
        assert (waiting["status"], filed(tmp_path)) == ("waiting", 0)
        async with open_resources() as resources:
            runner = Runner(resources, lambda _name: graph)
            assert ((await runner.decide("one", approve))["status"], filed(tmp_path)) == ("done", 1)
            with pytest.raises((AlreadyDecided, NothingWaiting)):
                await runner.decide("one", {"decisions": [{"type": "reject"}]})


async def test_both_do_the_same_work(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "by_hand.db", chain, local_model("desk"))
    async with open_resources() as resources:
        runner = Runner(resources, lambda _name: chaining)
        for number, message in enumerate(sample_messages()[::3]):
            desk.queue(str(number), message)
            [thread] = await runner.queue("chaining", [Job(message)])
            by_hand, with_baton = await desk.work(str(number)), await runner.resume(thread)
            assert by_hand.status == with_baton["status"]
            assert json.loads(by_hand.output or "null") == with_baton["output"]


def test_what_is_written_by_hand_stands_on_nothing_of_ours() -> None:
    allowed = {"baton.redact", "baton.steps.gates"}
    for file in code_lines.BY_HAND.glob("*.py"):
        used = {name for name in imports_of(file) if name.partition(".")[0] in {"baton", "langgraph", "langchain_core"}}
        assert {name for name in used if not any(name.startswith(each) for each in allowed)} == set(), file.name


def test_the_page_shows_what_is_counted() -> None:
    page, lines, ours = PAGE.read_text("utf-8"), code_lines.by_guarantee(), code_lines.with_baton()
    rows = [f"| {what} | {count} | {ours[what]} |" for what, count in lines.items()] + [f"| in all | {lines.total()} |"]
    for one, other in zip(*[iter(code_lines.changes())] * 2, strict=True):
        rows.append(f"| {one.what} | +{one.added} -{one.removed} | +{other.added} -{other.removed} |")
    assert [row for row in rows if row not in page] == []


def test_the_page_shows_every_promise() -> None:
    page = PAGE.read_text("utf-8")
    for check in CHECKS:
        by_hand = "no" if check.promise == GAP else "yes"
        assert f"| {check.guarantee} | {check.promise} | yes | {by_hand} |" in page
