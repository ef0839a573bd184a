"""A StateGraph whose nodes see the types they declare while its channels hold what a checkpoint can keep.

A node is a plain async function: its first parameter says what it reads, its return type what it writes. What this
adds to LangGraph's `StateGraph`:

- on entry the stored state is validated into the declared shape; on exit the update is turned into JSON, read back and
  compared, so that what would change fails in the step that made it, before it is checkpointed (`baton.steps.codec`);
- every step leaves a span, and its failed attempts are counted beyond the life of its process;
- an attempt that runs out of time is over before the next begins (see `_timed`);
- a call that brings no run of its own gets one (see `baton.steps.adhoc`), and a `Context` with its defaults;
- a run begins with a clean state but for what the graph `keeps` (conversations by themselves).

With plain `StateGraph` in its place the happy paths still run in memory.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import aclosing
from datetime import timedelta
from functools import partial, wraps
from inspect import iscoroutinefunction, signature
from typing import TYPE_CHECKING, Any, Protocol, Self, cast

from langchain_core.runnables import Runnable, RunnableConfig
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.errors import GraphBubbleUp, NodeError, NodeTimeoutError
from langgraph.graph import StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.runtime import get_runtime
from langgraph.types import CachePolicy, Command, RetryPolicy, Send, StateUpdate, TimeoutPolicy
from langgraph.typing import ContextT, InputT, OutputT, StateT
from typing_extensions import is_typeddict

from baton import _langgraph as framework
from baton.errors import UsageError
from baton.models.callbacks import count_calls
from baton.runtime.active import active_run, current_step
from baton.runtime.plumbing import plumbing
from baton.steps.adhoc import RUN, Call, begin, run_of
from baton.steps.attempts import Policies, after_failure, before_retry
from baton.steps.boundary import Boundary, typed_reducer
from baton.steps.codec import Codec, codec, input_codec
from baton.steps.customers import refuse_unknown_customer
from baton.steps.scopes import count_visits, enter_step
from baton.steps.shapes import channel_schema, context_of, hints_of, is_schema, update_of
from baton.storage.fence import ACTIVE
from baton.storage.run_rows import note_update

Step = Callable[..., Awaitable[Any]]
Typed = Callable[..., Awaitable[tuple[Any, str | None]]]
"""A step that gives its update as plain data and as text."""

DEFAULT_HANDLER = "__default_error_handler__"
RECURSION_LIMIT = 200  # supersteps; LangGraph's own default is 10,007


class ErrorHandler(Protocol):
    """What runs when a step has failed for good; `state` is that step's raw input."""

    def __call__(self, state: Any, error: NodeError) -> Awaitable[Any]:
        """Say where the run goes on."""


