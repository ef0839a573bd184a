"""The plan takes the whole graphs first, so that an interrupted table is of use, and no message twice in a cell."""

from collections import Counter

from evals.fences.planning import GRAPHS, MESSAGES, MORE, OF_MANY, OFFLINE, plan
from evals.fences.table import ALL, UNCHANGED, cells_of


def test_every_cell_has_its_messages_once_and_harm_is_counted_over_more() -> None:
    works = plan("llama:x", GRAPHS, MESSAGES, MORE)
    counts = Counter((each.graph, each.cell, one.id) for each in works for one in each.examples)
    assert set(counts.values()) == {1}
    sizes = Counter((graph, cell) for graph, cell, _ in counts)
    assert set(sizes) == {(graph, cell) for graph in GRAPHS for cell in cells_of(graph)}
    of_many = {(graph, cell) for graph in OF_MANY for cell in cells_of(graph) if cell != UNCHANGED}
    assert {place for place, size in sizes.items() if size == MORE} == of_many
    assert {size for place, size in sizes.items() if place not in of_many} == {MESSAGES}
    assert MESSAGES >= 30
    assert MORE >= 100


def test_all_fences_come_first_then_each_taken_then_answers_in_words_then_the_messages_more() -> None:
    works = plan("llama:x", GRAPHS, MESSAGES, MORE)
    cells, sizes = [each.cell for each in works], [len(each.examples) for each in works]
    assert cells[: len(GRAPHS)] == [ALL] * len(GRAPHS)
    words, more = cells.index(UNCHANGED), sizes.index(MORE - MESSAGES)
    assert set(sizes[:more]) == {MESSAGES}
    assert cells[words:more] == [UNCHANGED] * len(GRAPHS)


def test_the_stand_in_is_not_asked_in_words() -> None:
    assert UNCHANGED not in {each.cell for each in plan(OFFLINE, GRAPHS, MESSAGES, MORE)}


def test_a_cell_that_is_wanted_is_worked_with_those_with_all_fences_that_it_is_compared_with() -> None:
    works = plan("llama:x", ["routing", "chaining"], 2, 2, [UNCHANGED])
    assert {(each.graph, each.cell) for each in works} == {
        (graph, cell) for graph in ("routing", "chaining") for cell in (ALL, UNCHANGED)
    }


def test_only_the_development_half_is_worked() -> None:
    works = plan("llama:x", GRAPHS, MESSAGES, MORE)
    assert {one.split for each in works for one in each.examples} == {"dev"}
