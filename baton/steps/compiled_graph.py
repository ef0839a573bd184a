"""A compiled TypedStateGraph: its calls begin runs, and a run's context has its defaults."""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import aclosing
from typing import Any, Protocol, cast

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph.state import CompiledStateGraph
from langgraph.runtime import get_runtime
from langgraph.types import Command, StateUpdate
from langgraph.typing import ContextT, InputT, OutputT, StateT

from baton import _langgraph as framework
from baton.errors import UsageError
from baton.runtime.resources import current_resources
from baton.steps.adhoc import RUN, Call, begin, run_of
from baton.steps.codec import input_codec
from baton.steps.customers import refuse_unknown_customer
from baton.steps.shapes import context_of
from baton.storage.fence import ACTIVE
from baton.storage.run_rows import note_update

RECURSION_LIMIT = 200  # supersteps; LangGraph's own default is 10,007


class _Declared(Protocol):
    """The parts of a TypedStateGraph that its compiled graph reads."""

    keeps: tuple[str, ...]
    foreign: set[str]


class TypedGraph(CompiledStateGraph[StateT, ContextT, InputT, OutputT]):
    """A compiled TypedStateGraph: every call of it belongs to a run that has a row."""

    @property
    def _declared(self) -> _Declared:
        return cast("_Declared", self.builder)

    @property
    def saver(self) -> BaseCheckpointSaver[Any]:
        """The graph's own checkpointer.

        Raises:
            UsageError: it has none.
        """
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
            UsageError: the context does not fit the graph's context, or the business does not know the customer.
            NotEnded: an input comes while the last run of its thread has not ended.
            DeadLettered: the run ended in a dead letter, now or before.
        """
        configurable = framework.merge_configurable(self.config, config)
        if ACTIVE in configurable:
            return await super().ainvoke(self._inner_input(input, configurable), config, context=context, **options)
        context = self._context(context)
        call = await self._begin(input, config, configurable, options)
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
        """Stream the graph; `ainvoke` calls this too.

        Raises:
            ShapeError, UsageError, NotEnded, DeadLettered: as `ainvoke`; the last one after the stream has ended.
        """
        context = self._context(context)
        configurable = (config or {}).get("configurable") or {}
        if ACTIVE not in configurable:
            configurable = framework.merge_configurable(self.config, config)
        if ACTIVE in configurable:
            return super().astream(self._inner_input(input, configurable), config, context=context, **options)
        return self._stream_run(input, config, options, context)

    def _context(self, values: Any) -> Any:
        """The context of a call, with the defaults of keys that are left out; an inner graph has that of the outer."""
        schema: Any = self.builder.context_schema
        if schema is None or (values is None and _inherits_context()) or not isinstance(values, Mapping | None):
            return values
        return context_of(schema, values or {}, self.name)

    async def _stream_run(
        self, given: Any, config: RunnableConfig | None, options: dict[str, Any], context: Any
    ) -> AsyncIterator[Any]:
        """Begin a run for a call that has none, and stream it."""
        call = await self._begin(given, config, framework.merge_configurable(self.config, config), options)
        stream: Any = super().astream(call.given, call.config, context=context, **options)
        async with call, aclosing(stream) as parts:
            async for part in parts:
                yield part

    async def _begin(
        self, given: Any, config: RunnableConfig | None, configurable: dict[str, Any], options: dict[str, Any]
    ) -> Call:
        """Begin the run of a call; adds the durability to `options`, and the recursion limit to the config."""
        from_record = not isinstance(given, Mapping)
        if given is not None and not isinstance(given, Command):
            given = input_codec(self.builder).take(given, self.name)
            await refuse_unknown_customer(given)
        options["durability"] = options.get("durability") or ("sync" if self.checkpointer else None)
        limit = (self.config or {}).get("recursion_limit", RECURSION_LIMIT)
        limited: RunnableConfig = {"recursion_limit": limit, **(config or {})}
        may_pause = bool(self.checkpointer) and self.may_pause(options)
        return await begin(self, given, limited, configurable, may_pause=may_pause, from_record=from_record)

    def _inner_input(self, given: Any, configurable: Mapping[str, Any]) -> Any:
        """The input of a call by a step of another graph, in the form that is stored, which a node has anyhow."""
        is_inner = isinstance(given, dict) and framework.is_inside_task(configurable)
        return input_codec(self.builder).take_inner(given, self.name) if is_inner else given

    def may_pause(self, options: Mapping[str, Any]) -> bool:
        """Whether the graph may stop without one of our steps noticing: at a breakpoint, or in a node of others."""
        breakpoints = options.get("interrupt_before") or options.get("interrupt_after")
        return bool(breakpoints or self._declared.foreign or framework.has_breakpoints(self))

    def keys_to_keep(self) -> list[str]:
        """The keys of the state that keep their values from run to run: those declared, and conversations."""
        return [
            name
            for name, each in self.builder.channels.items()
            if name in self._declared.keeps or framework.is_message_reducer(each)
        ]

    async def abulk_update_state(
        self, config: RunnableConfig, supersteps: Sequence[Sequence[StateUpdate]]
    ) -> RunnableConfig:
        """Change the state of a thread, and the status of its run to that of the changed state.

        `aupdate_state` calls this too.
        """
        configurable = framework.merge_configurable(self.config, config)
        thread_id = str(configurable.get("thread_id") or "")
        is_inner = bool(configurable.get("checkpoint_ns"))
        if not isinstance(self.checkpointer, BaseCheckpointSaver) or is_inner or not thread_id:
            return await super().abulk_update_state(config, supersteps)
        run = run_of(await self.checkpointer.aget_tuple({**config, "configurable": configurable}))
        metadata = {**config.get("metadata", {}), **({RUN: run} if run > 1 else {})}
        changed = await super().abulk_update_state({**config, "metadata": metadata}, supersteps)
        state, database = (
            await self.aget_state({"configurable": {"thread_id": thread_id}}),
            (await current_resources()).database,
        )
        interrupts = [each.id for each in state.interrupts]
        await database.do(
            lambda tx: note_update(tx, thread_id, max(run, 1), interrupts=interrupts, at_end=not state.next)
        )
        return changed

    def stream(self, *_args: Any, **_options: Any) -> Iterator[Any]:
        """Refuse a synchronous call; `invoke` calls this too.

        Raises:
            UsageError: always, for the steps are asynchronous.
        """
        raise UsageError(f"{self.name} is asynchronous: `await graph.ainvoke(...)`, or asyncio.run(graph.ainvoke(...))")


def _inherits_context() -> bool:
    """Whether the run around this call, of which this graph is a step, has a context already."""
    try:
        runtime = get_runtime()
    except (RuntimeError, KeyError):  # no graph is running
        return False
    return runtime is not None and runtime.context is not None
