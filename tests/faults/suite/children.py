"""Children of a trial: forked with everything imported, each in the trial's folder, to be killed and raced."""

import asyncio
import gc
import json
import os
import signal
import sys
import time
import traceback
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from baton.config.project import root
from baton.config.settings import settings

KILLED = -signal.SIGKILL
PATIENCE_S = 40.0
SAID = "said.txt"
GO = "go"
Target = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Ended:
    """How a child ended: its exit code (minus the signal, where one ended it) and what it told, if it could."""

    code: int
    told: Any


@dataclass(frozen=True, slots=True)
class Child:
    """A child at work."""

    pid: int
    told: Path

    def signal(self, number: int) -> None:
        """Send it a signal; one that is gone already hears nothing."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, number)

    def wait_until_stopped(self, seconds: float = PATIENCE_S) -> bool:
        """Wait until it was stopped by a signal; whether it was, or ended instead."""
        limit = time.monotonic() + seconds
        while time.monotonic() < limit:
            state = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()[0]
            if state in "TZX":
                return state == "T"
            time.sleep(0.001)
        return False

    def wait(self, seconds: float = PATIENCE_S) -> Ended:
        """How it ends; one that hangs is killed and has the code `KILLED` without having told anything."""
        limit = time.monotonic() + seconds
        pause = 0.0005
        while not (ended := os.waitpid(self.pid, os.WNOHANG))[0]:
            if time.monotonic() > limit:
                self.signal(signal.SIGKILL)
            time.sleep(pause)
            pause = min(pause * 1.5, 0.01)
        told = json.loads(self.told.read_text()) if self.told.exists() else None
        return Ended(os.waitstatus_to_exitcode(ended[1]), told)


def begin(folder: Path, target: Target, *args: Any, **environment: str) -> Child:
    """`target(*args)`, a function or a coroutine function, in a child: home `folder/home`, working directory `folder`.

    What it returns (JSON) is told to the parent; what it prints is added to `folder/said.txt`.
    """
    told = folder / f"told-{time.monotonic_ns()}.json"
    pid = os.fork()
    if pid:
        return Child(pid, told)
    code = 1
    try:
        _settle_in(folder, environment)
        told.with_suffix(".part").write_text(json.dumps(_result(target, args)))
        told.with_suffix(".part").rename(told)
        code = 0
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 1
    except BaseException:  # noqa: BLE001 - the parent reads of it
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def apart(folder: Path, target: Target, *args: Any, **environment: str) -> Ended:
    """As `begin`, until it has ended."""
    return begin(folder, target, *args, **environment).wait()


def tracebacks(folder: Path) -> int:
    """How many tracebacks the children of a trial printed."""
    said = folder / SAID
    return said.read_text("utf-8", "replace").count("Traceback (most recent call last)") if said.exists() else 0


def last_words(folder: Path) -> str:
    """The last line that the children of a trial printed: of a traceback, its error."""
    lines = (folder / SAID).read_text("utf-8", "replace").split("\n")
    return next((line for line in reversed(lines) if line.strip()), "")


def barrier(folder: Path, name: str) -> Callable[[], Awaitable[None]]:
    """For a child: say that it is ready, and wait until the parent lets all of them `go`."""

    async def ready() -> None:
        (folder / f"{name}.ready").touch()
        while not (folder / GO).exists():  # noqa: ASYNC110 - the barrier between processes is a file
            await asyncio.sleep(0.0005)

    return ready


def let_go(folder: Path, names: list[str], seconds: float = PATIENCE_S) -> None:
    """For the parent: let all children go once they are ready."""
    limit = time.monotonic() + seconds
    while not all((folder / f"{name}.ready").exists() for name in names):
        if time.monotonic() > limit:
            raise TimeoutError(f"not all of {names} came to the barrier")
        time.sleep(0.001)
    (folder / GO).touch()


def _result(target: Target, args: tuple[Any, ...]) -> Any:
    result = target(*args)
    return asyncio.run(cast("Any", result)) if asyncio.iscoroutine(result) else result


def _settle_in(folder: Path, environment: dict[str, str]) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)
    gc.freeze()
    os.environ.update({"BATON_HOME": str(folder / "home"), **environment})
    os.chdir(folder)
    said = os.open(folder / SAID, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(said, 1)
    os.dup2(said, 2)
    settings.cache_clear()
    root.cache_clear()
