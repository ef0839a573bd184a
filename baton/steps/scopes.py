"""Where a step stands in its run, in words that stay the same after a crash, a retry or a replay.

A path names, outermost graph first, each step with its visit in the run (`pay@2`), its number among the `Send`s to it
(`pay@1.0`) and, where a step calls several graphs, the number of the call (`1:pay@1`); in a tool, the tool call's id
comes last. Task ids and superstep numbers would not do: a fork, an update or a `Send` of another kind changes them.

Visits are counted in the state itself, in a channel that only the plumbing sees, so they follow the checkpoint's own
ancestors: a fork counts what came before it, and an update counts nothing. A visit is noted when a step ends that asked
and when its error handler runs.
"""

import time
from collections.abc import AsyncIterator, Callable, Iterator
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING, Any
from uuid import UUID

from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.runnables import Runnable, RunnableConfig
from langchain_core.tracers.context import register_configure_hook
from langgraph.config import get_config
from langgraph.errors import GraphBubbleUp
from langgraph.graph import START
from langgraph.graph.state import CompiledStateGraph
from langgraph.types import Command

from baton import _langgraph as framework
from baton.errors import BatonError
from baton.models.callbacks import count_calls
from baton.plain import json_text
from baton.runtime.active import ActiveRun, active_run, current_step, execution_info
from baton.storage.fence import ACTIVE

if TYPE_CHECKING:
    from baton.steps.boundary import Boundary

NOTED = "__baton_visit"  # in a task's `configurable`


class StepScope:
    """One attempt of one step: its place, and what it has asked for."""

    __slots__ = ("_config", "_part", "_visit", "may_send", "name", "namespace", "outer", "replies", "taken")

    def __init__(self, config: RunnableConfig, name: str, namespace: str) -> None:
        self.name, self.namespace, self._config = name, namespace, config
        self.outer = _around(namespace) if _current.get() else None
        self.taken: set[tuple[str, ...]] = set()  # the effects and questions of this attempt
        self.replies = 0  # replies that its interrupts have taken
        self.may_send = False  # whether it is a failed step with an edge of its own choosing, which may be a `Send`
        self._visit: int | None = None
        self._part: str | None = None

    def path(self) -> str:
        """The path of the step.

        Raises:
            BatonError: a graph around it counts no visits.
        """
        if self._part is None:
            self._part = self._own_part()
        return f"{self.outer.path()}/{self._part}" if self.outer else self._part

    def with_visit(self, update: Any) -> Any:
        """The update of the step with its visit, for the next one to count on; `noting` writes it down.

        Also where nobody asked for its number: it may have asked before a crash or failed here once, and that counted.
        """
        visit = self.visit()
        if visit is None:
            return update
        if not isinstance(update, Command):
            return {**(update or {}), framework.VISITS: {self.name: visit}}
        if update.graph is not None:  # it is for a graph around this one, which has visits of its own
            return update
        return replace(update, update={**(update.update or {}), framework.VISITS: {self.name: visit}})

    def visit(self) -> int | None:
        """Which visit of the step in its run this is, from 1 on; None where its graph counts none."""
        if self._visit is None and (visits := framework.read_visits(self._config)) is not None:
            self._visit = visits.get(self.name, 0) + 1
        return self._visit

    def write_visit(self) -> None:
        """Write the visit of a node that is a runnable, whose update may have any form."""
        if (visit := self.visit()) is not None:
            self._config["configurable"][NOTED] = (self.name, visit)

    def _own_part(self) -> str:
        visit, call = self.visit(), self._call()
        if visit is None or not (call == "" or call.isdecimal()):
            raise BatonError(f"{self.name} is a step of a graph that counts no visits; give the effect an `occurrence`")
        send = framework.send_number(self._config, self.name)
        return f"{call and f'{call}:'}{self.name}@{visit}{'' if send is None else f'.{send}'}"

    def _call(self) -> str:
        """Which one of the graphs that the step around this one calls it is in; nothing for the first."""
        root = self._config["configurable"][ACTIVE].root
        return framework.call_in(self.namespace, self.outer.namespace if self.outer else root)


