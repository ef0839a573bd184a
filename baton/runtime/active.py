"""The run in progress, as every part of the plumbing sees it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache
from getpass import getuser
from typing import TYPE_CHECKING, Any

from langgraph.config import get_config
from langgraph.runtime import ExecutionInfo, get_runtime

from baton import _langgraph as framework
from baton.errors import BatonError
from baton.runtime.spans import StepRef
from baton.storage.fence import ACTIVE, Fence
from baton.storage.records import CheckpointRef

if TYPE_CHECKING:
    from baton.runtime.resources import Resources
    from baton.storage.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Decider:
    """The person who answers a run's questions in this call, and by which channel; `reply_id` identifies the call."""

    by: str | None = None
    channel: str = "library"
    reply_id: str | None = None


@dataclass(eq=False, slots=True)
class ActiveRun:
    """One run in progress: `run` is its number on the thread, `fence` the number of the claim that it is worked under.

    `fence` is None in a bare call, which claims nothing but a run that was queued. The other fields hold the course of
    this call: whether a step asked and waits, and the dead letter that ended the run.
    """

    thread_id: str
    run: int
    graph: str
    resources: "Resources"
    fence: int | None = None
    root: str = ""  # the namespace of the step in which this run began, where that step is of another graph
    decider: Decider = field(default_factory=Decider)
    interrupted: bool = False
    writes_masked: bool = False  # whether its graph masks the output of its steps, as ours do
    ended_by: str | None = None  # a dead letter's id
    foreign_scopes: dict[tuple[str, object, int], Any] = field(default_factory=dict)  # of steps that are not ours
    waits_s: dict[str, float] = field(default_factory=dict)  # by task: how long it waited for its turn at an endpoint

    def note_wait(self, task_id: str, seconds: float) -> None:
        """Note that a task waited for its turn at an endpoint, which is no time of its own."""
        self.waits_s[task_id] = self.waits_s.get(task_id, 0.0) + seconds

    def guard(self, tx: "Transaction") -> None:
        """Refuse, inside a transaction, to write for a run that another process has taken over.

        Raises:
            LeaseLost: it was taken over.
        """
        self.as_fence().check(tx)

    def as_fence(self) -> Fence:
        """The run's identity and claim, which are all that the storage needs."""
        return Fence(self.thread_id, self.run, self.fence)


@cache
def person() -> str | None:
    """The user of this process: `BATON_USER`, else the name of its account; None where the account has no name."""
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


_outside_runs: ContextVar["Resources | None"] = ContextVar("baton_resources", default=None)


@contextmanager
def with_resources(resources: "Resources") -> Iterator[None]:
    """Give the code inside, which is in no node, these resources to work with: see `resources_in_use`."""
    token = _outside_runs.set(resources)
    try:
        yield
    finally:
        _outside_runs.reset(token)


def resources_in_use() -> "Resources":
    """The resources of the run of the node that calls; outside of nodes those of `with_resources`.

    Raises:
        BatonError: called outside of both.
    """
    outside = None if ACTIVE in _configurable() else _outside_runs.get()
    return outside or active_run().resources


def current_step(run: ActiveRun) -> StepRef:
    """The step of the node that calls: its path, task and attempt in the run."""
    info = execution_info()
    return StepRef(run.thread_id, run.run, framework.step_path(info.checkpoint_ns), info.task_id, info.node_attempt)


def execution_info() -> ExecutionInfo:
    """The framework's record of the node that calls: task, attempt, checkpoint.

    Raises:
        BatonError: called outside a node.
    """
    info = get_runtime().execution_info
    if info is None:
        raise BatonError("this works only inside a node")
    return info


def checkpoint_refs() -> list[CheckpointRef]:
    """The checkpoints that the node that calls works from, one for each graph around it, the outermost first."""
    refs = framework.checkpoint_refs(execution_info().checkpoint_ns, _configurable())
    return [CheckpointRef(*each) for each in refs]


def _configurable() -> dict[str, Any]:
    try:
        return get_config().get("configurable", {})
    except RuntimeError:  # no graph is running
        return {}
