"""Inputs from an argument, from stdin, or from a file: read whole, checked one by one, before anything is queued."""

import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from baton.cli.work.records import BadColumns, csv_records, jsonl_records, text_records
from baton.errors import UsageError
from baton.runs.graph_shapes import Graph, checked_input, input_keys
from baton.steps.customers import CUSTOMER

READERS: dict[str, Callable[[str], Iterator[object]]] = {
    ".txt": text_records,
    ".csv": csv_records,
    ".jsonl": jsonl_records,
}
MESSAGE = "message"
"""Beside `CUSTOMER`, the key of an input that the command line has words of its own for: most graphs take one."""
ALSO = {"text": MESSAGE, "customer": CUSTOMER}
"""What people call them in files; taken where the graph has no key of that name itself."""
ID, BLANK = "id", (None, "")

Input = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Given:
    """One input to work; `line` counts a file's records from 1.

    Of its record: `id` is what it calls itself, `unread` the names of what the graph does not take.
    """

    input: Input
    line: int | None = None
    id: str | int | None = field(default=None, compare=False)
    unread: frozenset[str] = field(default=frozenset(), compare=False)

    @property
    def customer(self) -> str | None:
        """Who is asking, where the input says so."""
        found: str | None = self.input.get(CUSTOMER)
        return found

    @property
    def text(self) -> str:
        """What a person recognises it by."""
        return str(self.input[MESSAGE]) if MESSAGE in self.input else json.dumps(self.input)


@dataclass(frozen=True, slots=True)
class Fault:
    """A record that cannot be worked, and why."""

    line: int
    reason: str


def one_message(text: str) -> str:
    """The message of an argument; `-` reads it from stdin.

    Raises:
        UsageError: it cannot be worked.
    """
    if text == "-":
        text = _decoded(sys.stdin.buffer.read(), "stdin").rstrip("\r\n")
    if reason := unfit(text):
        raise UsageError(f"the message {reason}")
    return text


def one_object(text: str) -> Input:
    """The JSON object of an argument: itself, or the file that it names; `-` reads stdin.

    Raises:
        UsageError: there is none.
    """
    if text.lstrip().startswith(("{", "[")):
        source, content = "--input", text
    elif text == "-":
        source, content = "stdin", _decoded(sys.stdin.buffer.read(), "stdin")
    else:
        source, content = text, _content(Path(text))
    try:
        found = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{source} is not JSON: {error}") from None
    if not isinstance(found, dict):
        raise UsageError(f'{source} is no JSON object; write {{"KEY": VALUE}}')
    return found


def one_input(graph: Graph, message: str | None, more: Input, customer: str | None) -> Given:
    """The input of one run: a message, where the graph takes one, with whatever else it takes.

    Raises:
        UsageError: the graph does not take it.
    """
    said: Input = {} if message is None else {MESSAGE: message}
    if message is not None and MESSAGE not in input_keys(graph):
        raise UsageError(f"{graph.name} takes no message; give --input with {_listed(graph)}")
    if unknown := more.keys() - set(input_keys(graph)):
        raise UsageError(f"{graph.name} takes no {', '.join(sorted(unknown))}; it takes {_listed(graph)}")
    if twice := said.keys() & more.keys():
        raise UsageError(f"--input has a {', '.join(twice)} of its own; give it once")
    given = _with_customer(graph, {**more, **said}, customer)
    checked_input(graph, given)
    return Given(given)


def inputs_of(graph: Graph, path: Path, customer: str | None) -> tuple[list[Given], list[Fault]]:
    """The inputs of a file, and the records that hold none; `customer` is for records that name nobody.

    Raises:
        UsageError: the file cannot be read as what its suffix says, or the graph takes no messages.
    """
    suffix = path.suffix.lower()
    read = READERS.get(suffix)
    if read is None:
        raise UsageError(f"{path} has no suffix that baton reads; name it .txt, .csv or .jsonl")
    if MESSAGE not in input_keys(graph) and suffix != ".jsonl":
        raise UsageError(f"{graph.name} takes no message; give a .jsonl file whose objects have {_listed(graph)}")
    givens: list[Given] = []
    faults: list[Fault] = []
    try:
        for line, record in enumerate(read(_content(path)), 1):
            made = _given(graph, record, customer, line)
            if isinstance(made, Given):
                givens.append(made)
            else:
                faults.append(made)
    except BadColumns as error:
        raise UsageError(f"{path} has {error}") from None
    if not givens and not faults:
        raise UsageError(f"{path} holds no messages")
    return givens, faults


def unfit(text: object) -> str | None:
    """Why something cannot be worked as a message; None when it can."""
    if not isinstance(text, str):
        return "is missing" if text is None else "is not text"
    if not text.strip():
        return "is empty"
    if "\0" in text:
        return "holds a NUL character, so it is not text"
    try:
        text.encode()
    except UnicodeEncodeError:
        return "is not valid Unicode text"
    return None


def _given(graph: Graph, record: object, customer: str | None, line: int) -> Given | Fault:
    """A record as an input: the keys that the graph takes, and no others."""
    if isinstance(record, ValueError):
        return Fault(line, str(record))
    if not isinstance(record, dict):
        keys = input_keys(graph)
        return Fault(line, f"is no object; write {{{', '.join(f'{json.dumps(key)}: ...' for key in keys)}}}")
    try:
        named = _named(graph, record)
        if MESSAGE in input_keys(graph) and (reason := unfit(named.get(MESSAGE))):
            raise UsageError(f"the message {reason}")
        made = _with_customer(graph, {key: named[key] for key in input_keys(graph) if key in named}, customer)
        checked_input(graph, made)
    except UsageError as error:
        return Fault(line, str(error))
    own = named.get(ID)
    unread = frozenset(name for name in named if name and name not in {*made, ID})
    return Given(made, line, own if isinstance(own, str | int) and own not in BLANK else None, unread)


def _named(graph: Graph, record: Input) -> Input:
    """The record with the graph's own names.

    Raises:
        UsageError: it says the same twice, and not the same.
    """
    named = dict(record)
    for name, key in ALSO.items():
        if name in named and key in input_keys(graph) and name not in input_keys(graph):
            said, own = named.pop(name), named.get(key)
            if own in BLANK:
                named[key] = said
            elif said not in (*BLANK, own):
                raise UsageError(f"the {name} is not the {key}; give one of them")
    return named


def _with_customer(graph: Graph, given: Input, customer: str | None) -> Input:
    """The input with who is asking, where the graph wants to know and the input itself names nobody."""
    if CUSTOMER not in input_keys(graph):
        if customer is not None:
            raise UsageError(f"{graph.name} takes no {CUSTOMER}; leave --customer out")
        return given
    named = given.get(CUSTOMER)
    if named is not None and not isinstance(named, str):
        raise UsageError(f"the {CUSTOMER} is not text")
    return {**given, CUSTOMER: (named or "").strip() or customer}


def _listed(graph: Graph) -> str:
    return ", ".join(input_keys(graph))


def _content(path: Path) -> str:
    try:
        return _decoded(path.read_bytes(), str(path))
    except IsADirectoryError:
        raise UsageError(f"{path} is a folder; name a file") from None
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from None


def _decoded(data: bytes, source: str) -> str:
    try:
        return data.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise UsageError(f"{source} is not UTF-8 text (byte {error.start}); save it as UTF-8") from None
