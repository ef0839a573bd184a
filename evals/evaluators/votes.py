"""Votes: whether tally and voters were right, and what the tally gains over each voter."""

from collections.abc import Sequence
from typing import Any

from evals.examples import Expected
from evals.records import Scores


def vote_scores(expected: Expected, outputs: Sequence[dict[str, Any]]) -> dict[str, Scores]:
    """Return whether tally and voters were right about `fraud`, and the tally's gain over each voter (-1, 0 or 1).

    An unsure voter is not right, and neither is a tally without a quorum.
    """
    tallies = [each["tally"] for each in outputs if "tally" in each]
    if expected.fraud is None or not tallies:
        return {}
    side = "yes" if expected.fraud else "no"
    voters: Scores = {vote["view"]: vote["answer"] == side for vote in tallies[-1]["votes"]}
    fraud = tallies[-1]["fraud"]
    tally: Scores = {"fraud": fraud is expected.fraud, "decided": fraud is not None}
    if fraud is not None:
        tally["fraud_decided"] = fraud is expected.fraud
    gains = {f"over_{view}": float(tally["fraud"]) - float(right) for view, right in voters.items()}
    return {"vote": voters, "tally": {**tally, **gains}}