class TypedGraph(CompiledStateGraph[StateT, ContextT, InputT, OutputT]):
    """A compiled TypedStateGraph: every run through it is known to the plumbing, whoever started it."""

    @property
    def _typed(self) -> "TypedStateGraph[StateT, ContextT, InputT, OutputT]":
        return cast("TypedStateGraph[StateT, ContextT, InputT, OutputT]", self.builder)

    @property
    def saver(self) -> BaseCheckpointSaver[Any]:
        """The checkpointer of a graph that has one of its own."""
        if not isinstance(self.checkpointer, BaseCheckpointSaver):
            raise UsageError(f"{self.name} has no checkpointer of its own")
        return self.checkpointer

    async def ainvoke(
        self,
        input: Any,  # noqa: A002 - the framework's name
        config: RunnableConfig | None = None,
        *,
        context: Any = None,
        **options: Any,
    ) -> Any:
        """Run the graph to its end or to its next pause.

        Raises:
            ShapeError: the input does not fit the graph's input.
            UsageError: the context does not fit the graph's context, or nobody knows the customer.
            NotEnded: an input comes while the last run of its thread has not ended.
            DeadLettered: the run ended in a dead letter.
        """
        found = framework.merge_configurable(self.config, config)
        if ACTIVE in found:
            given = self._from_inside(input, found)
            return await super().ainvoke(given, config, context=context, **options)
        context = self._context(context)
        call = await self._call(input, config, found, options)
        async with call:
            return await super().ainvoke(call.given, call.config, context=context, **options)

    def astream(
        self,
        input: Any,  # noqa: A002 - the framework's name
        config: RunnableConfig | None = None,
        *,
        context: Any = None,
        **options: Any,
    ) -> AsyncIterator[Any]:
        """Stream the graph; `ainvoke` comes through here too.

        Raises:
            ShapeError, UsageError, NotEnded, DeadLettered: as `ainvoke`; the last one after the stream has ended.
        """
        context = self._context(context)
        found = (config or {}).get("configurable") or {}
        if ACTIVE not in found:
            found = framework.merge_configurable(self.config, config)
        if ACTIVE in found:
            return super().astream(self._from_inside(input, found), config, context=context, **options)
        return self._streamed(input, config, options, context)

    def _context(self, given: Any) -> Any:
        """The context of a call: what is left out has its default, and a graph inside another has that one's."""
        schema: Any = self.builder.context_schema
        if schema is None or (given is None and _inherits_context()) or not isinstance(given, Mapping | None):
            return given
        return context_of(schema, given or {}, self.name)

    async def _streamed(
        self, given: Any, config: RunnableConfig | None, options: dict[str, Any], context: Any
    ) -> AsyncIterator[Any]:
        """The stream of a call that brought no run of its own, with a run around it."""
        call = await self._call(given, config, framework.merge_configurable(self.config, config), options)
        stream: Any = super().astream(call.given, call.config, context=context, **options)
        async with call, aclosing(stream) as parts:
            async for part in parts:
                yield part

    async def _call(
        self, given: Any, config: RunnableConfig | None, found: dict[str, Any], options: dict[str, Any]
    ) -> Call:
        """The call with a run; `options` get the durability, the config the most supersteps."""
        if given is not None and not isinstance(given, Command):
            given = input_codec(self.builder).take(given, self.name)
            await refuse_unknown_customer(given)
        options["durability"] = options.get("durability") or ("sync" if self.checkpointer else None)
        most = (self.config or {}).get("recursion_limit", RECURSION_LIMIT)
        limited: RunnableConfig = {"recursion_limit": most, **(config or {})}
        return await begin(self, given, limited, found, may_pause=bool(self.checkpointer) and self.may_pause(options))

    def _from_inside(self, given: Any, active: Mapping[str, Any]) -> Any:
        """The input of a call by a step of another graph, as it is stored; a graph that is a step gets that anyhow."""
        inside = isinstance(given, dict) and framework.is_inside_task(active)
        return input_codec(self.builder).plain(given, self.name) if inside else given

    def may_pause(self, options: Mapping[str, Any]) -> bool:
        """Whether the graph may stop where none of our steps tells: a breakpoint, or a node that is a runnable."""
        given = options.get("interrupt_before") or options.get("interrupt_after")
        return bool(given or self._typed.foreign or framework.has_breakpoints(self))

    def kept(self) -> list[str]:
        """The state's keys that live on from run to run: those declared, and conversations."""
        return [
            name
            for name, each in self.builder.channels.items()
            if name in self._typed.keeps or framework.is_message_reducer(each)
        ]

    async def abulk_update_state(
        self, config: RunnableConfig, supersteps: Sequence[Sequence[StateUpdate]]
    ) -> RunnableConfig:
        """Change the state of a thread; its run's row then says what the changed state waits for.

        `aupdate_state` comes through here too.
        """
        named = framework.merge_configurable(self.config, config)
        thread_id = str(named.get("thread_id") or "")
        if not isinstance(self.checkpointer, BaseCheckpointSaver) or named.get("checkpoint_ns") or not thread_id:
            return await super().abulk_update_state(config, supersteps)
        run = run_of(await self.checkpointer.aget_tuple({**config, "configurable": named}))
        noted = {**config.get("metadata", {}), **({RUN: run} if run > 1 else {})}
        changed = await super().abulk_update_state({**config, "metadata": noted}, supersteps)
        state, database = await self.aget_state({"configurable": {"thread_id": thread_id}}), (await plumbing()).database
        asked = [each.id for each in state.interrupts]
        await database.do(lambda tx: note_update(tx, thread_id, max(run, 1), asked=asked, ended=not state.next))
        return changed

    def stream(self, *_args: Any, **_options: Any) -> Iterator[Any]:
        """Refuse; `invoke` comes through here too.

        Raises:
            UsageError: always, for the steps are asynchronous.
        """
        raise UsageError(f"{self.name} is asynchronous: `await graph.ainvoke(...)`, or asyncio.run(graph.ainvoke(...))")


