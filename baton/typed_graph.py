"""A StateGraph whose nodes see typed records while its channels hold only plain JSON.

A node is a plain async function: its first parameter says what it reads, its return type what it writes. What this
adds to LangGraph's `StateGraph`:

- on entry the stored state is validated into the declared shape; on exit the update is turned into JSON and read
  back, so that a bad result fails in the step that made it, before it is checkpointed;
- every step leaves a span, and its failed attempts are counted beyond the life of its process;
- an attempt that runs out of time is over before the next begins (see `_timed`);
- a call that brings no run of its own gets one (see `baton.adoption`), and a `Context` with its defaults.

With plain `StateGraph` in its place the happy paths still run in memory.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from functools import wraps
from inspect import iscoroutinefunction, signature
from typing import TYPE_CHECKING, Any, Protocol, Self, get_type_hints

from langchain_core.runnables import Runnable, RunnableConfig
from langchain_core.runnables.config import var_child_runnable_config
from langgraph.errors import GraphBubbleUp, NodeError, NodeTimeoutError
from langgraph.graph import StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.runtime import get_runtime
from langgraph.types import CachePolicy, Command, RetryPolicy, Send, TimeoutPolicy
from langgraph.typing import ContextT, InputT, OutputT, StateT
from typing_extensions import TypedDict, is_typeddict

from baton.active import ACTIVE, active_run, here
from baton.adoption import AdoptedRun, adopt
from baton.attempts import Policies, after_failure, before_retry
from baton.codec import Codec, codec
from baton.errors import UsageError

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
        """
        if ACTIVE in _configurable(config):
            return await super().ainvoke(input, config, context=context, **options)
        given, changed, run = await self._adopted(input, config, options)
        with run:
            return await super().ainvoke(given, changed, context=context, **options)

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
            ShapeError: the input does not fit the graph's input.
        """
        if context is None and self.builder.context_schema is not None and not _inherits_context():
            make: Callable[[], Any] = self.builder.context_schema
            context = make()
        if ACTIVE in _configurable(config):
            return super().astream(input, config, context=context, **options)
        return self._streamed(input, config, options, context)

    async def _streamed(
        self, given: Any, config: RunnableConfig | None, options: dict[str, Any], context: Any
    ) -> AsyncIterator[Any]:
        """The stream of a call that brought no run of its own, with a run around it."""
        given, changed, run = await self._adopted(given, config, options)
        with run:
            async for part in super().astream(given, changed, context=context, **options):
                yield part

    async def _adopted(
        self, given: Any, config: RunnableConfig | None, options: dict[str, Any]
    ) -> tuple[Any, RunnableConfig, AdoptedRun]:
        """The input as the graph reads it, and a config with a run in it; `options` get the durability."""
        if isinstance(given, dict):
            given = codec(self.builder.input_schema).take(given, self.name)
        options["durability"] = options.get("durability") or ("sync" if self.checkpointer else None)
        run = await adopt(self.name, _configurable(config), named=bool(self.checkpointer))
        return given, {"recursion_limit": RECURSION_LIMIT, **(config or {}), "configurable": run.configurable}, run

    def stream(self, *_args: Any, **_options: Any) -> Iterator[Any]:
        """Refuse; `invoke` comes through here too.

        Raises:
            UsageError: always, for the steps are asynchronous.
        """
        raise UsageError(f"{self.name} is asynchronous: `await graph.ainvoke(...)`, or asyncio.run(graph.ainvoke(...))")


class TypedStateGraph(StateGraph[StateT, ContextT, InputT, OutputT]):
    """LangGraph's StateGraph; the functions added to it are wrapped, nothing else changes."""

    _any_update: Any
    _limits: dict[str, float | None]  # seconds that a step of ours has, once the graph is compiled

    if TYPE_CHECKING:  # LangGraph's own types know no `error` parameter

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

        def __init__(self, state_schema, *args, **options):
            super().__init__(state_schema, *args, **options)
            fields = get_type_hints(state_schema, include_extras=True)
            self._any_update = TypedDict(f"{state_schema.__name__}Update", fields, total=False)
            self._limits = {}

        def set_node_defaults(self, *, error_handler=None, **options):
            return super().set_node_defaults(error_handler=error_handler and self._handler(error_handler), **options)

        def add_node(self, node, action=None, *, error_handler=None, **options):
            name, function = (node, action) if isinstance(node, str) else (_name(node), node)
            handler = error_handler and self._handler(error_handler)
            return super().add_node(name, self._step(name, function), error_handler=handler, **options)

        def add_conditional_edges(self, source, path, path_map=None):
            if iscoroutinefunction(path):
                raise TypeError(f"{_name(path)} is an async function; a router only reads a value")
            return super().add_conditional_edges(source, self._router(path), path_map)

        def compile(self, *args, **options):
            self.nodes.pop(DEFAULT_HANDLER, None)  # or a second compile refuses to add it again
            compiled = super().compile(*args, **options)
            for name in self._limits.keys() & compiled.nodes.keys():
                policy = compiled.nodes[name].timeout
                if policy is not None and policy.idle_timeout is None:
                    self._limits[name], compiled.nodes[name].timeout = policy.run_timeout, None
            return TypedGraph(**vars(compiled))

    def _step(self, name: str, function: Any) -> Any:
        if isinstance(function, Runnable):
            return function  # a compiled subgraph: plain JSON in, plain JSON out
        if not iscoroutinefunction(function):
            raise TypeError(f"{_name(function)} is not an async function; timeouts need one")
        typed = self._wrap(function, self._reads(function).load)
        self._limits[name] = None  # compiling gives it the graph's default, and the retry policy too
        return _spanned(_timed(typed, name, self._limits), lambda: self.nodes[name].retry_policy)

    def _handler(self, function: Step) -> Any:
        wrapped = self._wrap(function, lambda state, _step: state)  # raw: it may be what could not be read

        @wraps(function)
        async def handle(*args: Any, **injected: Any) -> Any:
            return (await wrapped(*args, **injected))[0]

        return handle

    def _wrap(self, function: Step, load: Callable[[Any, str], Any]) -> Typed:
        """`function` between plain JSON and records; gives the update as data and as text."""
        step, returns = _name(function), get_type_hints(function).get("return")
        writes = codec(returns if is_typeddict(returns) else self._any_update)

        @wraps(function)
        async def typed(state: Any, *args: Any, **injected: Any) -> tuple[Any, str | None]:
            result = await function(load(state, step), *args, **injected)
            if isinstance(result, Command):
                update, text = writes.dump(result.update, step) if result.update else (None, None)
                return Command(graph=result.graph, update=update, goto=self._goto(result.goto, step)), text
            return (None, None) if result is None else writes.dump(result, step)

        return typed

    def _router(self, function: Callable[..., Any]) -> Callable[..., Any]:
        reads, name = self._reads(function), _name(function)

        @wraps(function)
        def typed(state: Any, *args: Any, **injected: Any) -> Any:
            return self._goto(function(reads.load(state, name), *args, **injected), name)

        return typed

    def _reads(self, function: Callable[..., Any]) -> Codec:
        first = next(iter(signature(function).parameters))
        return codec(get_type_hints(function).get(first, self.state_schema))

    def _goto(self, target: Any, step: str) -> Any:
        if isinstance(target, list | tuple):
            return [self._goto(each, step) for each in target]
        if isinstance(target, Send):
            plain, _ = codec(self.nodes[target.node].input_schema).dump(target.arg, step)
            return Send(target.node, plain, timeout=target.timeout)
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
        try:
            async with asyncio.timeout(limit) as deadline:
                return await typed(*args, **injected)
        except TimeoutError as error:
            if not deadline.expired():
                raise
            raise NodeTimeoutError(name, time.monotonic() - began, kind="run", run_timeout=limit) from error

    return timed


