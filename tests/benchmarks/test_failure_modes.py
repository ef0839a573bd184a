"""Each failure mode is as `docs/failure-modes.md` shows it: what is printed there is what the pairs print."""

from pathlib import Path

import pytest

from benchmarks.failure_modes.__main__ import MODES, main, seen
from tests.test_docs import blocks

PAGE = Path(__file__).parents[2] / "docs" / "failure-modes.md"

pytestmark = [pytest.mark.usefixtures("furnished"), pytest.mark.slow]


@pytest.mark.parametrize("name", MODES)
def test_a_pair_shows_what_the_page_shows(name: str) -> None:
    shown = {block.marks: block.text.splitlines() for block in blocks(PAGE) if block.kind == "text"}
    found = seen(name)
    assert {half: shown[f"{name} {half}"] for half in found} == found


def test_an_unknown_name_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["no_tests"]) == 2
    assert "no failure mode 'no_tests'" in capsys.readouterr().err
