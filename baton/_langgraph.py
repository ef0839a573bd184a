"""The parts of LangGraph that Baton uses and that are not public, each behind a name of ours.

The keys of a task's `configurable`, the path of a task and the form of a checkpoint are the framework's own; where an
upgrade changes one, `tests/baton/test_langgraph_ground.py` fails by the name that is used here.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from inspect import unwrap
from itertools import count
from typing import Any

from langchain_core.runnables import RunnableConfig
from langchain_core.runnables.config import var_child_runnable_config
from langgraph.channels import BinaryOperatorAggregate
from langgraph.checkpoint.base import Checkpoint, CheckpointTuple
from langgraph.checkpoint.base.id import uuid6
from langgraph.config import get_config
from langgraph.errors import GraphInterrupt
from langgraph.graph.message import add_messages
from langgraph.types import Command, Interrupt, TimeoutPolicy

SEND, READ, SCRATCHPAD, TASK_ID = "__pregel_send", "__pregel_read", "__pregel_scratchpad", "__pregel_task_id"
RUNTIME, TASKS, PUSH, SAVER = "__pregel_runtime", "__pregel_tasks", "__pregel_push", "__pregel_checkpointer"
REPLAY_STATE = "__pregel_replay_state"
CALLS = "__baton_calls"  # of a task's attempts, how many graphs they have called
INTERRUPT_ID = re.compile(r"[0-9a-f]{32}")
COORDINATES = ("thread_id", "checkpoint_ns", "checkpoint_id", "checkpoint_map")
BEGINS, VISITS = "__begins", "__baton_visits"
"""A channel that only the plumbing sees: how often each step of a graph was visited in its run."""


def merge_configurable(*configs: RunnableConfig | None) -> dict[str, Any]:
    """The `configurable` of a call, merged as the framework does: of the run around it, the graph's own, the call's.

    A call that names a thread or a checkpoint of its own inherits nothing of the run around it.
    """
    merged: dict[str, Any] = {}
    for config in configs:
        if config and (configurable := config.get("configurable")):
            merged |= configurable
    around = var_child_runnable_config.get()
    if around and not any(merged.get(name) for name in COORDINATES):
        merged = {**around.get("configurable", {}), **merged}
    return merged


def is_inside_task(configurable: Mapping[str, Any]) -> bool:
    """Whether a call is made by a task of a graph around it."""
    return TASK_ID in configurable


def task_around(configurable: Mapping[str, Any]) -> tuple[str, str]:
    """The id and the namespace of the task that makes a call; the id is the same when the task runs again."""
    return str(configurable[TASK_ID]), str(configurable.get("checkpoint_ns", ""))


def number_call(configurable: dict[str, Any]) -> int:
    """Number a call among those that an attempt of a task makes, from 1 on; another attempt begins from 1 again."""
    around = var_child_runnable_config.get()
    own: dict[str, Any] = around.get("configurable", {}) if around else {}
    attempt = (configurable[TASK_ID], configurable[RUNTIME].execution_info.node_attempt)
    if own.get(TASK_ID) != configurable[TASK_ID]:  # the graph is the task itself
        own = configurable
    calls: dict[tuple[str, int], int] = own.setdefault(CALLS, {})
    calls[attempt] = calls.get(attempt, 0) + 1
    if calls[attempt] == 1:
        count_calls_anew(own)
    configurable |= {name: own[name] for name in (SCRATCHPAD, REPLAY_STATE) if name in own}
    return calls[attempt]


def count_calls_anew(configurable: dict[str, Any]) -> None:
    """Number the graphs that a retry calls from the first on, so that each finds its own checkpoints, as after a crash.

    The framework counts on instead, and a call would find the checkpoints of another. After a replay from an earlier
    checkpoint, a retry does not go back once more: that would give its graphs their input a second time.
    """
    if configurable[RUNTIME].execution_info.node_attempt > 1:
        configurable[SCRATCHPAD] = replace(configurable[SCRATCHPAD], subgraph_counter=count().__next__)
        configurable[REPLAY_STATE] = None


def has_saver_around(configurable: Mapping[str, Any]) -> bool:
    """Whether a graph around the call has a checkpointer, which a graph without one of its own uses too."""
    return bool(configurable.get(SAVER))


def namespace_of(config: RunnableConfig) -> str:
    """The namespace of a step: names and task ids, outermost first; in an error handler, of the step that failed."""
    namespace: str = config["configurable"][RUNTIME].execution_info.checkpoint_ns
    return namespace


def execution_of(config: RunnableConfig) -> object:
    """What is one object throughout an execution of a task, and another in a later one, whose namespace is the same."""
    counter: object = config["configurable"][SCRATCHPAD].interrupt_counter
    return counter


def step_path(namespace: str) -> str:
    """`desk/draft` of `desk:1f2e…|draft:9a8b…`: node names without task ids."""
    if "|" not in namespace:  # nearly always
        return namespace.partition(":")[0]
    return "/".join(part.partition(":")[0] for part in namespace.split("|"))


def is_inner(namespace: str) -> bool:
    """Whether a step belongs to a graph that is itself a step."""
    return "|" in namespace


def is_within(namespace: str, outer: str) -> bool:
    """Whether a namespace lies inside another one, a step's or a graph's."""
    return namespace.startswith(f"{outer}|")


def call_number(namespace: str, outer: str) -> str:
    """The number of the graph that a step `outer` calls and a step inside belongs to: `1` for the second, else empty.

    Where that graph is a step itself, names and task ids.
    """
    return namespace[len(outer) :].strip("|").rpartition("|")[0]


def checkpoint_refs(namespace: str, configurable: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """The checkpoints that a step works from, one for each graph around it, the outermost first.

    Each is a namespace, a checkpoint id, and the id of the task of that graph that leads to the step.
    """
    ids: Mapping[str, str] = configurable.get("checkpoint_map", {})
    around = [each for each in sorted(ids, key=len) if not each or is_within(namespace, each)]
    return [(each, ids[each], _task_after(namespace, each)) for each in around]


def _task_after(namespace: str, outer: str) -> str:
    """`9a8b…` of `desk:1f2e…|draft:9a8b…` after `desk:1f2e…`."""
    rest = namespace.removeprefix(outer).strip("|").split("|")
    return next(part.partition(":")[2] for part in rest if ":" in part)


def read_visits(config: RunnableConfig) -> dict[str, int] | None:
    """The visits of the steps of a task's graph; None where that graph does not count them."""
    try:
        visits: dict[str, int] | None = config["configurable"][READ](VISITS)
    except KeyError:
        return None
    return visits or {}


