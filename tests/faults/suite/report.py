"""What the fault suite prints: one line a row and side, the failures, and how to see one of them again."""

from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from tests.faults.suite.frame import Outcome, Row, Side, Total

NAMES = ("#", "fault", "built with", "trials", "kills", "lost", "doubled", "in doubt", "silent wrong", "tracebacks")
TEXTS = 3  # of these columns the first ones
SHOWN = 5
BUILT: dict[Side, str] = {"baton": "Baton", "plain": "plain LangGraph"}
Totals = dict[tuple[int, Side], Total]


@dataclass(frozen=True, slots=True)
class Report:
    """What a run of the suite came to."""

    rows: list[Row]
    seed: int
    totals: Totals

    @property
    def trials(self) -> int:
        return sum(total.trials for total in self.totals.values())

    def verdicts(self, *, sample: bool) -> list[str]:
        """What is not as the matrix demands; a sample need not make the plain desk fail."""
        wrong = [f"row {row.number}: Baton failed" for row in self.rows if self._failures(row, "baton")]
        tame = [row for row in self.rows if row.plain_must_fail and not self._failures(row, "plain")]
        return wrong + [f"row {row.number}: the plain desk should fail and did not" for row in tame if not sample]

    def show(self, console: Console) -> None:
        """Print the table, then Baton's failures with the command that repeats each."""
        table = Table(title="Faults injected, and what came of them", title_justify="left")
        for place, name in enumerate((*NAMES, "s/trial")):
            table.add_column(name, justify="left" if 0 < place < TEXTS else "right")
        for cells, total in self._lines():
            table.add_row(*cells, f"{total.seconds / total.trials:.2f}")
        console.print(table)
        for row in self.rows:
            for number, name, seen in self._failures(row, "baton")[:SHOWN]:
                console.print(f"row {row.number}, {name}: {seen}", style="red", markup=False)
                again = f"python -m tests.faults --row {row.number} --seed {self.seed} --trial {number}"
                console.print(f"  {again}", markup=False)

    def markdown(self) -> str:
        """The table without the seconds, which are the machine's."""
        head = [NAMES, ("---:", "---", "---", *("---:" for _ in NAMES[TEXTS:]))]
        return "".join(f"| {' | '.join(cells)} |\n" for cells in [*head, *(cells for cells, _ in self._lines())])

    def _lines(self) -> list[tuple[tuple[str, ...], Total]]:
        return [
            (_cells(row, side, total), total)
            for row in self.rows
            for side in BUILT
            if (total := self.totals.get((row.number, side)))
        ]

    def _failures(self, row: Row, side: Side) -> list[tuple[int, str, Outcome]]:
        total = self.totals.get((row.number, side))
        return total.failures if total else []


def _cells(row: Row, side: Side, total: Total) -> tuple[str, ...]:
    seen, named = total.seen, (str(row.number), row.fault) if side == "baton" else ("", "")
    counts = (total.trials, seen.kills, seen.lost, seen.doubled, seen.in_doubt, seen.silent, seen.tracebacks)
    return (*named, BUILT[side], *(f"{count:,}" for count in counts))
