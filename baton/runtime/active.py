"""The run that is being worked, as every part of the plumbing sees it."""

import os
from dataclasses import dataclass, field
from functools import cache
from getpass import getuser
from typing import TYPE_CHECKING, Any

from langgraph.config import get_config
from langgraph.runtime import ExecutionInfo, get_runtime

from baton import _langgraph as framework
from baton.errors import BatonError
from baton.runtime.spans import Where
from baton.storage.fence import ACTIVE, Fence
from baton.storage.records import CheckpointRef

if TYPE_CHECKING:
    from baton.runtime.plumbing import Plumbing
    from baton.storage.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Decider:
    """Who answers what a run waits for in this call, by which channel; `reply_id` tells this call from others."""

    by: str | None = None
    channel: str = "library"
    reply_id: str | None = None


@dataclass(eq=False, slots=True)
class ActiveRun:
    """One run in progress: `run` is its number on the thread, `fence` that of the claim that holds it, if one does.

    What this call has seen stands beside: whether a step asked and waits, and the dead letter that ended the run.
    """

    thread_id: str
    run: int
    graph: str
    plumbing: "Plumbing"
    fence: int | None = None
    root: str = ""  # the namespace of a step of somebody's own graph, in which this run began
    decider: Decider = field(default_factory=Decider)
    interrupted: bool = False
    writes_masked: bool = False  # whether its graph masks what its steps make, as ours do
    ended_by: str | None = None  # a dead letter's id
    foreign_scopes: dict[tuple[str, int], Any] = field(default_factory=dict)  # of steps that are not ours

    def guard(self, tx: "Transaction") -> None:
        """Refuse, inside a transaction, to write for a run that another process has taken over.

        Raises:
            LeaseLost: it was taken over.
        """
        self.as_fence().check(tx)

    def as_fence(self) -> Fence:
        """What of it the rows need to know."""
        return Fence(self.thread_id, self.run, self.fence)


@cache
def person() -> str | None:
    """Who runs this process: `BATON_USER`, else the name of its account."""
    try:
        return os.environ.get("BATON_USER") or getuser()
    except (KeyError, OSError):  # an account without a name, as in a container
        return None


def active_run() -> ActiveRun:
    """The run of the node that calls.

    Raises:
        BatonError: called outside a node of a graph that was compiled by TypedStateGraph.
    """
    run: ActiveRun | None = _configurable().get(ACTIVE)
    if run is None:
        raise BatonError("this works only inside a node of a graph built with TypedStateGraph")
    return run


def here(run: ActiveRun) -> Where:
    """Where the node that calls stands in its run."""
    info = execution()
    return Where(run.thread_id, run.run, framework.step_path(info.checkpoint_ns), info.task_id, info.node_attempt)


def execution() -> ExecutionInfo:
    """What the framework knows of the node that calls: task, attempt, checkpoint."""
    info = get_runtime().execution_info
    if info is None:
        raise BatonError("this works only inside a node")
    return info


def place() -> list[CheckpointRef]:
    """Where the node that calls stands in each graph around it, the outermost first."""
    return [CheckpointRef(*each) for each in framework.levels_of(execution().checkpoint_ns, _configurable())]


def _configurable() -> dict[str, Any]:
    try:
        return get_config().get("configurable", {})
    except RuntimeError:  # no graph is running
        return {}
