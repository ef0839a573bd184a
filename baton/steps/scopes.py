"""The path of a step in its run, which stays the same after a crash, a retry or a replay.

A path names, outermost graph first, each step with its visit in the run (`pay@2`), its number among the `Send`s to it
(`pay@1.0`) and, where a step calls several graphs, the number of the call (`1:pay@1`); in a tool, the tool call's id
comes last. Task ids and superstep numbers would not do: a fork, an update or a `Send` of another kind changes them.

Visits are counted in the state itself, in a channel that only the plumbing sees, so they follow the checkpoint's own
ancestors: a fork counts the visits before it, and an update counts none. A visit is written when a step ends that read
its number, and when its error handler runs.
"""

import time
from collections.abc import AsyncIterator, Callable, Iterator
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from uuid import UUID

from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.runnables import Runnable, RunnableConfig
from langchain_core.tracers.context import register_configure_hook
from langgraph.config import get_config
from langgraph.errors import GraphBubbleUp, ParentCommand
from langgraph.graph import START
from langgraph.graph.state import CompiledStateGraph
from langgraph.types import Command, TimeoutPolicy

from baton import _langgraph as framework
from baton.errors import BatonError
from baton.models.callbacks import count_calls
from baton.plain import json_text
from baton.runtime.active import ActiveRun, active_run, current_step, execution_info
from baton.steps.time_limits import time_limit
from baton.storage.fence import ACTIVE

if TYPE_CHECKING:
    from baton.steps.boundary import Boundary

VISIT_KEY = "__baton_visit"  # in a task's `configurable`


class StepScope:
    """One attempt of one step: its path, and the effects and questions that it has asked for."""

    __slots__ = ("_config", "_part", "_visit", "may_send", "name", "names_in_use", "namespace", "outer", "replies")

    def __init__(self, config: RunnableConfig, name: str, namespace: str) -> None:
        self.name, self.namespace, self._config = name, namespace, config
        self.outer = _scope_around(namespace) if _current.get() else None
        self.names_in_use: set[tuple[str, ...]] = set()  # the effects and questions of this attempt
        self.replies = 0  # replies that its interrupts have taken
        self.may_send = False  # whether it is a failed step whose next edge it chooses itself, which may be a `Send`
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
        """The update of the step with its visit added, from which the next visit counts; `with_visit_writes` writes it.

        Also where this attempt did not read its number: one before a crash, or one that failed, may have read it.
        """
        visit = self.visit()
        if visit is None:
            return update
        if not isinstance(update, Command):
            return {**(update or {}), framework.VISITS: {self.name: visit}}
        if update.graph not in (None, self.namespace):  # it is for a graph around this one, which has its own visits
            return update
        visits = {framework.VISITS: {self.name: visit}}
        if isinstance(update.update, list | tuple):  # pairs
            return replace(update, update=[*update.update, *visits.items()])
        return replace(update, update={**(update.update or {}), **visits})

    def visit(self) -> int | None:
        """The number of this visit of the step in its run, from 1 on; None where its graph counts no visits."""
        if self._visit is None and (visits := framework.read_visits(self._config)) is not None:
            self._visit = visits.get(self.name, 0) + 1
        return self._visit

    def write_visit(self) -> None:
        """Hand the visit of a node that is a runnable to `VisitWriter`: its update may have any form."""
        if (visit := self.visit()) is not None:
            self._config["configurable"][VISIT_KEY] = (self.name, visit)

    def _own_part(self) -> str:
        """The last part of the path: call, name, visit and send number."""
        visit, call = self.visit(), self._call()
        if visit is None or not (call == "" or call.isdecimal()):
            raise BatonError(f"{self.name} is a step of a graph that counts no visits; give the effect an `occurrence`")
        send = framework.send_number(self._config, self.name)
        return f"{call and f'{call}:'}{self.name}@{visit}{'' if send is None else f'.{send}'}"

    def _call(self) -> str:
        """The number of this step's graph among those that the step around it calls; empty for the first."""
        root = self._config["configurable"][ACTIVE].root
        return framework.call_number(self.namespace, self.outer.namespace if self.outer else root)


_current: ContextVar[StepScope | None] = ContextVar("baton_step", default=None)


class _ToolCalls(BaseCallbackHandler):
    """Records which tool call each run of a tool answers: the tool itself does not get the id."""

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
    """Set the scope of the step that begins, and return it; graphs that it calls find it as the scope around them."""
    step_config = config or get_config()
    framework.count_calls_anew(step_config["configurable"])
    scope = StepScope(step_config, name, framework.namespace_of(step_config))
    _current.set(scope)
    return scope


def scope_of(run: ActiveRun) -> StepScope:
    """The scope of the step that calls; the run holds that of a step of a graph that is not ours."""
    scope, config = _current.get(), get_config()
    namespace = framework.namespace_of(config)
    while scope is not None and scope.namespace != namespace:
        scope = scope.outer
    if scope is not None:
        return scope
    attempt = (namespace, framework.execution_of(config), execution_info().node_attempt)
    if attempt not in run.foreign_scopes:
        run.foreign_scopes[attempt] = StepScope(config, config["metadata"]["langgraph_node"], namespace)
    foreign: StepScope = run.foreign_scopes[attempt]
    return foreign


def _scope_around(namespace: str) -> StepScope | None:
    """The nearest scope whose namespace is this one, or around it."""
    scope = _current.get()
    while scope is not None and not framework.is_within(f"{namespace}|", scope.namespace):
        scope = scope.outer
    return scope


