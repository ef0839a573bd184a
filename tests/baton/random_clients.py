"""Clients of a random graph: they begin and resume its runs, answer, mend, replay, and go back to old checkpoints.

A client knows nothing but the tables, the checkpoints and a few notes in files, so that the next one can go on where it
was killed.
"""

from collections import Counter
from collections.abc import Iterable
from functools import partial
from random import Random
from typing import Any

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import CheckpointTuple
from langgraph.types import Command, StateSnapshot

from baton import Job, Runner
from baton.errors import DeadLettered
from baton.runs.graph_shapes import Graph
from baton.runtime.resources import Resources
from baton.steps.adhoc import RUN
from baton.storage import dead_letter_rows
from baton.storage.records import DeadLetter
from tests.baton.random_graphs import PASSED, REFUSED, did, first, lines, note
from tests.baton.random_plans import EDITED, Generation, Plan, expected_of

THREAD = "one"
CONFIG: RunnableConfig = {"configurable": {"thread_id": THREAD}}
ENDED = ("done", "dead_lettered")
BACK = "back"  # a note: somebody went back to an old checkpoint
EDIT = 100_000  # what an edit of the state adds to all amounts
MOST_TURNS = 150
Row = dict[str, Any]


class Client:
    """One process's work on all runs of a plan."""

    def __init__(self, plan: Plan, generation: Generation, resources: Resources, built: Graph) -> None:
        self._plan, self._now, self._resources = plan, generation, resources
        self._graph = built.copy({"checkpointer": resources.checkpointer})
        self._runner = Runner(resources, lambda _: built)
        self._chance = Random(f"{plan.seed} {generation}")

    async def live(self) -> None:
        """Turn by turn, until nothing is left to do."""
        rows = await self._rows()
        if self._now.first and rows and rows[-1]["status"] not in ENDED:
            pick = self._now.pick if self._now.first == "plain" else 0.0  # the latest is told something
            await self._fork(self._now.first, pick, only=rows[-1]["run"])
        for _ in range(MOST_TURNS):
            if not await self._turn():
                return
        raise RuntimeError(f"not done after {MOST_TURNS} turns: {await self._rows()}")

    async def _turn(self) -> bool:
        """Do the next thing, if there is one: go on, mend, judge, go back, begin."""
        rows = await self._rows()
        if unended := [row for row in rows if row["status"] not in ENDED]:
            await self._go_on(unended[-1])
            return True
        if letters := [each for row in rows for each in await self._letters(row["run"])]:
            letter = self._chance.choice(letters)
            await self._mend(letter, rows[letter.run - 1]["origin"])
            return True
        if rows:
            await self._judge()
        for number, fork in enumerate(self._plan.forks):
            if fork.after == len(rows) and first(f"fork {number}"):
                await self._fork(fork.kind, fork.pick)
                return True
        if len(rows) < len(self._plan.runs):
            await self._begin(len(rows) + 1)
            return True
        return False

    async def _begin(self, run: int) -> None:
        given: Any = {"at": {"run": run}, "extra": 0}
        if self._plan.runs[run - 1] == "bare":
            await self._bare(given)
        else:
            await self._runner.queue(self._graph.name, [Job(given, THREAD)], further=run > 1)

    async def _go_on(self, row: Row) -> None:
        """Resume or answer a run, by the runner or by the graph alone."""
        state = await self._graph.aget_state(CONFIG)
        if run_of(state) > row["run"]:  # it was gone back to, and that was cut off before it left a trace
            await self._fork("plain", self._now.pick, only=row["run"])
        elif row["origin"] == "run" and self._now.manner == "runner":
            await self._run(row["run"])
        elif state.interrupts:
            answered = self._chance.sample(state.interrupts, self._chance.randint(1, len(state.interrupts)))
            await self._bare(Command(resume={each.id: _reply(each.value) for each in answered}))
        else:
            await self._bare(None)

    async def _run(self, run: int) -> None:
        summary = await self._runner.summary(THREAD, run=run)
        if summary["status"] != "waiting":
            await self._runner.resume(THREAD, run=run)
            return
        question = self._chance.choice(summary["waiting_for"])
        await self._runner.decide(THREAD, _reply({**question}), interrupt_id=question["interrupt_id"], run=run)

    async def _bare(self, given: Any, config: RunnableConfig = CONFIG) -> None:
        try:
            await self._graph.ainvoke(given, config)
        except DeadLettered as ended:
            if ended.reason == "effect_mismatch" and not lines(REFUSED):
                note(PASSED, f"{ended}, though nothing was refused")

    async def _mend(self, letter: DeadLetter, origin: str) -> None:
        """See to a dead letter: an edit that was refused is let go, what was broken is mended and done again."""
        refused = letter.reason == "effect_mismatch" and bool(lines(REFUSED))
        broken = letter.error.partition("broken: ")[2].partition(".")[0]
        if refused or not (broken or letter.reason == "crash_loop"):
            if not refused:
                note(PASSED, f"a letter for {letter.reason}: {letter.error}")
            why = "as it must be"
            await self._resources.database.do(lambda tx: dead_letter_rows.discard(tx, letter.letter_id, why))
            return
        if broken:
            first(f"{broken}.mended")
        if origin == "run":
            await self._runner.replay(letter.letter_id)
        else:
            await self._mend_bare(letter.run)

    async def _mend_bare(self, run: int) -> None:
        """Nobody replays the letters of a bare call: go back to where the first one failed, and all is done again."""
        known = await self._letters(run)
        await self._bare(None, _at(min(each.checkpoints[0][0].checkpoint_id for each in known)))
        seen = {(each.letter_id, each.updated_at) for each in known}
        for each in await self._letters(run):
            if (each.letter_id, each.updated_at) in seen:  # it did not fail again
                await self._resources.database.do(partial(dead_letter_rows.close, letter=each, status="replayed"))

    async def _fork(self, kind: str, pick: float, only: int | None = None) -> None:
        """Go back to an old checkpoint of the thread that has something to do, as it is or with an edit."""
        old = await self._old(pick, only)
        if old is None:
            return
        note(BACK, kind)
        config = old.config
        if kind != "plain":
            speaker = await self._speaker(old)
            if speaker is None:
                return
            edit = {"note": "noted"} if kind == "noted" else {"extra": EDIT}
            config = await self._graph.aupdate_state(config, edit, as_node=speaker)
        before, refused = did(), lines(REFUSED)
        await self._bare(None, config)
        if kind == "edited" and did() != before:
            note(PASSED, f"an edit at {old.metadata} acted")
        if lines(REFUSED) != refused and not await self._told_of_it():
            note(PASSED, "an edit was refused, and no dead letter says so")

    async def _told_of_it(self) -> bool:
        letters = [each for row in await self._rows() for each in await self._letters(row["run"])]
        return any(each.reason == "effect_mismatch" for each in letters)

    async def _old(self, pick: float, only: int | None) -> StateSnapshot | None:
        """A checkpoint at which something is to be done: of a run in progress one that led to where it stands.

        Elsewhere a step may have been parked, and who goes on from there goes on without it. 0.0 is the latest.
        """
        listed = self._resources.checkpointer.alist({"configurable": {"thread_id": THREAD, "checkpoint_ns": ""}})
        everything = [each async for each in listed]
        if only is not None:
            everything = [each for each in _line(everything) if {**each.metadata}.get(RUN, 1) == only]
        found = [each.config for each in everything]
        while found:
            state = await self._graph.aget_state(found.pop(int(pick * (len(found) - 1))))
            if state.next:
                return state
        return None

    async def _speaker(self, state: StateSnapshot) -> str | None:
        """The step that came before a checkpoint, for an edit to speak as; None where it was not a single one.

        Left to itself LangGraph may take the one before a fan-out, which then sends once more.
        """
        while state.parent_config and {**(state.metadata or {})}.get("source") in ("fork", "update"):
            state = await self._graph.aget_state(state.parent_config)
        before = (await self._graph.aget_state(state.parent_config)).next if state.parent_config else ()
        return before[0] if len(before) == 1 else None

    async def _judge(self) -> None:
        """Hold the state of a run that has ended against what it is to come to, unless somebody went back.

        Going back may lead to where a step was parked, and gives a graph inside its input a second time.
        """
        state = await self._graph.aget_state(CONFIG)
        run, made = run_of(state), Counter(state.values.get("made", []))
        wanted = Counter(each.where for each in expected_of(self._plan, run))
        if made != wanted and not lines(BACK):
            note(PASSED, f"run {run} came to {_told(made - wanted)} too much, {_told(wanted - made)} too little")

    async def _rows(self) -> list[Row]:
        sql = "SELECT * FROM runs WHERE thread_id = ? ORDER BY run"
        return [
            dict(row) for row in await self._resources.database.do(lambda tx: tx.execute(sql, (THREAD,)).fetchall())
        ]

    async def _letters(self, run: int) -> list[DeadLetter]:
        return await self._resources.database.do(lambda tx: dead_letter_rows.list_open(tx, THREAD, run))