_current: ContextVar[StepScope | None] = ContextVar("baton_step", default=None)


class _ToolCalls(BaseCallbackHandler):
    """Notes which tool call each run of a tool answers: a tool is not told itself."""

    ignore_chain = ignore_chat_model = ignore_custom_event = ignore_llm = ignore_retriever = ignore_retry = True

    def __init__(self) -> None:
        self.ids: dict[UUID, str] = {}

    def on_tool_start(
        self,
        serialized: dict[str, Any],  # noqa: ARG002 - the framework's signature
        input_str: str,  # noqa: ARG002
        *,
        run_id: UUID,
        tool_call_id: str | None = None,
        **_: Any,
    ) -> None:
        """See BaseCallbackHandler."""
        if tool_call_id is not None:
            self.ids[run_id] = tool_call_id


_tool_calls: ContextVar[_ToolCalls | None] = ContextVar("baton_tool_calls", default=None)
register_configure_hook(_tool_calls, inheritable=True)


def enter_step(name: str, config: RunnableConfig | None = None) -> StepScope:
    """Stand in a step from here on: graphs that are called stand inside it. Whoever looks goes outwards from there."""
    found = config or get_config()
    _count_calls_anew(found)
    scope = StepScope(found, name, framework.namespace_of(found))
    _current.set(scope)
    return scope


def _count_calls_anew(config: RunnableConfig) -> None:
    """Number the graphs that a retry calls from the first on: each finds what it had done, as after a crash.

    The framework counts on, and gives a call what another call had done before a crash. Where somebody went back to a
    checkpoint, a retry does not go back once more: that would give its graphs their input a second time.
    """
    known = config["configurable"]
    if known[framework.RUNTIME].execution_info.node_attempt > 1:
        known[framework.SCRATCHPAD] = replace(known[framework.SCRATCHPAD], subgraph_counter=count().__next__)
        known[framework.REPLAY_STATE] = None


def scope_of(run: ActiveRun) -> StepScope:
    """The scope of the step that calls; of a step that is not ours the run keeps it."""
    scope, config = _current.get(), get_config()
    namespace = framework.namespace_of(config)
    while scope is not None and scope.namespace != namespace:
        scope = scope.outer
    if scope is not None:
        return scope
    attempt = (namespace, execution_info().node_attempt)
    if attempt not in run.foreign_scopes:
        run.foreign_scopes[attempt] = StepScope(config, config["metadata"]["langgraph_node"], namespace)
    found: StepScope = run.foreign_scopes[attempt]
    return found


def _around(namespace: str) -> StepScope | None:
    """The nearest scope that a namespace is that of, or lies in."""
    scope = _current.get()
    while scope is not None and not framework.lies_in(f"{namespace}|", scope.namespace):
        scope = scope.outer
    return scope


def tool_call_id() -> str | None:
    """The id of the tool call that the caller answers; None outside a tool."""
    calls = _tool_calls.get()
    answered: Any = getattr(get_config().get("callbacks"), "parent_run_id", None)
    return calls.ids.get(answered) if calls else None


