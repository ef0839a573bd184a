"""Tally the votes: code decides, by a share of all voters that were asked."""

from collections import Counter

from langgraph.runtime import Runtime

from desk.business import business
from desk.records import OTHER, Review
from state.context import Context
from state.voting import Tally, TallyInput, TallyUpdate, Vote


async def tally(state: TallyInput, runtime: Runtime[Context]) -> TallyUpdate:
    """Return the count and the route; fraud has a route of its own.

    A voter that failed counts as asked and as not agreeing.
    """
    voters, quorum = len(state["panel"]), runtime.context.quorum
    result = count(state.get("votes", []), voters, quorum)
    summary = summary_of(result, voters, len(state.get("failures", [])))
    unsure = state["route"] == OTHER or not state["sure"]
    update: TallyUpdate = {
        "tally": result,
        "route": business().fraud.route if result.fraud else state["route"],
        "confidence": result.share,
        "finding": summary,
    }
    if result.fraud is None:
        update["review"] = Review(verdict="escalate", reason=f"a quorum of {quorum:g} (quorum) was not reached")
    elif not result.fraud and unsure:
        best = f"{state['route']}, {state['confidence']:.2f}"
        why = "not for this desk" if state["route"] == OTHER else "no tier was sure of a route"
        update["review"] = Review(verdict="escalate", reason=f"{why} ({best})")
    return update


def count(votes: list[Vote], voters: int, quorum: float) -> Tally:
    """Return the tally of `voters` voters, its votes sorted by view; without a quorum its `fraud` is None."""
    counts = Counter(vote.answer for vote in votes)
    most = max(counts["yes"], counts["no"])
    has_quorum = most / voters >= quorum
    fraud = counts["yes"] > counts["no"] if has_quorum else None
    return Tally(fraud=fraud, share=round(most / voters, 4), votes=sorted(votes, key=lambda vote: vote.view))


def summary_of(result: Tally, voters: int, failures: int) -> str:
    """Return the tally in words: "fraud? 3 yes (manner, payments, words), 2 no (examples, sceptic), of 5 voters"."""
    sides = {
        answer: [vote.view for vote in result.votes if vote.answer == answer] for answer in ("yes", "no", "unsure")
    }
    parts = [f"{len(names)} {answer} ({', '.join(names)})" for answer, names in sides.items() if names]
    parts += [f"{failures} failed"] if failures else []
    return f"fraud? {', '.join([*parts, f'of {voters} voters'])}"
