"""Collect what the workers found so far, in the order of the plan."""

from textwrap import shorten

from desk.records import POLICIES, Finding
from state.orchestrator_worker import CollectInput, CollectUpdate, SubTask, failed_id

LONGEST = 300  # characters of a finding in the words for a person


async def collect(state: CollectInput) -> CollectUpdate:
    """The passages, the sub-tasks without a finding, and a line on each sub-task for whoever reads the run."""
    found = {each.subtask: each for each in state["findings"]}
    failed = {failed_id(each): f"failed ({each.reason}, {each.letter_id})" for each in state["failures"]}
    subtasks = state["plan"].subtasks
    passages = [name for each in found.values() if each.citations for name in each.evidence]

    def told(subtask: SubTask) -> str:
        if subtask.id in found:
            return shorten(found[subtask.id].summary, LONGEST, placeholder=" …")
        return failed.get(subtask.id, "not worked: what it needs is missing")

    return {
        "passages": list(dict.fromkeys(passages)),
        "missing": [each.id for each in subtasks if each.id not in found or _in_vain(each, found[each.id])],
        "finding": "; ".join(f"{each.id} ({each.worker}): {told(each)}" for each in subtasks),
    }


def _in_vain(subtask: SubTask, finding: Finding) -> bool:
    """Whether no policy bears on a question; that a customer has no such payment is a finding."""
    return subtask.worker == POLICIES and not finding.citations