def write_visit(config: RunnableConfig, step: str, visit: int) -> None:
    """Add a visit of a step to the writes of its task."""
    config["configurable"][SEND]([(VISITS, {step: visit})])


def visits_channel() -> BinaryOperatorAggregate[dict[str, int]]:
    """A channel for the visits: those of several tasks of a superstep count once, and an input resets them."""

    def merge(before: dict[str, int], now: Any) -> dict[str, int]:
        return {} if now == BEGINS else before | now

    return BinaryOperatorAggregate(dict, merge)


def with_visit_writes(node: Any, *, begins: bool) -> Any:
    """A copy of a node whose writer also writes the visit that an update holds.

    The node that stores an input (`begins`) resets the visits: after a replay from an earlier checkpoint, a graph
    inside another may be given its input where it had been at work before.
    """
    writer, *others = node.writers
    update, *control = writer.writes
    with_visits = update._replace(mapper=partial(_add_visits, update.mapper, begins))
    return node.copy({"writers": [type(writer)((with_visits, *control)), *others]})


def _add_visits(mapper: Any, begins: bool, value: Any) -> Any:  # noqa: FBT001 - `partial` gives it by position
    """The writes of an update, with its visits added."""
    update = value.update if isinstance(value, Command) else value
    visits = BEGINS if begins else update.get(VISITS) if isinstance(update, dict) else None
    return mapper(value) if visits is None else [*(mapper(value) or ()), (VISITS, visits)]


def send_number(config: RunnableConfig, step: str) -> int | None:
    """The number of a task among the `Send`s to its step, from 0 on; None where no `Send` began it.

    Sends to other steps do not count, so that another kind of `Send` does not change the number.
    """
    kind, index, *_ = config.get("metadata", {}).get("langgraph_path") or (None, None)
    if kind != PUSH or not isinstance(index, int):
        return None
    sends = config["configurable"][READ](TASKS) or []
    return [each.node for each in sends[:index]].count(step)


def count_replies() -> int:
    """Count the replies that the framework holds for the interrupts of the task that calls."""
    return len(get_config()["configurable"][SCRATCHPAD].resume)


def answered_ids(resume: Any) -> list[str]:
    """The ids of the interrupts that the value of `Command(resume=...)` names; none of a reply to the only one."""
    is_map = isinstance(resume, dict) and all(map(INTERRUPT_ID.fullmatch, map(str, resume)))
    return [*resume] if is_map else []


def interrupt_id_of(error: GraphInterrupt) -> str:
    """The id under which the framework waits for a reply to the interrupt of an exception."""
    first: str = error.args[0][0].id
    return first


def first_interrupt_id(namespace: str) -> str:
    """The id that the first interrupt of a step has, before it is raised."""
    first: str = Interrupt.from_ns(value=None, ns=namespace).id
    return first


