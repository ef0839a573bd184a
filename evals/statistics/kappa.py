"""Agreement of two raters beyond chance: Cohen's kappa. A function of values."""

from collections import Counter
from collections.abc import Hashable, Sequence

from evals.statistics.intervals import NOTHING, Estimate, wilson


def cohen_kappa(first: Sequence[Hashable], second: Sequence[Hashable]) -> Estimate:
    """Return Cohen's kappa (1960) of two raters' labels of the same things, 1 for full agreement and 0 for chance.

    The interval is Wilson's of their agreement, taken through the same formula: it stays honest near 1, where the usual
    standard error is 0. The mean is None where both give everything one label, for then chance agrees as well.
    """
    n = len(first)
    if not n:
        return NOTHING
    counts = Counter(second)
    chance = sum(times * counts[label] for label, times in Counter(first).items()) / n**2
    if chance == 1:
        return Estimate(None, None, None, n)
    agreed = wilson(sum(one == other for one, other in zip(first, second, strict=True)), n)
    mean, low, high = (
        None if share is None else (share - chance) / (1 - chance) for share in (agreed.mean, agreed.low, agreed.high)
    )
    return Estimate(mean, low, high, n)