class TypedStateGraph(StateGraph[StateT, ContextT, InputT, OutputT]):
    """LangGraph's StateGraph; the functions added to it are wrapped, nothing else changes."""

    keeps: tuple[str, ...]  # keys of the state that live on from run to run, beside conversations
    foreign: set[str]  # nodes that are runnables of the framework's, graphs for instance
    _state: Any  # as it was declared
    _limits: dict[str, float | None]  # seconds that a step of ours has, once the graph is compiled

    if TYPE_CHECKING:  # LangGraph's own types know no `error` parameter

        def __init__(
            self,
            state_schema: type[StateT],
            context_schema: type[ContextT] | None = None,
            *,
            input_schema: type[InputT] | None = None,
            output_schema: type[OutputT] | None = None,
            keeps: Sequence[str] = (),
        ) -> None:
            """A graph over a state; `keeps` names the keys that live on from one run of a thread to the next."""

        def set_node_defaults(
            self,
            *,
            retry_policy: RetryPolicy | Sequence[RetryPolicy] | None = None,
            cache_policy: CachePolicy[Any] | None = None,
            error_handler: ErrorHandler | Any | None = None,
            timeout: float | timedelta | TimeoutPolicy | None = None,
        ) -> Self:
            """Policies of every node that has none of its own."""

        def compile(
            self, checkpointer: Any = None, *, name: str | None = None, **options: Any
        ) -> TypedGraph[StateT, ContextT, InputT, OutputT]:
            """The graph that runs."""

    else:

        def __init__(self, state_schema, *args, keeps=(), **options):
            schemas = {name: channel_schema(options.pop(name, None)) for name in ("input_schema", "output_schema")}
            super().__init__(channel_schema(state_schema), *args, **options, **schemas)
            fields = hints_of(state_schema)
            if unknown := set(keeps) - set(fields):
                raise UsageError(f"keeps names {', '.join(sorted(unknown))}; the state has {', '.join(fields)}")
            self.keeps, self.foreign = tuple(keeps), set()
            self._state, self._limits = state_schema, {}

        def set_node_defaults(self, *, error_handler=None, **options):
            return super().set_node_defaults(error_handler=error_handler and self._handler(error_handler), **options)

        def add_node(self, node, action=None, *, error_handler=None, **options):
            name, function = (node, action) if isinstance(node, str) else (_name(node), node)
            handler = error_handler and self._handler(error_handler)
            if not isinstance(function, Runnable):
                options["input_schema"] = channel_schema(options.get("input_schema") or self._input_of(function))
            return super().add_node(name, self._step(name, function), error_handler=handler, **options)

        def add_conditional_edges(self, source, path, path_map=None):
            if iscoroutinefunction(path):
                raise TypeError(f"{_name(path)} is an async function; a router only reads a value")
            return super().add_conditional_edges(source, self._router(path), path_map)

        def compile(self, *args, **options):
            self.nodes.pop(DEFAULT_HANDLER, None)  # or a second compile refuses to add it again
            compiled = super().compile(*args, **options)
            self._see_declared_types(compiled)
            self._limits.update(framework.take_timeouts(compiled, self._limits.keys() & compiled.nodes.keys()))
            return TypedGraph(**framework.attributes_of(count_visits(compiled, self.foreign, self._boundary)))

    def _step(self, name: str, function: Any) -> Any:
        if isinstance(function, Runnable):
            self.foreign.add(name)
            return function  # what it reads and writes passes the `Boundary`
        if not (iscoroutinefunction(function) or iscoroutinefunction(getattr(function, "__call__", None))):  # noqa: B004 - of an object
            raise TypeError(f"{_name(function)} is not an async function; timeouts need one: write `async def`")
        typed = self._wrap(function, self._reads(function).load)
        self._limits[name] = None  # compiling gives it the graph's default, and the retry policy too
        return _spanned(_timed(typed, name, self._limits), name, lambda: self.nodes[name].retry_policy)

    def _handler(self, function: Step) -> Any:
        wrapped = self._wrap(function, lambda state, _step: state)  # raw: it may be what could not be read

        @wraps(function)
        async def handle(state: Any, error: NodeError, **injected: Any) -> Any:
            scope = enter_step(error.node)
            scope.may_send = framework.has_branches(self, error.node)
            return scope.with_visit((await wrapped(state, error=error, **injected))[0])

        return handle

    def _wrap(self, function: Step, load: Callable[[Any, str], Any]) -> Typed:
        """`function` between what is stored and what it declares; gives the update as data and as text."""
        step, writes = _name(function), self._writes(function)

        @wraps(function)
        async def typed(state: Any, *args: Any, **injected: Any) -> tuple[Any, str | None]:
            result = await function(load(state, step), *args, **injected)
            if isinstance(result, Command):
                made = update_of(result.update)
                update, text = writes.dump(made, step) if made else (None, None)
                return Command(graph=result.graph, update=update, goto=self._goto(result.goto, step)), text
            return (None, None) if result is None else writes.dump(update_of(result), step)

        return typed

    def _writes(self, function: Any) -> Codec:
        """What a step may write: what it says that it returns, or some keys of the state."""
        returns = hints_of(_function_of(function)).get("return")
        return codec(returns) if is_schema(returns) and returns is not self._state else self._some

    @property
    def _some(self) -> Codec:
        """Any keys of the state, as whoever names the whole state means them."""
        return codec(self._state, partial=True)

    def _see_declared_types(self, compiled: Any) -> None:
        """Let each reducer see the types that its key declares, and name its key in what it raises."""
        for name, hint in hints_of(self._state).items():
            framework.replace_reducer(compiled, name, partial(typed_reducer, self._some, name, hint))

    def _boundary(self, runnable: Any) -> Boundary | None:
        """What stands between the state and a node that is a runnable; a graph of ours has a boundary of its own."""
        return None if isinstance(runnable, TypedGraph) else Boundary(self._some, self.channels.keys(), self._goto)

    def _router(self, function: Callable[..., Any]) -> Callable[..., Any]:
        reads, name = self._reads(function), _name(function)

        @wraps(function)
        def typed(state: Any, *args: Any, **injected: Any) -> Any:
            return self._goto(function(reads.load(state, name), *args, **injected), name)

        return typed

    def _input_of(self, function: Any) -> Any:
        """The schema that a step or router names for what it reads; the whole state where it names none."""
        first = next(iter(signature(function).parameters), "")
        named = hints_of(_function_of(function)).get(first)
        return named if is_schema(named) else self._state

    def _reads(self, function: Any) -> Codec:
        named = self._input_of(function)
        return self._some if named is self._state and is_typeddict(named) else codec(named)

    def _goto(self, target: Any, step: str) -> Any:
        if isinstance(target, list | tuple):
            return [self._goto(each, step) for each in target]
        if isinstance(target, Send) and target.node not in self.foreign:
            schema = self.nodes[target.node].input_schema
            stored, _ = (self._some if schema is self.state_schema else codec(schema)).dump(target.arg, step)
            return Send(target.node, stored, timeout=target.timeout)
        return target


