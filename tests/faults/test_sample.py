"""A few trials of the fault suite; `make chaos` runs it."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.desk.graphs import Seen, judge
from tests.faults.suite.frame import Outcome, Trial, sample_trials
from tests.ready import ready_home

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
DOUBLED, WRONG = 6, 8  # columns of the table
DONE = Seen("done", {"outcome": "acted"}, [("refund", "24.90")])


@pytest.mark.timeout(240)
def test_a_sample_leaves_every_run_whole_and_breaks_the_plain_desk(
    tmp_path_factory: pytest.TempPathFactory, tmp_path: Path
) -> None:
    ready, table = ready_home(tmp_path_factory), tmp_path / "table.md"
    asked = f"--quick --row 1 8 --graph support_desk --ready {ready} --markdown {table}"
    command = [sys.executable, "-m", "tests.faults", *asked.split()]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=230, check=False)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    *_, plain = table.read_text().splitlines()
    assert "plain LangGraph" in plain
    assert any(int(plain.split(" | ")[column]) for column in (DOUBLED, WRONG)), plain


@pytest.mark.parametrize(
    "now, outcome",
    [
        (DONE, Outcome()),
        (Seen("failed", None, []), Outcome(lost=1)),
        (Seen("done", DONE.output, DONE.fresh * 2), Outcome(doubled=1)),
        (Seen("done", DONE.output, []), Outcome(silent=1)),
        (Seen("done", DONE.output, [("refund", "249.00")]), Outcome(silent=1)),
        (Seen("done", {"outcome": "declined"}, DONE.fresh), Outcome(silent=1)),
    ],
)
def test_a_judge_sees(now: Seen, outcome: Outcome) -> None:
    seen = judge(now, DONE)
    assert (seen.lost, seen.doubled, seen.silent) == (outcome.lost, outcome.doubled, outcome.silent)
    assert seen.failed == (now is not DONE)


def test_a_sample_goes_through_all_that_the_trials_go_through() -> None:
    trials = [Trial(f"graph {number // 10}", "baton", lambda _: Outcome()) for number in range(100)]
    numbers = sample_trials(trials, {"baton": 20, "plain": 20}, seed=3)
    assert [trials[number].name for number in numbers] == [f"graph {number // 2}" for number in range(20)]
