"""A home made ready once and shared by all test processes: trained models and a seeded bank, to be copied."""

import fcntl
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

MAKE = """
import asyncio
from pathlib import Path
from bank.clerk.urgency import urgency
from bank.knowledge import knowledge
from bank.ledger.sqlite_bank import SqliteBank
from baton.config.home import home

async def seed():
    await (await SqliteBank.open(home() / "bank.db")).aclose()

knowledge().guess("ready")
urgency("ready")
asyncio.run(seed())
"""
HOUSE = Path(__file__).parents[1]


def ready_home(factory: pytest.TempPathFactory) -> Path:
    """The shared home; whoever comes first makes it (eight seconds), the others wait."""
    base = factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    with (shared / "ready.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        home = shared / "ready"
        if not (home / "bank.db").exists():
            environment = {**os.environ, "BATON_HOME": str(home), "PYTHONPATH": str(HOUSE)}
            subprocess.run([sys.executable, "-c", MAKE], check=True, env=environment)
    return home


def furnish(home: Path, ready: Path) -> None:
    """Give a test's own home the trained models and the seeded bank."""
    home.mkdir(mode=0o700, exist_ok=True)
    shutil.copy(ready / "bank.db", home)
    for kept in [ready / "seal.key", *ready.glob("*.arrays")]:
        (home / kept.name).hardlink_to(kept)


@pytest.fixture(scope="session")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home that all test processes share, to be copied."""
    return ready_home(tmp_path_factory)


@pytest.fixture
def furnished(baton_home: Path, ready: Path) -> Path:
    """The test's own home, with trained models and a seeded bank."""
    furnish(baton_home, ready)
    return baton_home
