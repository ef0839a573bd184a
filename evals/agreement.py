"""The judge's agreement with our labels: what a verdict of it is worth is reported wherever it is used."""

from collections.abc import Sequence

from evals.records import JudgedCell, JudgeReport
from evals.statistics.kappa import cohen_kappa

LABEL = "task_completion"
"""The label of ours that verdicts are held against: one yes or no for each message, as they are."""


def judge_report(results: Sequence[JudgedCell]) -> JudgeReport | None:
    """Return what the judge did and how far it agrees with our labels; None where it was not asked."""
    marks = [each["judge"] for each in results if each["judge"] is not None]
    if not marks:
        return None
    first: dict[str, JudgedCell] = {}  # the repetitions of an example are no observations of their own
    for each in results:
        if "judged" in each["scores"] and LABEL in each["scores"]:
            first.setdefault(each["example_id"], each)
    scores = [each["scores"] for each in first.values()]
    costs = [each["cost_usd"] for each in marks]
    return {
        "models": sorted({each["model"] for each in marks}),
        "verdicts": sum(each["verdict"] is not None for each in marks),
        "errors": sum(each["verdict"] is None for each in marks),
        "label": LABEL,
        "kappa": cohen_kappa([each["judged"] for each in scores], [each[LABEL] for each in scores]).as_object(),
        "tokens": sum(each["tokens"] for each in marks),
        "cost_usd": None if None in costs else round(sum(cost for cost in costs if cost is not None), 6),
    }
