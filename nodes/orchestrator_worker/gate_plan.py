"""Gate: the plan can be worked: known workers, unique ids, no repeated question, no circle, not too many sub-tasks."""

from collections import Counter
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter

from langgraph.runtime import Runtime

from desk.business import business
from state.context import Context
from state.gates import GateUpdate, gate_or_person
from state.orchestrator_worker import GatePlanInput, SubTask

SHOWN = 60  # characters of an id or a question in a complaint


async def gate_plan(state: GatePlanInput, runtime: Runtime[Context]) -> GateUpdate:
    """Return the gate's report on the plan; after a second fault a person looks."""
    fault = next(_faults(state["plan"].subtasks, runtime.context.subtasks), None)
    return gate_or_person("gate_plan", fault, state.get("repaired", []))


def _faults(subtasks: list[SubTask], most: int) -> Iterator[str]:
    if not subtasks:
        yield "the plan has no sub-task"
    if len(subtasks) > most:
        yield f"{len(subtasks)} sub-tasks were planned: the cap of {most} sub-tasks (subtasks) was reached"
    workers = business().workers
    ids = Counter(each.id for each in subtasks)
    for each in subtasks:
        if each.worker not in workers:
            yield f"there is no worker {each.worker[:SHOWN]!r}; there are {', '.join(workers)}"
        if not each.id.strip() or ids[each.id] > 1:
            yield f"the id {each.id[:SHOWN]!r} is empty or stands twice"
        if not each.question.strip():
            yield f"the sub-task {each.id[:SHOWN]!r} asks nothing"
        for need in each.needs:
            if need not in ids:
                yield f"the sub-task {each.id[:SHOWN]!r} needs {need[:SHOWN]!r}, which there is not"
    questions = Counter((each.worker, " ".join(each.question.lower().split()).rstrip(" ?.!")) for each in subtasks)
    yield from (f"{worker} is asked twice {question[:SHOWN]!r}" for (worker, question), n in questions.items() if n > 1)
    yield from _circle(subtasks)


def _circle(subtasks: list[SubTask]) -> Iterator[str]:
    try:
        TopologicalSorter({each.id: each.needs for each in subtasks}).prepare()
    except CycleError as error:
        yield f"sub-tasks need each other in a circle: {' -> '.join(name[:SHOWN] for name in error.args[1])}"
