"""The worker of an investigation that every business has: it searches the policies."""

from desk.business import Worker, knowledge
from desk.records import Assignment, Finding


async def search_policies(assignment: Assignment, most: int) -> Finding:
    """Return the passages that bear on the question, at most `most`."""
    return await policies_finding(assignment, assignment.question, assignment.route, most)


async def policies_finding(assignment: Assignment, text: str, route: str, most: int) -> Finding:
    """Return the passages that bear on a text best, those of a route first, as a finding."""
    desk = await knowledge()
    passages = desk.passages(await desk.search(text, route, most))
    titles = dict.fromkeys(f"{each.title} ({each.policy_id})" for each in passages)
    return Finding(
        subtask=assignment.subtask,
        summary=f"policies that bear on it: {', '.join(titles) or 'none'}",
        rows=[],
        evidence=[each.passage_id for each in passages],
        citations=list(dict.fromkeys(each.policy_id for each in passages)),
    )


POLICY_WORKER = Worker(
    "searches the desk's policies: what is allowed, what it costs, how long it takes", search_policies
)
