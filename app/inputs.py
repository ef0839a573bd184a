"""Messages from an argument, from stdin, or from a file: read whole, checked one by one, before anything is queued."""

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from app.records import BadColumns, csv_records, jsonl_records, text_records
from baton.errors import UsageError
from state.desk import LONGEST_MESSAGE

READERS: dict[str, Callable[[str], Iterator[object]]] = {
    ".txt": text_records,
    ".csv": csv_records,
    ".jsonl": jsonl_records,
}


@dataclass(frozen=True, slots=True)
class Message:
    """One message to work; `line` counts a file's records from 1."""

    text: str
    customer_id: str | None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Fault:
    """A record that cannot be worked, and why."""

    line: int
    reason: str


def one_message(text: str, customer_id: str | None) -> Message:
    """The message of an argument; `-` reads it from stdin.

    Raises:
        UsageError: it cannot be worked.
    """
    if text == "-":
        text = _decoded(sys.stdin.buffer.read(), "stdin").rstrip("\r\n")
    if reason := unfit(text):
        raise UsageError(f"the message {reason}")
    return Message(text, customer_id)


def messages_of(path: Path, customer_id: str | None) -> tuple[list[Message], list[Fault]]:
    """The messages of a file, and the records that hold none; `customer_id` is for records that name nobody.

    Raises:
        UsageError: the file cannot be read as what its suffix says.
    """
    read = READERS.get(path.suffix.lower())
    if read is None:
        raise UsageError(f"{path} has no suffix that baton reads; name it .txt, .csv or .jsonl")
    messages: list[Message] = []
    faults: list[Fault] = []
    try:
        for line, record in enumerate(read(_content(path)), 1):
            made = _message(record, customer_id, line)
            if isinstance(made, Message):
                messages.append(made)
            else:
                faults.append(made)
    except BadColumns as error:
        raise UsageError(f"{path} has {error}") from None
    if not messages and not faults:
        raise UsageError(f"{path} holds no messages")
    return messages, faults


def unfit(text: object) -> str | None:
    """Why something cannot be worked as a message; None when it can."""
    if not isinstance(text, str):
        return "is missing" if text is None else "is not text"
    if not text.strip():
        return "is empty"
    if "\0" in text:
        return "holds a NUL character, so it is not text"
    try:
        size = len(text.encode())
    except UnicodeEncodeError:
        return "is not valid Unicode text"
    return f"has {size:,} bytes; the limit is {LONGEST_MESSAGE:,}" if size > LONGEST_MESSAGE else None


def _message(record: object, customer_id: str | None, line: int) -> Message | Fault:
    if isinstance(record, ValueError):
        return Fault(line, str(record))
    if not isinstance(record, dict):
        return Fault(line, 'is no object; write {"message": "...", "customer_id": "..."}')
    text, customer = record.get("message"), record.get("customer_id")
    if reason := unfit(text):
        return Fault(line, f"the message {reason}")
    if customer is not None and not isinstance(customer, str):
        return Fault(line, "the customer_id is not text")
    return Message(str(text), (customer or "").strip() or customer_id, line)


def _content(path: Path) -> str:
    try:
        return _decoded(path.read_bytes(), str(path))
    except IsADirectoryError:
        raise UsageError(f"{path} is a folder; name a .txt, .csv or .jsonl file") from None
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from None


def _decoded(data: bytes, source: str) -> str:
    try:
        return data.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise UsageError(f"{source} is not UTF-8 text (byte {error.start}); save it as UTF-8") from None
