"""A StateGraph whose nodes get the types they declare while its channels hold plain JSON that a checkpoint can store.

A node is a plain async function: the type of its first parameter is its input, its return type its update. This adds to
LangGraph's `StateGraph`:

- on entry the stored state is validated into the declared shape; on exit the update is converted to JSON, read back and
  compared, so that a value which would change fails in the step that made it, before it is checkpointed
  (`baton.steps.codec`);
- every step leaves a span, and its failed attempts are counted over all processes;
- an attempt whose time is over has ended before the next begins (`baton.steps.wrappers`);
- the records that steps ask models for are held to strict mode once, when the graph is compiled (`baton.steps.asked`);
- a call without a run of its own gets one (`baton.steps.adhoc`), and a `Context` with its defaults
  (`baton.steps.compiled_graph`);
- a run begins with an empty state but for the keys that the graph `keeps` (conversations among them).

With plain `StateGraph` in its place the happy paths still run in memory.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from functools import partial, wraps
from inspect import iscoroutinefunction, signature
from typing import TYPE_CHECKING, Any, Protocol, Self

from langchain_core.runnables import Runnable
from langgraph.errors import NodeError, ParentCommand
from langgraph.graph import StateGraph
from langgraph.types import CachePolicy, Command, RetryPolicy, Send, TimeoutPolicy
from langgraph.typing import ContextT, InputT, OutputT, StateT
from typing_extensions import is_typeddict

from baton import _langgraph as framework
from baton.errors import UsageError
from baton.plain import json_text
from baton.steps.asked import refuse_loose_records
from baton.steps.boundary import Boundary, typed_reducer
from baton.steps.codec import Codec, codec
from baton.steps.compiled_graph import RECURSION_LIMIT, TypedGraph
from baton.steps.nodes import function_of, node_name
from baton.steps.scopes import count_visits, enter_step
from baton.steps.shapes import channel_schema, hints_of, is_schema, update_of
from baton.steps.wrappers import Step, TypedStep, with_span, with_time_limit
from baton.storage.masking import mask

__all__ = ["RECURSION_LIMIT", "ErrorHandler", "TypedGraph", "TypedStateGraph"]

DEFAULT_HANDLER = "__default_error_handler__"


class ErrorHandler(Protocol):
    """A function that runs when a step has failed for good; `state` is that step's raw input."""

    def __call__(self, state: Any, error: NodeError) -> Awaitable[Any]:
        """Return an update, or a Command that says where the run goes on."""


