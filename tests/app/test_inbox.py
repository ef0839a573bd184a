"""The sample inbox of any business: each line is a message, and a bad one is told by its number."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from app.inbox import sample_messages
from baton.errors import BatonError


@pytest.fixture
def inbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The inbox of a business in the test's folder."""
    monkeypatch.setattr("desk.business.business", lambda: SimpleNamespace(folder=tmp_path))
    return tmp_path / "inbox.jsonl"


def test_a_message_may_hold_any_letter(inbox: Path) -> None:
    inbox.write_text('{"id": 1, "message": "one\u2028two\x85three"}\n', "utf-8")
    assert sample_messages() == [{"message": "one\u2028two\x85three", "customer_id": None}]


@pytest.mark.parametrize("line, fault", [("[1]", "is no object"), ('"hello"', "is no object"), ("{", "is not JSON")])
def test_a_line_that_is_no_message_is_told(inbox: Path, line: str, fault: str) -> None:
    inbox.write_text(f'{{"message": "hello"}}\n{line}\n', "utf-8")
    with pytest.raises(BatonError, match=f"inbox.jsonl cannot be read: line 2 {fault}"):
        sample_messages()
