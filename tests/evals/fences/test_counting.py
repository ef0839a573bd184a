"""Every message comes to one thing, and a cell is compared with all fences on the messages that both have."""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.fences.counting import cells_in, count, difference, is_inconclusive
from evals.fences.records import HARMS, Cell, Row
from evals.fences.table import ALL
from evals.statistics.significance import mcnemar

CAME = st.sampled_from(["right", "wrong", "person", "dead"])
MANY = 30


def row(example: str, cell: str = ALL, **more: Any) -> Row:
    known: dict[str, Any] = {"came": "right", "due": False, "harms": [], "calls": 2, "tokens": 100, "seconds": 1.5}
    place = {"model": "local:x", "graph": "routing", "cell": cell, "configuration": "c", "example": example}
    return Row(**{**known, **place, **more})


def cell_of(rows: Sequence[Row], whole: Sequence[Row] = ()) -> Cell:
    return count({each.example: each for each in rows}, {each.example: each for each in whole})


@given(st.lists(st.tuples(CAME, st.lists(st.sampled_from(HARMS), unique=True), st.booleans()), min_size=1))
def test_the_counts_of_a_cell_add_up_to_its_messages(drawn: list[tuple[str, list[str], bool]]) -> None:
    cell = cell_of([row(str(n), came=came, harms=harms, due=due) for n, (came, harms, due) in enumerate(drawn)])
    assert cell.right + cell.wrong + cell.person + cell.dead == cell.n == len(drawn)
    assert cell.harm <= sum(cell.harms.values()) <= cell.harm * len(HARMS)
    assert cell.due <= cell.person
    assert (cell.calls, cell.tokens, cell.seconds) == (2 * cell.n, 100 * cell.n, 1.5 * cell.n)


def test_cells_are_compared_on_the_messages_that_both_have() -> None:
    whole = [row("a"), row("b", came="wrong"), row("c", came="person")]
    cell = cell_of([row("b", "gates", came="right"), row("c", "gates", came="wrong"), row("d", "gates")], whole)
    assert cell.paired == 2
    assert (cell.pairs["right"].gained, cell.pairs["right"].lost) == (1, 0)
    assert (cell.pairs["wrong"].gained, cell.pairs["wrong"].lost) == (1, 1)


def test_a_difference_is_that_of_the_shares_with_the_exact_test_of_its_pairs() -> None:
    whole = [row(str(n)) for n in range(MANY)]
    cell = cell_of([row(str(n), "gates", harms=["figure"] if n < 9 else []) for n in range(MANY)], whole)
    found = difference(cell, "harm")
    assert found is not None
    assert found.mean == pytest.approx(9 / MANY)
    assert found.p == mcnemar(0, 9)
    assert found.low > 0
    assert not is_inconclusive(found)


def test_equal_cells_are_inconclusive_and_cells_without_pairs_are_not_compared() -> None:
    whole = [row(str(n)) for n in range(MANY)]
    same = difference(cell_of([row(str(n), "gates") for n in range(MANY)], whole), "harm")
    assert same is not None
    assert is_inconclusive(same)
    assert difference(cell_of([row("z", "gates")], whole), "harm") is None


def test_what_the_exact_test_does_not_confirm_is_inconclusive() -> None:
    whole = [row(str(n)) for n in range(MANY)]
    few = difference(
        cell_of([row(str(n), "gates", harms=["figure"] if n < 5 else []) for n in range(MANY)], whole), "harm"
    )
    assert few is not None
    assert few.low > 0
    assert few.p > 0.05
    assert is_inconclusive(few)


def test_the_cells_stand_in_the_order_of_graphs_and_fences() -> None:
    rows = [row("a", "repair"), row("a", "gates"), row("a"), row("a", graph="chaining")]
    assert [(each.graph, each.cell) for each in cells_in(rows, ["chaining", "routing"])] == [
        ("chaining", ALL),
        ("routing", ALL),
        ("routing", "gates"),
        ("routing", "repair"),
    ]
