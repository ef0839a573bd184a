"""A serving command of ours as a process of its own, which a test may kill and start again."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

HOUSE = Path(__file__).parents[1]
WAIT_S = 60


class Service:
    """`baton WORDS --port N` with its own home; `url` is where it answers."""

    def __init__(self, *words: str, home: Path) -> None:
        self._words, self._home, self._port = words, home, "0"
        self._process: subprocess.Popen[str] | None = None
        self._failing = Lock()
        self.url = ""

    def start(self) -> None:
        """Start it, from the second time on at the same port, and wait until it listens."""
        environment = {**os.environ, "PYTHONPATH": str(HOUSE), "BATON_HOME": str(self._home)}
        command = [sys.executable, "-m", "baton", *self._words, "--port", self._port]
        self._process = subprocess.Popen(command, env=environment, cwd=self._home, text=True, stdout=subprocess.PIPE)
        assert self._process.stdout is not None
        told = self._process.stdout.readline()
        assert " is at " in told, "it did not start; its stderr says why"
        self.url = told.split()[5]
        self._port = self.url.removesuffix("/v1").rpartition(":")[2]

    def end(self, number: signal.Signals) -> None:
        """Send the signal and wait until the process is gone."""
        if self._process is not None:
            self._process.send_signal(number)
            self._process.communicate(timeout=WAIT_S)
        self._process = None

    def restart_after_kill(self) -> None:
        """What a machine that fails does to it; one failure at a time."""
        with self._failing:
            self.end(signal.SIGKILL)
            self.start()


@contextmanager
def service(*words: str, home: Path) -> Iterator[Service]:
    """The service, running."""
    running = Service(*words, home=home)
    running.start()
    try:
        yield running
    finally:
        running.end(signal.SIGINT)
