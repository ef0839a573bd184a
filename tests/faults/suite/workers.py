"""Trials side by side: worker processes without threads that take the next trial from one counter."""

import multiprocessing
import shutil
import tempfile
import time
import traceback
from collections.abc import Iterator, Sequence
from multiprocessing.context import ForkProcess
from multiprocessing.queues import SimpleQueue
from pathlib import Path

from tests.faults.suite.children import last_words, tracebacks
from tests.faults.suite.frame import Outcome, Trial

FORK = multiprocessing.get_context("fork")
Done = tuple[int, Outcome, float]
"""The trial's place in the list, what was seen, seconds."""


def run_all(trials: Sequence[Trial], *, workers: int, keep: bool = False) -> Iterator[Done]:
    """Run trials; each is told as it ends. `keep` leaves their folders and names them.

    Raises:
        RuntimeError: a worker died; nothing a trial does may end its worker.
    """
    turn, told = FORK.Value("i", 0), FORK.SimpleQueue()

    def work() -> None:
        while True:
            with turn.get_lock():
                mine, turn.value = turn.value, turn.value + 1
            if mine >= len(trials):
                return
            told.put((mine, *_try(trials[mine], keep=keep)))

    crew = [FORK.Process(target=work, daemon=True) for _ in range(min(workers, len(trials)))]
    for worker in crew:
        worker.start()
    for _ in trials:
        yield _next(told, crew)
    for worker in crew:
        worker.join()


def _next(told: "SimpleQueue[Done]", crew: Sequence[ForkProcess]) -> Done:
    while told.empty():
        if any(worker.exitcode for worker in crew):
            raise RuntimeError("a worker died")
        time.sleep(0.002)
    return told.get()


def _try(trial: Trial, *, keep: bool) -> tuple[Outcome, float]:
    folder, started = Path(tempfile.mkdtemp(prefix="trial-")), time.perf_counter()
    try:
        outcome = trial.run(folder)
    except Exception:  # noqa: BLE001 - a trial that cannot be judged counts as a failed one
        outcome = Outcome(lost=1, note=f"the trial itself failed: {traceback.format_exc()}")
    if found := tracebacks(folder):
        outcome += Outcome(tracebacks=found, note=last_words(folder))
    if keep:
        outcome += Outcome(note=str(folder))
    else:
        shutil.rmtree(folder, ignore_errors=True)
    return outcome, time.perf_counter() - started
