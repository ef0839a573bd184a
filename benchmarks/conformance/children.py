"""Works a run in another process, which may be killed; forked from a server that has the imports."""

import asyncio
import json
import multiprocessing
import os
from pathlib import Path

from benchmarks.conformance.sides import SIDES
from benchmarks.conformance.stage import stage

CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(["benchmarks.conformance.sides"])
LONGEST_S = 50
STEP_S = 20.0


def work_elsewhere(side: str, folder: Path, thread: str, processes: int = 1) -> list[int]:
    """Work a run in so many processes at once, and return their exit codes: -9 for one that was killed.

    A process ends with 0 where the run is done, with 3 where another one holds it, with 1 elsewhere.
    """
    home = os.environ["BATON_HOME"]
    started = [CONTEXT.Process(target=_work, args=(side, str(folder), home, thread)) for _ in range(processes)]
    for each in started:
        each.start()
    for each in started:
        each.join(LONGEST_S)
    codes = [each.exitcode for each in started]
    for each in started:
        each.kill()
        each.join()
    return [code if code is not None else 1 for code in codes]


def _work(side: str, folder: str, home: str, thread: str) -> None:
    os.environ["BATON_HOME"] = home
    os.chdir(folder)
    with stage(Path(folder)):
        status = asyncio.run(_work_as(side, Path(folder), thread))
    os._exit({"done": 0, "held": 3}.get(status, 1))  # at once: what is in memory only shall not be kept


async def _work_as(side: str, folder: Path, thread: str) -> str:
    async with SIDES[side](folder, STEP_S) as opened:
        try:
            result = await opened.work(thread)
        except RuntimeError as error:
            if type(error).__name__ != "Held":
                raise
            return "held"
    (folder / "result.json").write_text(json.dumps(result.output))
    return result.status
