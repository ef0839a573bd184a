"""The records of a comparison: what `baton eval compare --json` prints; its keys are a contract."""

from typing import Literal

from typing_extensions import TypedDict

Verdict = Literal["better", "worse", "equivalent", "inconclusive"]
"""How B stands to A: `equivalent` where the whole interval lies within the margin."""


class Comparison(TypedDict):
    """The comparison of experiment B with experiment A, which is what B is held against.

    `verdict` is that of the metric `primary`; `margin` is the difference that counts as none. `paired` is the number of
    examples that both answered. `unpaired` lists the examples that only one side has, `errors` what the machinery
    failed. `says` is for people.
    """

    verdict: Verdict
    primary: str
    margin: float
    metrics: dict[str, "MetricComparison"]
    steps: dict[str, dict[str, "MetricComparison"]]
    paired: int
    unpaired: "Unpaired"
    errors: "Errors"
    says: str


class MetricComparison(TypedDict):
    """One metric over the `n` examples that have it on both sides; `a` and `b` are the means, `difference` is b - a.

    `p` is Holm's for all but the primary metric. `mde` is the least difference that the set shows in four cases of
    five; None where the set is too small for any.
    """

    a: float
    b: float
    difference: float
    ci95: list[float]
    p: float
    mde: float | None
    verdict: Verdict
    n: int


class Unpaired(TypedDict):
    """The ids of examples without a partner of the same id and content."""

    a: list[str]
    b: list[str]


class Errors(TypedDict):
    """How many runs of each side ended in an error, and the shared examples without any answer on one of them."""

    a: int
    b: int
    left_out: list[str]
