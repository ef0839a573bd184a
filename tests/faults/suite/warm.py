"""What all children inherit: imports, the trained router, whatever a first run makes; and a seeded bank to copy."""

import asyncio
import gc
import os
import shutil
import threading
from datetime import UTC, datetime
from pathlib import Path

from bank.knowledge import knowledge
from bank.ledger import tables
from baton.config.home import home
from baton.config.project import root
from baton.config.settings import settings
from tests.faults.desk import baseline, stranger
from tests.faults.desk.graphs import APPROVE, INPUTS, MESSAGES, ORDER, graphs, live


def warm(folder: Path, ready: Path | None = None) -> None:
    """Make the folder a home to copy, with the trained models of a `ready` one, and this process one to fork from.

    Every graph works every message once, so that no child spends its time on what only a first run has to do.

    Raises:
        RuntimeError: something started a thread, so that forking is not safe.
    """
    folder.mkdir(mode=0o700)
    for kept in [*ready.glob("*.arrays"), ready / "seal.key"] if ready else []:
        shutil.copy(kept, folder)
    _move_to(folder)
    knowledge().guess("warm")
    tables.connect(folder / "bank.db", datetime.now(UTC).date()).close()
    _move_to(furnish(folder / "once"))
    asyncio.run(_each_once())
    _move_to(folder)
    gc.collect()
    if threading.active_count() > 1 or len(list(Path("/proc/self/task").iterdir())) > 1:
        raise RuntimeError(f"threads run before the fork: {threading.enumerate()}")


def furnish(folder: Path) -> Path:
    """A trial's own home in its folder: the seeded bank and the shared key."""
    made = folder / "home"
    made.mkdir(mode=0o700, parents=True)
    shutil.copy(home() / "bank.db", made)
    shutil.copy(home() / "seal.key", made)  # no link: a trial may give it to somebody else
    return made


async def _each_once() -> None:
    for name, message in MESSAGES.items():
        for graph in graphs():
            await live(graph, message, APPROVE, f"{graph}-{name}")
        await baseline.live(home(), name, message)
    await live(stranger.NAME, INPUTS[ORDER], APPROVE, stranger.NAME)


def _move_to(folder: Path) -> None:
    os.environ["BATON_HOME"] = str(folder)
    settings.cache_clear()
    root.cache_clear()