class TypedStateGraph(StateGraph[StateT, ContextT, InputT, OutputT]):
    """LangGraph's StateGraph, which wraps the functions that are added to it and changes nothing else."""

    keeps: tuple[str, ...]  # keys of the state that keep their values from run to run, beside conversations
    foreign: set[str]  # nodes that are runnables of the framework, such as graphs
    _state: Any  # as it was declared
    _functions: dict[str, Any]  # the steps of ours, as they were added
    _limits: dict[str, TimeoutPolicy | None]  # the time that a step of ours has, once the graph is compiled

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
            """A graph over a state; `keeps` names the keys that keep their values from run to run of a thread."""

        def set_node_defaults(
            self,
            *,
            retry_policy: RetryPolicy | Sequence[RetryPolicy] | None = None,
            cache_policy: CachePolicy[Any] | None = None,
            error_handler: ErrorHandler | Any | None = None,
            timeout: float | timedelta | TimeoutPolicy | None = None,
        ) -> Self:
            """Set the policies of every node that has none of its own."""

        def compile(
            self, checkpointer: Any = None, *, name: str | None = None, **options: Any
        ) -> TypedGraph[StateT, ContextT, InputT, OutputT]:
            """Compile the graph, ready to run."""

    else:

        def __init__(self, state_schema, *args, keeps=(), **options):
            schemas = {name: channel_schema(options.pop(name, None)) for name in ("input_schema", "output_schema")}
            super().__init__(channel_schema(state_schema), *args, **options, **schemas)
            fields = hints_of(state_schema)
            if unknown := set(keeps) - set(fields):
                raise UsageError(f"keeps names {', '.join(sorted(unknown))}; the state has {', '.join(fields)}")
            self.keeps, self.foreign = tuple(keeps), set()
            self._state, self._limits, self._functions = state_schema, {}, {}

        def set_node_defaults(self, *, error_handler=None, **options):
            return super().set_node_defaults(error_handler=error_handler and self._handler(error_handler), **options)

        def add_node(self, node, action=None, *, error_handler=None, **options):
            name, function = (node, action) if isinstance(node, str) else (node_name(node), node)
            handler = error_handler and self._handler(error_handler)
            if not isinstance(function, Runnable):
                options["input_schema"] = channel_schema(options.get("input_schema") or self._input_of(function))
            return super().add_node(name, self._step(name, function), error_handler=handler, **options)

        def add_conditional_edges(self, source, path, path_map=None):
            if iscoroutinefunction(path):
                raise TypeError(f"{node_name(path)} is an async function; a router only reads a value")
            return super().add_conditional_edges(source, self._router(path), path_map)

        def compile(self, *args, **options):
            for name, function in self._functions.items():
                refuse_loose_records(name, function)
            self.nodes.pop(DEFAULT_HANDLER, None)  # or a second compile refuses to add it again
            compiled = super().compile(*args, **options)
            self._type_reducers(compiled)
            self._limits.update(framework.take_timeouts(compiled, self._limits.keys() & compiled.nodes.keys()))
            return TypedGraph(**framework.attributes_of(count_visits(compiled, self.foreign, self._boundary)))

    def _step(self, name: str, function: Any) -> Any:
        if isinstance(function, Runnable):
            self.foreign.add(name)
            return function  # its input and output pass the `Boundary`
        if not (iscoroutinefunction(function) or iscoroutinefunction(getattr(function, "__call__", None))):  # noqa: B004 - of an object
            raise TypeError(f"{node_name(function)} is not an async function; timeouts need one: write `async def`")
        self._functions[name] = function_of(function)
        typed = self._wrap(function, self._input_codec(function).load)
        self._limits[name] = None  # compiling gives it the graph's default, and the retry policy too
        limited = with_time_limit(typed, name, self._limits)
        return with_span(limited, name, lambda: self.nodes[name].retry_policy)

    def _handler(self, function: Step) -> Any:
        wrapped = self._wrap(function, lambda state, _step: state)  # raw: the state may be what failed validation

        @wraps(function)
        async def handle(state: Any, error: NodeError, **injected: Any) -> Any:
            scope = enter_step(error.node)
            scope.may_send = framework.has_branches(self, error.node)
            return scope.with_visit((await wrapped(state, error=error, **injected))[0])

        return handle

    def _wrap(self, function: Step, load: Callable[[Any, str], Any]) -> TypedStep:
        """`function` with its state read by `load` and its update converted; returns the update as data and as text."""
        step, output = node_name(function), self._output_codec(function)

        @wraps(function)
        async def convert(state: Any, *args: Any, **injected: Any) -> tuple[Any, str | None]:
            try:
                result = await function(load(state, step), *args, **injected)
            except ParentCommand as left:  # by a graph that the step calls, for this one
                left.args = (self._boundary(None).take(left.args[0], step),)
                raise
            if isinstance(result, Command):
                values = update_of(result.update)
                if result.graph is not None:
                    update, text = _dump_outside(output, values, step)
                    return Command(graph=result.graph, update=update, goto=mask(result.goto)), text
                update, text = output.dump(values, step) if values else (None, None)
                return Command(update=update, goto=self._goto(result.goto, step)), text
            return (None, None) if result is None else output.dump(update_of(result), step)

        return convert

    def _output_codec(self, function: Any) -> Codec:
        """The codec of a step's update: of its return type, else of some keys of the state."""
        returns = hints_of(function_of(function)).get("return")
        return codec(returns) if is_schema(returns) and returns is not self._state else self._some

    @property
    def _some(self) -> Codec:
        """The codec of any keys of the state, for a step that names the whole state."""
        return codec(self._state, partial=True)

    def _type_reducers(self, compiled: Any) -> None:
        """Wrap each reducer, so that it gets the types that its key declares and names the key in its errors."""
        for name, hint in hints_of(self._state).items():
            framework.replace_reducer(compiled, name, partial(typed_reducer, self._some, name, hint))

    def _boundary(self, runnable: Any) -> Boundary:
        """The boundary of a node that is a runnable, or of what a step calls."""
        return Boundary(self._some, self.channels.keys(), self._goto, isinstance(runnable, TypedGraph))

    def _router(self, function: Callable[..., Any]) -> Callable[..., Any]:
        input_, name = self._input_codec(function), node_name(function)

        @wraps(function)
        def route(state: Any, *args: Any, **injected: Any) -> Any:
            return self._goto(function(input_.load(state, name), *args, **injected), name)

        return route

    def _input_of(self, function: Any) -> Any:
        """The schema of a step's or router's first parameter; the whole state where it has none."""
        first = next(iter(signature(function).parameters), "")
        schema = hints_of(function_of(function)).get(first)
        return schema if is_schema(schema) else self._state

    def _input_codec(self, function: Any) -> Codec:
        schema = self._input_of(function)
        return self._some if schema is self._state and is_typeddict(schema) else codec(schema)

    def _is_typed(self, node: str) -> bool:
        """Whether a node reads plain JSON: a step of ours, or a graph that TypedStateGraph compiled."""
        return node not in self.foreign or isinstance(self.nodes[node].runnable, TypedGraph)

    def _goto(self, target: Any, step: str) -> Any:
        """The target of a router or Command, with the argument of each `Send` in the form that is stored."""
        if isinstance(target, list | tuple):
            return [self._goto(each, step) for each in target]
        if isinstance(target, Send) and self._is_typed(target.node):
            schema = self.nodes[target.node].input_schema
            stored, _ = (self._some if schema is self.state_schema else codec(schema)).dump(target.arg, step)
            return Send(target.node, stored, timeout=target.timeout)
        return mask(target) if isinstance(target, Send) else target


def _dump_outside(output: Codec, update: Any, step: str) -> tuple[Any, str | None]:
    """The update for the graph around a step's own, and the same as text.

    A key that the step's own graph has too is converted by its type here, another one by that graph.
    """
    if not update:
        return None, None
    if not isinstance(update, dict) or update.keys() <= output.names:
        return output.dump(update, step)
    known = output.dump({name: each for name, each in update.items() if name in output.names}, step)[0]
    whole = {name: known[name] if name in known else mask(each) for name, each in update.items()}
    return whole, json_text(whole).decode()
