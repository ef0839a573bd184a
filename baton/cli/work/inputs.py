"""Reads inputs from an argument, from stdin or from a file. All are checked before the first one is queued."""

import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from baton.cli.work.records import BadColumns, csv_records, jsonl_records, text_records
from baton.errors import UsageError
from baton.runs.graph_shapes import Graph, encode_input, input_keys
from baton.steps.customers import CUSTOMER

PARSERS: dict[str, Callable[[str], Iterator[object]]] = {
    ".txt": text_records,
    ".csv": csv_records,
    ".jsonl": jsonl_records,
}
MESSAGE = "message"
"""The key of an input that has an argument of its own, as `CUSTOMER` has an option; most graphs take one."""
ALIASES = {"text": MESSAGE, "customer": CUSTOMER}
"""Other names of these keys in files; they are read where the graph has no key of that name itself."""
ID, BLANK = "id", (None, "")

Input = dict[str, Any]


@dataclass(frozen=True, slots=True)
class GraphInput:
    """The input of one run; `line` counts a file's records from 1.

    From the record of a file come `id`, its own `id` field, and `unread`, its keys that the graph does not take.
    """

    input: Input
    line: int | None = None
    id: str | int | None = field(default=None, compare=False)
    unread: frozenset[str] = field(default=frozenset(), compare=False)

    @property
    def customer(self) -> str | None:
        """The id of the customer who asks; None where the input names none."""
        customer: str | None = self.input.get(CUSTOMER)
        return customer

    @property
    def text(self) -> str:
        """The message, or the whole input as JSON, for listings."""
        return str(self.input[MESSAGE]) if MESSAGE in self.input else json.dumps(self.input)


@dataclass(frozen=True, slots=True)
class BadRecord:
    """A record that cannot be worked, and the reason."""

    line: int
    reason: str


def one_message(text: str) -> str:
    """Return the message of an argument; `-` reads it from stdin.

    Raises:
        UsageError: it is empty or not text.
    """
    if text == "-":
        text = _decode(sys.stdin.buffer.read(), "stdin").rstrip("\r\n")
    if reason := why_unfit(text):
        raise UsageError(f"the message {reason}")
    return text


def one_object(text: str) -> Input:
    """Return the JSON object of an argument: the text itself, or the file that it names; `-` reads stdin.

    Raises:
        UsageError: it cannot be read, or is not a JSON object.
    """
    if text.lstrip().startswith(("{", "[")):
        source, content = "--input", text
    elif text == "-":
        source, content = "stdin", _decode(sys.stdin.buffer.read(), "stdin")
    else:
        source, content = text, _read(Path(text))
    try:
        value = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{source} is not JSON: {error}") from None
    if not isinstance(value, dict):
        raise UsageError(f'{source} is no JSON object; write {{"KEY": VALUE}}')
    return value


def one_input(graph: Graph, message: str | None, more: Input, customer: str | None) -> GraphInput:
    """Return the input of one run: the message, if there is one, with the keys of `more`.

    Raises:
        UsageError: the graph does not take it.
    """
    messages: Input = {} if message is None else {MESSAGE: message}
    if message is not None and MESSAGE not in input_keys(graph):
        raise UsageError(f"{graph.name} takes no message; give --input with {_list_keys(graph)}")
    if unknown := more.keys() - set(input_keys(graph)):
        raise UsageError(f"{graph.name} takes no {', '.join(sorted(unknown))}; it takes {_list_keys(graph)}")
    if twice := messages.keys() & more.keys():
        raise UsageError(f"--input has a {', '.join(twice)} of its own; give it once")
    whole = _with_customer(graph, {**more, **messages}, customer)
    encode_input(graph, whole)
    return GraphInput(whole)


