"""The means of examples: repetitions are one observation, and what never varied is not certain for that."""

from evals.summary import clustered


def test_repetitions_that_agree_are_as_good_as_one() -> None:
    once = clustered([(name, False) for name in "abcdef"])
    twice = clustered([(name, False) for name in "abcdef" for _ in range(2)])
    assert (once, twice.n) == (twice, 6)
    assert twice.high is not None
    assert twice.high > 0


def test_repetitions_that_differ_count_by_their_mean() -> None:
    mixed = clustered([("a", True), ("a", False), ("b", True), ("b", True), ("c", True), ("c", True)])
    assert (mixed.mean, mixed.n) == ((0.5 + 1 + 1) / 3, 3)
