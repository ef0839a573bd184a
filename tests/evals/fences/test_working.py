"""The command works what has no row, goes on where it stood, and counts no run that found no model."""

from pathlib import Path

import pytest

from baton.testing import retries_off
from evals.fences.__main__ import main
from evals.fences.keeping import Rows
from evals.fences.table import cells_of
from tests.ready import furnished, ready

__all__ = ["furnished", "ready"]

SMALL = ["--graph", "single_call", "--messages", "2", "--harm-messages", "2"]


def command(model: str, folder: Path) -> int:
    return main(["--model", model, "--folder", str(folder), *SMALL])


@pytest.mark.usefixtures("furnished")
def test_what_was_measured_is_shown_and_not_worked_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command("local:wrong", tmp_path) == 0
    worked = capsys.readouterr()
    assert [each.cell for each in Rows(tmp_path / "rows.jsonl").all][::2] == cells_of("single_call")
    assert command("local:wrong", tmp_path) == 0
    again = capsys.readouterr()
    assert again.out == worked.out
    assert again.err == "local:wrong: 0 runs to work, 6 rows are kept\n"
    whole = (tmp_path / "rows.jsonl").read_text().splitlines(keepends=True)
    (tmp_path / "rows.jsonl").write_text("".join(whole[:-1]))
    assert command("local:wrong", tmp_path) == 0
    assert capsys.readouterr().err.startswith("local:wrong: 1 runs to work, 5 rows are kept\n")
    assert len(Rows(tmp_path / "rows.jsonl").all) == 6


@pytest.mark.usefixtures("furnished")
def test_a_run_that_found_no_model_is_no_result(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    with retries_off():
        assert command("openai:nobody", tmp_path) == 0
    assert "6 runs found no model in time and are no result" in capsys.readouterr().err
    assert Rows(tmp_path / "rows.jsonl").all == []


@pytest.mark.usefixtures("furnished")
def test_a_model_that_cannot_be_used_is_told_in_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command("local:nobody", tmp_path) == 2
    assert capsys.readouterr().err.count("\n") == 2