def read_inputs(graph: Graph, path: Path, customer: str | None) -> tuple[list[GraphInput], list[BadRecord]]:
    """Return the inputs of a file, and its bad records; `customer` is for records that name nobody.

    Raises:
        UsageError: the file cannot be read as its suffix says, it is empty, or the graph takes no messages.
    """
    inputs: list[GraphInput] = []
    bad: list[BadRecord] = []
    try:
        for line, record in enumerate(_records(graph, path), 1):
            parsed = _parse_record(graph, record, customer, line)
            if isinstance(parsed, GraphInput):
                inputs.append(parsed)
            else:
                bad.append(parsed)
    except BadColumns as error:
        raise UsageError(f"{path} has {error}") from None
    if not inputs and not bad:
        raise UsageError(f"{path} holds no messages")
    return inputs, bad


def _records(graph: Graph, path: Path) -> Iterator[object]:
    """Return the records of a file, parsed as its suffix says."""
    suffix = path.suffix.lower()
    parse = PARSERS.get(suffix)
    if parse is None:
        raise UsageError(f"{path} has no suffix that baton reads; name it .txt, .csv or .jsonl")
    if MESSAGE not in input_keys(graph) and suffix != ".jsonl":
        raise UsageError(f"{graph.name} takes no message; give a .jsonl file whose objects have {_list_keys(graph)}")
    return parse(_read(path))


def why_unfit(text: object) -> str | None:
    """Return why a value cannot be worked as a message; None where it can."""
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


def _parse_record(graph: Graph, record: object, customer: str | None, line: int) -> GraphInput | BadRecord:
    """Return a record as an input with the keys that the graph takes, or as a bad record."""
    if isinstance(record, ValueError):
        return BadRecord(line, str(record))
    if not isinstance(record, dict):
        keys = input_keys(graph)
        return BadRecord(line, f"is no object; write {{{', '.join(f'{json.dumps(key)}: ...' for key in keys)}}}")
    try:
        fields = _without_aliases(graph, record)
        if MESSAGE in input_keys(graph) and (reason := why_unfit(fields.get(MESSAGE))):
            raise UsageError(f"the message {reason}")
        whole = _with_customer(graph, {key: fields[key] for key in input_keys(graph) if key in fields}, customer)
        encode_input(graph, whole)
    except UsageError as error:
        return BadRecord(line, str(error))
    own_id = fields.get(ID)
    unread = frozenset(name for name in fields if name and name not in {*whole, ID})
    return GraphInput(whole, line, own_id if isinstance(own_id, str | int) and own_id not in BLANK else None, unread)


def _without_aliases(graph: Graph, record: Input) -> Input:
    """Return the record with the graph's own names of its keys.

    Raises:
        UsageError: it has a key and its alias, with different values.
    """
    fields = dict(record)
    for alias, key in ALIASES.items():
        if alias in fields and key in input_keys(graph) and alias not in input_keys(graph):
            value, own = fields.pop(alias), fields.get(key)
            if own in BLANK:
                fields[key] = value
            elif value not in (*BLANK, own):
                raise UsageError(f"the {alias} is not the {key}; give one of them")
    return fields


def _with_customer(graph: Graph, graph_input: Input, customer: str | None) -> Input:
    """Return the input with the customer, where the graph takes one and the input itself names nobody."""
    if CUSTOMER not in input_keys(graph):
        if customer is not None:
            raise UsageError(f"{graph.name} takes no {CUSTOMER}; leave --customer out")
        return graph_input
    own = graph_input.get(CUSTOMER)
    if own is not None and not isinstance(own, str):
        raise UsageError(f"the {CUSTOMER} is not text")
    return {**graph_input, CUSTOMER: (own or "").strip() or customer}


def _list_keys(graph: Graph) -> str:
    return ", ".join(input_keys(graph))


def _read(path: Path) -> str:
    try:
        return _decode(path.read_bytes(), str(path))
    except IsADirectoryError:
        raise UsageError(f"{path} is a folder; name a file") from None
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from None


def _decode(data: bytes, source: str) -> str:
    try:
        return data.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise UsageError(f"{source} is not UTF-8 text (byte {error.start}); save it as UTF-8") from None