def tool_call_id() -> str | None:
    """The id of the tool call that the caller answers; None outside a tool."""
    calls = _tool_calls.get()
    tool_run_id: Any = getattr(get_config().get("callbacks"), "parent_run_id", None)
    return calls.ids.get(tool_run_id) if calls else None


class Scoped(Runnable[Any, Any]):
    """A node that is a runnable of the framework's, a graph for instance, with its scope around it."""

    def __init__(
        self,
        bound: Runnable[Any, Any],
        name: str,
        boundary: "Boundary | None" = None,
        limit: TimeoutPolicy | None = None,
    ) -> None:
        self.bound, self.name = bound, name
        self._step, self._boundary, self._limit = name, boundary, limit

    def invoke(self, input: Any, config: RunnableConfig | None = None, **options: Any) -> Any:  # noqa: A002
        """See Runnable."""
        with self._enter(config, input) as outputs:
            output = self._dump(self.bound.invoke(self._load(input), config, **options))
            outputs.append(output)
        return output

    async def ainvoke(self, input: Any, config: RunnableConfig | None = None, **options: Any) -> Any:  # noqa: A002
        """See Runnable."""
        with self._enter(config, input) as outputs:
            async with time_limit(self._step, self._limit):
                output = self._dump(await self.bound.ainvoke(self._load(input), config, **options))
            outputs.append(output)
        return output

    async def astream(
        self,
        input: Any,  # noqa: A002 - the framework's name
        config: RunnableConfig | None = None,
        **options: Any,
    ) -> AsyncIterator[Any]:
        """See Runnable."""
        with self._enter(config, input) as outputs:
            async with time_limit(self._step, self._limit):
                async for part in self.bound.astream(self._load(input), config, **options):
                    outputs.append(self._dump(part))
                    yield outputs[-1]

    def _load(self, stored: Any) -> Any:
        return self._boundary.load(stored, self._step) if self._boundary else stored

    def _dump(self, output: Any) -> Any:
        return self._boundary.dump(output, self._step) if self._boundary else output

    def _take(self, command: Command[Any]) -> Command[Any]:
        return self._boundary.take(command, self._step) if self._boundary else command

    @contextmanager
    def _enter(self, config: RunnableConfig | None, state: Any) -> Iterator[list[Any]]:
        """Run the block as this step, with a span at its end; the block appends the step's output to the list."""
        if _tool_calls.get() is None:
            _tool_calls.set(_ToolCalls())
        if not isinstance(self.bound, CompiledStateGraph):  # the steps of a graph do this themselves
            count_calls()
        scope, outputs, started = enter_step(self._step, config), list[Any](), time.time()
        try:
            yield outputs
        except BaseException as error:
            if isinstance(error, ParentCommand) and error.args[0].graph == scope.namespace:  # it ends so
                error.args = (self._take(error.args[0]),)
                scope.write_visit()
            self._record_span(state, started, error)
            raise
        scope.write_visit()
        self._record_span(state, started, None, outputs[-1] if outputs else None)

    def _record_span(self, state: Any, started: float, error: BaseException | None, output: Any = None) -> None:
        """Record the node's span; the steps of a graph record their own."""
        if isinstance(self.bound, CompiledStateGraph):
            return
        run = active_run()
        message = None if error is None or isinstance(error, GraphBubbleUp) else f"{type(error).__name__}: {error}"
        status = "done" if error is None else "interrupted" if message is None else "failed"
        text = None if error else json_text(output).decode()
        run.resources.spans.record(
            current_step(run), status=status, started=started, state=state, output=text, error=message
        )


class VisitWriter(Runnable[Any, Any]):
    """Writes the visit of a node that is a runnable together with the node's own writes.

    A step that is cancelled keeps its writes so far and counts as finished, so its visit must not be written first.
    """

    def invoke(self, input: Any, config: RunnableConfig | None = None, **_: Any) -> Any:  # noqa: A002
        """See Runnable."""
        if config is not None and (visit := config["configurable"].pop(VISIT_KEY, None)):
            framework.write_visit(config, *visit)
        return input

    async def ainvoke(self, input: Any, config: RunnableConfig | None = None, **_: Any) -> Any:  # noqa: A002
        """See Runnable."""
        return self.invoke(input, config)


def count_visits(
    compiled: Any, foreign: AbstractSet[str], boundary: "Callable[[Any], Boundary | None]" = lambda _bound: None
) -> Any:
    """Give a compiled graph a channel for its visits, and a scope to its `foreign` nodes; returns the graph.

    Foreign nodes are those that are not functions wrapped by TypedStateGraph; their time limits are kept here too.
    """
    compiled.channels[framework.VISITS] = framework.visits_channel()
    for name, node in compiled.nodes.items():
        if name in foreign:
            limit = framework.run_limit(node)
            bound = Scoped(with_visit_counts(node.bound), name, boundary(node.bound), limit)
            changed = {"bound": bound, "writers": [VisitWriter(), *node.writers]}
            compiled.nodes[name] = node.copy(changed if limit is None else {**changed, "timeout": None})
        else:
            compiled.nodes[name] = framework.with_visit_writes(node, begins=name == START)
    return compiled


def with_visit_counts(graph: Any) -> Any:
    """A copy of LangGraph's own graph that counts its visits; anything else is returned as it is."""
    if not isinstance(graph, CompiledStateGraph) or framework.VISITS in graph.channels:
        return graph
    copy = graph.copy({"nodes": dict(graph.nodes), "channels": dict(graph.channels)})
    return count_visits(copy, copy.nodes.keys() - {START})
