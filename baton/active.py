"""The run that is being worked, as every part of the plumbing sees it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from langgraph.config import get_config
from langgraph.runtime import ExecutionInfo, get_runtime

from baton.errors import BatonError, LeaseLost
from baton.spans import Where

if TYPE_CHECKING:
    from baton.database import Transaction
    from baton.plumbing import Plumbing

Level = tuple[str, str, str]
"""Namespace, checkpoint id, task id: where a step stands in one of the graphs around it."""

ACTIVE = "__baton"  # in `configurable`; the two underscores keep it out of the checkpoint's metadata


@dataclass(frozen=True, slots=True)
class ActiveRun:
    """One run in progress; `fence` is the number of the claim that holds it, None where nobody claims."""

    thread_id: str
    graph: str
    plumbing: "Plumbing"
    fence: int | None = None

    def guard(self, tx: "Transaction") -> None:
        """Refuse, inside a transaction, to write for a run that another process has taken over.

        Raises:
            LeaseLost: it was taken over.
        """
        if self.fence is None:
            return
        row = tx.execute("SELECT fence FROM runs WHERE thread_id = ?", (self.thread_id,)).fetchone()
        if row is None or row[0] != self.fence:
            raise LeaseLost(f"{self.thread_id} is worked by another process now; this one has stopped")


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
    return Where(run.thread_id, step_path(info.checkpoint_ns), info.task_id, info.node_attempt)


def execution() -> ExecutionInfo:
    """What the framework knows of the node that calls: task, attempt, checkpoint."""
    info = get_runtime().execution_info
    if info is None:
        raise BatonError("this works only inside a node")
    return info


def place() -> list[Level]:
    """Where the node that calls stands in each graph around it, the outermost first."""
    path, known = execution().checkpoint_ns, _configurable().get("checkpoint_map", {})
    around = [namespace for namespace in sorted(known, key=len) if not namespace or path.startswith(f"{namespace}|")]
    return [(namespace, known[namespace], _task_after(path, namespace)) for namespace in around]


def _task_after(path: str, namespace: str) -> str:
    """`9a8b…` of `desk:1f2e…|draft:9a8b…` after `desk:1f2e…`."""
    rest = path.removeprefix(namespace).strip("|").split("|")
    return next(part.partition(":")[2] for part in rest if ":" in part)


def step_path(checkpoint_ns: str) -> str:
    """`desk/draft` of `desk:1f2e…|draft:9a8b…`: node names without task ids."""
    return "/".join(part.partition(":")[0] for part in checkpoint_ns.split("|"))


def _configurable() -> dict[str, Any]:
    try:
        return get_config().get("configurable", {})
    except RuntimeError:  # no graph is running
        return {}
