"""The boundary of what is not a step of ours: reducers, and nodes that are runnables of LangChain's and LangGraph's."""

from collections.abc import Callable
from collections.abc import Set as AbstractSet
from operator import add
from typing import Any, NamedTuple, get_origin

from langgraph.types import Command

from baton.errors import ReducerFailed
from baton.steps.codec import Codec
from baton.steps.shapes import bare, is_conversation, is_plain, update_of

Reducer = Callable[[Any, Any], Any]


def typed_reducer(codec: Codec, key: str, hint: Any, reduce: Reducer) -> Reducer:
    """A key's reducer as it sees the types that the key declares, and with the key's name in what it raises.

    One of JSON's own types, and a list that is only added to, is reduced as it is stored, which is quick.
    """
    stored = is_plain(hint) or is_conversation(hint) or (reduce is add and get_origin(bare(hint)) is list)

    def reduced(before: Any, now: Any) -> Any:
        try:
            if stored:
                return reduce(before, now)
            made = reduce(codec.load_key(key, before), codec.load_key(key, now))
            return codec.dump_key(key, made)
        except Exception as error:  # a reducer of somebody's own may raise anything
            raise ReducerFailed(key, error) from error

    return reduced


class Boundary(NamedTuple):
    """What a node that is a runnable reads and writes: the declared types, of the keys that the state has."""

    codec: Codec
    keys: AbstractSet[str]
    goto: Callable[[Any, str], Any]

    def load(self, stored: Any, node: str) -> Any:
        """The state as its declared types; what is no state, such as the argument of a `Send`, as it is."""
        return (
            self.codec.load(stored, node) if isinstance(stored, dict) and stored.keys() <= self.codec.names else stored
        )

    def dump(self, made: Any, node: str) -> Any:
        """What it wrote in the form that is stored; keys that the state does not have are left out, as by LangGraph."""
        if isinstance(made, Command):
            if made.graph is not None:
                return made
            return Command(update=self.dump(made.update, node), resume=made.resume, goto=self.goto(made.goto, node))
        if isinstance(made, list | tuple) and made and all(isinstance(each, Command | dict) for each in made):
            return [self.dump(each, node) for each in made]
        made = update_of(made)
        if not isinstance(made, dict):
            return made
        known = {name: each for name, each in made.items() if name in self.codec.names}
        return {
            **{name: made[name] for name in made.keys() & self.keys - known.keys()},
            **self.codec.dump(known, node)[0],
        }
