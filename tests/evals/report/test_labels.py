"""Labels beside a plot never overlap, keep the order of their points, and stay near them."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from evals.report.labels import LINE, spread

TOP, BOTTOM = 30.0, 270.0
FEW = int((BOTTOM - TOP) / LINE)

heights = st.lists(st.floats(TOP, BOTTOM), max_size=FEW).map(sorted)


@given(heights)
def test_labels_are_a_line_apart_and_within_the_plot(places: list[float]) -> None:
    labels = spread(places, TOP, BOTTOM)
    assert all(later - earlier >= LINE - 1e-6 for earlier, later in pairwise(labels))
    assert all(TOP - 1e-6 <= each <= BOTTOM + 1e-6 for each in labels)


@given(heights)
def test_what_is_apart_already_stays_where_it_is(places: list[float]) -> None:
    apart = [each for at, each in enumerate(places) if at == 0 or each - places[at - 1] >= LINE]
    if all(later - earlier >= LINE for earlier, later in pairwise(apart)):
        assert spread(apart, TOP, BOTTOM) == apart


def test_more_than_there_is_room_for_run_over_the_bottom_and_still_do_not_overlap() -> None:
    labels = spread([BOTTOM] * (FEW + 5), TOP, BOTTOM)
    assert labels == [TOP + LINE * at for at in range(FEW + 5)]
