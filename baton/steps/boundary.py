"""The boundary of code that is not a step of ours: reducers, and nodes that are runnables of LangChain or LangGraph."""

from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import replace
from operator import add
from typing import Any, NamedTuple, get_origin

from langgraph.types import Command

from baton.errors import ReducerFailed
from baton.steps.codec import Codec
from baton.steps.shapes import bare, is_conversation, is_plain, update_of
from baton.storage.masking import mask

Reducer = Callable[[Any, Any], Any]


def typed_reducer(codec: Codec, key: str, hint: Any, reduce: Reducer) -> Reducer:
    """Wrap a key's reducer: it gets the types that the key declares, and its errors name the key.

    A key of JSON's own types, and a list that is only added to, is reduced in its stored form, which is quick.
    """
    is_stored_form = is_plain(hint) or is_conversation(hint) or (reduce is add and get_origin(bare(hint)) is list)

    def reduce_typed(before: Any, now: Any) -> Any:
        try:
            if is_stored_form:
                return reduce(before, now)
            return codec.dump_key(key, reduce(codec.load_key(key, before), codec.load_key(key, now)))
        except Exception as error:  # a graph's own reducer may raise anything
            raise ReducerFailed(key, error) from error

    return reduce_typed


class Boundary(NamedTuple):
    """Converts the input and output of a node that is a runnable, for the keys that the state has.

    `is_ours` says that the node is a graph of ours, which converts its input and output itself.
    """

    codec: Codec
    keys: AbstractSet[str]
    goto: Callable[[Any, str], Any]
    is_ours: bool = False

    def load(self, stored: Any, node: str) -> Any:
        """Read the state as its declared types; another value, such as the argument of a `Send`, stays as it is."""
        if self.is_ours:
            return stored
        is_state = isinstance(stored, dict) and stored.keys() <= self.codec.names
        return self.codec.load(stored, node) if is_state else stored

    def dump(self, output: Any, node: str) -> Any:
        """Convert an output to the form that is stored; keys that the state lacks are left out, as LangGraph does."""
        if self.is_ours:
            return output
        if isinstance(output, Command):
            if output.graph is not None:
                return output
            update, goto = self.dump(output.update, node), self.goto(output.goto, node)
            return Command(update=update, resume=output.resume, goto=goto)
        if isinstance(output, list | tuple) and output and all(isinstance(each, Command | dict) for each in output):
            return [self.dump(each, node) for each in output]
        update = update_of(output)
        if not isinstance(update, dict):
            return update
        known = {name: each for name, each in update.items() if name in self.codec.names}
        others = {name: mask(update[name]) for name in update.keys() & self.keys - known.keys()}
        return {**others, **self.codec.dump(known, node)[0]}

    def take(self, command: Command[Any], node: str) -> Command[Any]:
        """Convert the update of a Command that a graph inside has for this one; what is stored like that stays."""
        update, goto = update_of(command.update), mask(command.goto)
        if isinstance(update, list | tuple):  # pairs: a key may stand in several
            pairs = [pair for name, value in update for pair in self._take({name: value}, node).items()]
            return replace(command, update=pairs, goto=goto)
        return replace(command, update=self._take(update, node) if isinstance(update, dict) else update, goto=goto)

    def _take(self, update: dict[str, Any], node: str) -> dict[str, Any]:
        """Convert an update that is a dict; a key without a declared type is masked only."""
        others = {name: mask(each) for name, each in update.items() if name not in self.codec.names}
        return {**others, **self.codec.take_update(update, node)}