class Scoped(Runnable[Any, Any]):
    """A node that is a runnable of the framework's, a graph for instance, with its scope around it."""

    def __init__(self, bound: Runnable[Any, Any], name: str, boundary: "Boundary | None" = None) -> None:
        self.bound, self.name = bound, name
        self._step, self._boundary = name, boundary

    def invoke(self, input: Any, config: RunnableConfig | None = None, **options: Any) -> Any:  # noqa: A002
        """See Runnable."""
        with self._step_of(config, input) as seen:
            made = self._dump(self.bound.invoke(self._load(input), config, **options))
            seen.append(made)
        return made

    async def ainvoke(self, input: Any, config: RunnableConfig | None = None, **options: Any) -> Any:  # noqa: A002
        """See Runnable."""
        with self._step_of(config, input) as seen:
            made = self._dump(await self.bound.ainvoke(self._load(input), config, **options))
            seen.append(made)
        return made

    async def astream(
        self,
        input: Any,  # noqa: A002 - the framework's name
        config: RunnableConfig | None = None,
        **options: Any,
    ) -> AsyncIterator[Any]:
        """See Runnable."""
        with self._step_of(config, input) as seen:
            async for part in self.bound.astream(self._load(input), config, **options):
                seen.append(self._dump(part))
                yield seen[-1]

    def _load(self, given: Any) -> Any:
        return self._boundary.load(given, self._step) if self._boundary else given

    def _dump(self, made: Any) -> Any:
        return self._boundary.dump(made, self._step) if self._boundary else made

    @contextmanager
    def _step_of(self, config: RunnableConfig | None, given: Any) -> Iterator[list[Any]]:
        """The step that this node is, with a span however it ends; what it made is put into the list."""
        if _tool_calls.get() is None:
            _tool_calls.set(_ToolCalls())
        if not isinstance(self.bound, CompiledStateGraph):  # its own steps see to it
            count_calls()
        scope, seen, started = enter_step(self._step, config), list[Any](), time.time()
        try:
            yield seen
        except BaseException as error:
            self._keep_span(given, started, error)
            raise
        scope.write_visit()
        self._keep_span(given, started, None, seen[-1] if seen else None)

    def _keep_span(self, given: Any, started: float, error: BaseException | None, made: Any = None) -> None:
        """Keep what the node was given and made; the steps of a graph are kept by themselves."""
        if isinstance(self.bound, CompiledStateGraph):
            return
        run = active_run()
        told = None if error is None or isinstance(error, GraphBubbleUp) else f"{type(error).__name__}: {error}"
        status = "done" if error is None else "interrupted" if told is None else "failed"
        output = None if error else json_text(made).decode()
        run.plumbing.spans.record(
            current_step(run), status=status, started=started, state=given, output=output, error=told
        )


class Noting(Runnable[Any, Any]):
    """Writes the visit of a node that is a runnable down together with the rest of what it writes.

    A step that is cancelled keeps what it had written by then and counts as finished: its visit must not come first.
    """

    def invoke(self, input: Any, config: RunnableConfig | None = None, **_: Any) -> Any:  # noqa: A002
        """See Runnable."""
        if config is not None and (noted := config["configurable"].pop(NOTED, None)):
            framework.write_visit(config, *noted)
        return input

    async def ainvoke(self, input: Any, config: RunnableConfig | None = None, **_: Any) -> Any:  # noqa: A002
        """See Runnable."""
        return self.invoke(input, config)


def count_visits(
    compiled: Any, foreign: AbstractSet[str], boundary: "Callable[[Any], Boundary | None]" = lambda _bound: None
) -> Any:
    """The compiled graph with a channel for its visits, and a scope around the nodes that are not functions of ours."""
    compiled.channels[framework.VISITS] = framework.visits_channel()
    for name, node in compiled.nodes.items():
        if name in foreign:
            scoped = {
                "bound": Scoped(counting(node.bound), name, boundary(node.bound)),
                "writers": [Noting(), *node.writers],
            }
            compiled.nodes[name] = node.copy(scoped)
        else:
            compiled.nodes[name] = framework.noting(node, begins=name == START)
    return compiled


def counting(graph: Any) -> Any:
    """A plain graph of LangGraph's as one that counts its visits; anything else as it is."""
    if not isinstance(graph, CompiledStateGraph) or framework.VISITS in graph.channels:
        return graph
    copied = graph.copy({"nodes": dict(graph.nodes), "channels": dict(graph.channels)})
    return count_visits(copied, copied.nodes.keys() - {START})
