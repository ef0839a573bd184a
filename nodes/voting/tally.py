"""Tally the votes: code decides, by a share of all voters that were asked."""

from collections import Counter

from langgraph.runtime import Runtime

from desk.business import business
from desk.records import OTHER, Review
from state.context import Context
from state.voting import Tally, TallyInput, TallyUpdate, Vote


async def tally(state: TallyInput, runtime: Runtime[Context]) -> TallyUpdate:
    """The count; a fraud has a route of its own, whatever the words were about.

    A voter that failed counts as asked and as not agreeing.
    """
    asked, quorum = len(state["panel"]), runtime.context.quorum
    counted = count(state.get("votes", []), asked, quorum)
    told = told_of(counted, asked, len(state.get("failures", [])))
    unsure = state["route"] == OTHER or not state["sure"]
    written: TallyUpdate = {
        "tally": counted,
        "route": business().fraud.route if counted.fraud else state["route"],
        "confidence": counted.share,
        "finding": told,
    }
    if counted.fraud is None:
        written["review"] = Review(verdict="escalate", reason=f"a quorum of {quorum:g} (quorum) was not reached")
    elif not counted.fraud and unsure:
        best = f"{state['route']}, {state['confidence']:.2f}"
        why = "not for this desk" if state["route"] == OTHER else "no tier was sure of a route"
        written["review"] = Review(verdict="escalate", reason=f"{why} ({best})")
    return written


def count(votes: list[Vote], asked: int, quorum: float) -> Tally:
    """The tally of `asked` voters, its votes by the name of their view, in whatever order they came."""
    counts = Counter(vote.answer for vote in votes)
    most = max(counts["yes"], counts["no"])
    decided = most / asked >= quorum
    fraud = counts["yes"] > counts["no"] if decided else None
    return Tally(fraud=fraud, share=round(most / asked, 4), votes=sorted(votes, key=lambda vote: vote.view))


def told_of(counted: Tally, asked: int, failed: int) -> str:
    """The tally in words: "fraud? 3 yes (manner, payments, words), 2 no (examples, sceptic), of 5 voters"."""
    sides = {
        answer: [vote.view for vote in counted.votes if vote.answer == answer] for answer in ("yes", "no", "unsure")
    }
    parts = [f"{len(names)} {answer} ({', '.join(names)})" for answer, names in sides.items() if names]
    parts += [f"{failed} failed"] if failed else []
    return f"fraud? {', '.join([*parts, f'of {asked} voters'])}"