def run_of(state: StateSnapshot) -> int:
    """The number of the run that a checkpoint belongs to."""
    noted: dict[str, Any] = {**(state.metadata or {})}
    return int(noted.get(RUN, 1))


def _reply(request: Row) -> Row:
    """What a person says, which the name of the action tells."""
    [asked] = request["action_requests"]
    said = asked["name"].removeprefix("pay_")
    if said == "edit":
        edited = {"name": asked["name"], "args": {"amount": asked["args"]["amount"] + EDITED}}
        return {"decisions": [{"type": "edit", "edited_action": edited}]}
    return {"decisions": [{"type": said}]}


def _line(listed: list[CheckpointTuple]) -> list[CheckpointTuple]:
    """The latest checkpoint and those that led to it."""
    known, line = {_id(each.config): each for each in listed}, listed[:1]
    while line and (parent := line[-1].parent_config) and _id(parent) in known:
        line.append(known[_id(parent)])
    return line


def _id(config: RunnableConfig) -> str:
    return str(config["configurable"]["checkpoint_id"])


def _at(checkpoint_id: str) -> RunnableConfig:
    return {"configurable": {"thread_id": THREAD, "checkpoint_ns": "", "checkpoint_id": checkpoint_id}}


def _told(places: Iterable[str]) -> str:
    return ", ".join(places) or "nothing"