def _spanned(typed: Typed, policies: Callable[[], Policies]) -> Step:
    """`typed` with a span around it, however it ends, and its failures counted beyond this process."""

    @wraps(typed)
    async def step(state: Any, *args: Any, **injected: Any) -> Any:
        run, started = active_run(), time.time()
        where, spans = here(run), run.plumbing.spans
        try:
            if where.attempt > 1:
                await before_retry(run, where, policies())
            update, text = await typed(state, *args, **injected)
        except GraphBubbleUp:
            spans.record(where, status="interrupted", started=started, state=state)
            raise
        except BaseException as error:  # cancelling included: it is how a stop looks from here
            status = "failed" if isinstance(error, Exception) else "cancelled"
            spans.record(where, status=status, started=started, state=state, error=f"{type(error).__name__}: {error}")
            if isinstance(error, Exception):
                await after_failure(run, where, policies(), error)
            raise
        spans.record(where, status="done", started=started, state=state, output=text)
        return update

    return step


def _configurable(config: RunnableConfig | None) -> Mapping[str, Any]:
    """The `configurable` of a call: its own, else that of the run around it, as the framework takes it."""
    around = var_child_runnable_config.get() or {}
    return (config or {}).get("configurable") or around.get("configurable") or {}


def _inherits_context() -> bool:
    """Whether a run around this one, of which this graph is a step, has a context already."""
    try:
        runtime = get_runtime()
    except (RuntimeError, KeyError):  # no graph is running
        return False
    return runtime is not None and runtime.context is not None


def _name(node: Any) -> str:
    name: str = node.get_name() if isinstance(node, Runnable) else node.__name__
    return name
