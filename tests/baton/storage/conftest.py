"""A place for a backup, a backup, and another home."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.baton.keeping import kept_in
from tests.baton.payments import queued


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "backups" / "monday"


@pytest.fixture
def other_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], Path]:
    """Move to a home that is not there yet, beside the same receiver."""

    def move() -> Path:
        monkeypatch.setenv("BATON_HOME", str(tmp_path / "restored"))
        return tmp_path / "restored"

    return move


@pytest.fixture
def made(folder: Path) -> Path:
    """A backup of a desk with one queued run."""
    asyncio.run(queued("one"))
    kept_in(folder)
    return folder
