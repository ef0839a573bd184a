"""The benchmark of the pace, in less time: a batch from two processes gets through at a limited endpoint."""

import pytest

from benchmarks.pace import measure

pytestmark = pytest.mark.slow


@pytest.mark.timeout(120)
@pytest.mark.parametrize("retry_after", [False, True])
def test_a_batch_of_two_processes_gets_through_and_uses_the_rate(*, retry_after: bool) -> None:
    figures = measure(10, 3.0, 60, 2, retry_after=retry_after)
    assert (figures["done"], figures["dead_lettered"]) == (60, 0)
    assert figures["share"] > 0.6, "0.8 and more over a longer time, which the beginning is no part of"
