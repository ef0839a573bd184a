"""Collect the workers' findings so far, in the order of the plan."""

from textwrap import shorten

from desk.records import POLICIES, Finding
from state.orchestrator_worker import CollectInput, CollectUpdate, SubTask, failed_subtask_id

LONGEST = 300  # characters of a finding in the words for a person


async def collect(state: CollectInput) -> CollectUpdate:
    """Return the passages found, the sub-tasks without a finding, and a line in words on each sub-task."""
    findings = {each.subtask: each for each in state["findings"]}
    failures = {failed_subtask_id(each): f"failed ({each.reason}, {each.letter_id})" for each in state["failures"]}
    subtasks = state["plan"].subtasks
    passages = [name for each in findings.values() if each.citations for name in each.evidence]

    def describe(subtask: SubTask) -> str:
        if subtask.id in findings:
            return shorten(findings[subtask.id].summary, LONGEST, placeholder=" …")
        return failures.get(subtask.id, "not worked: what it needs is missing")

    return {
        "passages": list(dict.fromkeys(passages)),
        "missing": [each.id for each in subtasks if each.id not in findings or _lacks_policy(each, findings[each.id])],
        "finding": "; ".join(f"{each.id} ({each.worker}): {describe(each)}" for each in subtasks),
    }


def _lacks_policy(subtask: SubTask, finding: Finding) -> bool:
    """Return whether a policy search found nothing; that a customer has no such payment is a finding."""
    return subtask.worker == POLICIES and not finding.citations