def is_message_reducer(channel: Any) -> bool:
    """Whether a channel is reduced by `add_messages`, and so is a conversation."""
    return getattr(channel, "operator", None) is add_messages


def has_branches(builder: Any, step: str) -> bool:
    """Whether a router chooses the next step after a step."""
    return bool(builder.branches.get(step))


def declared_edges(builder: Any) -> tuple[dict[tuple[str, str], bool], set[str]]:
    """The edges that a builder declares, True where a router chooses; and the steps whose router may go anywhere."""
    joined = {(source, end) for sources, end in builder.waiting_edges for source in sources}
    declared, free = dict.fromkeys(builder.edges | joined, False), set[str]()
    for source, branches in builder.branches.items():
        for branch in branches.values():
            free |= set() if branch.ends else {source}  # a router that declares no targets
            declared |= {(source, end): True for end in (branch.ends or {}).values()}
    return declared, free


def step_function(spec: Any) -> Any:
    """The function of a node of a builder, as it was added; None of a node that is another runnable."""
    function = getattr(spec.runnable, "afunc", None) or getattr(spec.runnable, "func", None)
    return function and unwrap(function)


def is_handler(step: str) -> bool:
    """Whether a node of a drawing is an error handler, and no step of the graph."""
    return step.startswith(("__default_error_handler__", "__error_handler__"))


def outline(builder: Any) -> list[Any]:
    """The nodes, edges and state names of a graph that is being built, and of the graphs inside it, as plain JSON."""
    inner = {name: getattr(spec.runnable, "builder", None) for name, spec in builder.nodes.items()}
    return [
        [[name, outline(inner[name]) if inner[name] else None] for name in sorted(inner)],
        sorted(map(list, builder.edges)),
        sorted([*sorted(sources), target] for sources, target in builder.waiting_edges),
        sorted(builder.branches),
        sorted(builder.channels),
    ]


def take_timeouts(compiled: Any, steps: Iterable[str]) -> dict[str, TimeoutPolicy]:
    """Remove the run timeouts of steps of a compiled graph that have no idle timeout, and return them by step."""
    timeouts: dict[str, TimeoutPolicy] = {}
    for name in steps:
        if (limit := run_limit(compiled.nodes[name])) is not None:
            timeouts[name], compiled.nodes[name].timeout = limit, None
    return timeouts


def run_limit(node: Any) -> TimeoutPolicy | None:
    """The policy of a node that limits its run, and nothing else; None where it has no such policy."""
    policy: TimeoutPolicy | None = node.timeout
    return None if policy is None or policy.idle_timeout is not None else policy


def attributes_of(compiled: Any) -> dict[str, Any]:
    """The attributes of a compiled graph, from which one of another class is made."""
    attributes: dict[str, Any] = vars(compiled)
    return attributes


def has_breakpoints(graph: Any) -> bool:
    """Whether a graph, or one that is a node of it, was compiled to stop before or after a node."""
    graphs = [graph, *(each for node in graph.nodes.values() for each in node.subgraphs)]
    return any(getattr(each, f"interrupt_{when}_nodes", None) for each in graphs for when in ("before", "after"))


def holds_input(metadata: Mapping[str, Any]) -> bool:
    """Whether a checkpoint is the one that stores a run's input."""
    return metadata.get("source") == "input"


def metadata_after(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """The metadata of a checkpoint that begins a run, from the metadata of the one before it."""
    return {"source": "update", "step": metadata.get("step", -1) + 1, "parents": {}}


def replace_reducer(compiled: Any, name: str, make: Callable[[Any], Any]) -> None:
    """Replace the reducer of a key of a compiled graph by `make(reducer)`; a key without a reducer stays."""
    channel = compiled.channels.get(name)
    if type(channel) is BinaryOperatorAggregate:
        compiled.channels[name] = replaced = BinaryOperatorAggregate(channel.typ, make(channel.operator))
        replaced.key = channel.key


def first_checkpoint(last: CheckpointTuple, kept: Mapping[str, Any], version: Any) -> tuple[Checkpoint, dict[str, Any]]:
    """An empty checkpoint that begins a run after the last one of its thread, and the versions that are new in it.

    `kept` are the channels that keep their values, and the values. LangGraph cannot unset a value, so the other
    channels are left out; `version`, of the visits, is above all versions before, so that none is given twice.
    """
    before = last.checkpoint
    versions = {name: before["channel_versions"][name] for name in kept} | {VISITS: version}
    fresh = Checkpoint(
        v=before["v"],
        id=str(uuid6(clock_seq=-2)),
        ts=datetime.now(UTC).isoformat(),
        channel_values={**kept, VISITS: {}},
        channel_versions=versions,
        versions_seen={},
        updated_channels=None,
    )
    return fresh, versions