def _timed(typed: Typed, name: str, limits: Mapping[str, float | None]) -> Typed:
    """`typed` within its time.

    LangGraph's own watch leaves an attempt that ran out of time behind, which may still be at work while the next one
    runs, and takes two tasks for every step: a fifth of what the step costs. It still keeps idle times, the time of a
    step that is a graph, and the time that a `Send` brings along, which counts beside the step's own.

    Raises:
        NodeTimeoutError: its time ran out, and it was cancelled.
    """

    @wraps(typed)
    async def timed(*args: Any, **injected: Any) -> tuple[Any, str | None]:
        began, limit = time.monotonic(), limits[name]
        if limit is None:
            return await typed(*args, **injected)
        try:
            async with asyncio.timeout(limit) as deadline:
                return await typed(*args, **injected)
        except TimeoutError as error:
            if not deadline.expired():
                raise
            raise NodeTimeoutError(name, time.monotonic() - began, kind="run", run_timeout=limit) from error

    return timed


def _spanned(typed: Typed, name: str, policies: Callable[[], Policies]) -> Step:
    """`typed` with a span around it, however it ends, and its failures counted beyond this process."""

    @wraps(typed)
    async def step(state: Any, *args: Any, **injected: Any) -> Any:
        run, started = active_run(), time.time()
        where, spans = current_step(run), run.plumbing.spans
        try:
            if where.attempt > 1:
                await before_retry(run, where, policies())
            scope = enter_step(name)
            count_calls()
            update, text = await typed(state, *args, **injected)
        except GraphBubbleUp:
            run.interrupted = True
            spans.record(where, status="interrupted", started=started, state=state)
            raise
        except BaseException as error:  # cancelling included: it is how a stop looks from here
            status = "failed" if isinstance(error, Exception) else "cancelled"
            spans.record(where, status=status, started=started, state=state, error=f"{type(error).__name__}: {error}")
            if isinstance(error, Exception):
                await after_failure(run, where, policies(), error)
            raise
        spans.record(where, status="done", started=started, state=state, output=text, is_masked=True)
        return scope.with_visit(update)

    return step


def _inherits_context() -> bool:
    """Whether a run around this one, of which this graph is a step, has a context already."""
    try:
        runtime = get_runtime()
    except (RuntimeError, KeyError):  # no graph is running
        return False
    return runtime is not None and runtime.context is not None


def _name(node: Any) -> str:
    """A node's name: that of a function, of the class of a callable, of what a partial calls."""
    if isinstance(node, Runnable):
        return node.get_name()
    named = node.func if isinstance(node, partial) else node
    return str(getattr(named, "__name__", type(named).__name__))


def _function_of(node: Any) -> Any:
    """The function behind a callable, which has the annotations."""
    named = node.func if isinstance(node, partial) else node
    return named if hasattr(named, "__name__") else type(named).__call__
