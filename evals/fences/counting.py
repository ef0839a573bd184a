"""Counts rows into cells, and compares each cell with all fences, message by message. Functions of values."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from evals.fences.records import COMPARED, HARMS, Cell, Pairs, Row
from evals.fences.table import ALL, cells_of
from evals.statistics.paired import Difference, paired_difference

LEAST_P = 0.05


def cells_in(rows: Iterable[Row], graphs: Sequence[str]) -> list[Cell]:
    """Return the cells that one model's rows come to, in the order of graphs and fences; cells without rows not."""
    by_cell: dict[tuple[str, str], dict[str, Row]] = {}
    for each in rows:
        by_cell.setdefault((each.graph, each.cell), {})[each.example] = each
    places = [(graph, cell) for graph in graphs for cell in cells_of(graph)]
    return [count(by_cell[each], by_cell.get((each[0], ALL), {})) for each in places if each in by_cell]


def count(rows: Mapping[str, Row], whole: Mapping[str, Row]) -> Cell:
    """Return the counts of one cell; `whole` are the rows of its graph with all fences. Both by example."""
    some, common = [*rows.values()], sorted(rows.keys() & whole.keys())
    came, harms = Counter(each.came for each in some), Counter(kind for each in some for kind in each.harms)
    return Cell(
        graph=some[0].graph,
        cell=some[0].cell,
        n=len(some),
        right=came["right"],
        wrong=came["wrong"],
        person=came["person"],
        due=sum(each.due and each.came == "person" for each in some),
        dead=came["dead"],
        harm=sum(bool(each.harms) for each in some),
        harms={kind: harms[kind] for kind in HARMS if harms[kind]},
        calls=sum(each.calls for each in some),
        tokens=sum(each.tokens for each in some),
        seconds=round(sum(each.seconds for each in some), 1),
        paired=len(common),
        pairs={what: _pairs(what, [(rows[each], whole[each]) for each in common]) for what in COMPARED},
    )


def _pairs(what: str, pairs: Sequence[tuple[Row, Row]]) -> Pairs:
    verdicts = Counter((one.is_one(what), other.is_one(what)) for one, other in pairs)
    return Pairs(gained=verdicts[True, False], lost=verdicts[False, True])


def difference(cell: Cell, what: str) -> Difference | None:
    """Return the paired difference of a cell's share to that of all fences, with exact McNemar; None without pairs."""
    if not cell.paired:
        return None
    pairs = cell.pairs[what]
    same = cell.paired - pairs.gained - pairs.lost
    first = np.array([0.0] * pairs.gained + [1.0] * pairs.lost + [0.0] * same)
    second = np.array([1.0] * pairs.gained + [0.0] * pairs.lost + [0.0] * same)
    return paired_difference(first, second)


def is_inconclusive(found: Difference) -> bool:
    """Return whether nothing was shown: the interval of a difference holds 0, or the exact test does not confirm it."""
    return found.low <= 0 <= found.high or found.p > LEAST_P
