"""Reads the few facts of a GGUF file that are worth knowing before a server loads it.

The format: a magic, a version, two counts, then the pairs of names and values, all little-endian. The tensors after
them are not looked at.
"""

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

MAGIC = b"GGUF"
STRING, ARRAY = 8, 9
FORMATS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
LONGEST = 100_000_000  # bytes of one text, or items of one list; more is no fact but damage
TEMPLATE = "tokenizer.chat_template"
Value = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Facts:
    """The facts of a model file: its title, the context that it was trained with (tokens), and whether it can chat."""

    title: str | None
    trained_context: int | None
    has_template: bool


def read_facts(path: Path) -> Facts:
    """Read the facts of a GGUF file.

    Raises:
        ValueError: it is no GGUF file, or is damaged.
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        try:
            values = _values(file)
        except (struct.error, UnicodeDecodeError, KeyError, RecursionError) as error:
            raise ValueError("is a damaged GGUF file") from error
    title, context = values.get("general.name"), values.get(f"{values.get('general.architecture')}.context_length")
    return Facts(
        title=title if isinstance(title, str) else None,
        trained_context=context if isinstance(context, int) else None,
        has_template=any(name == TEMPLATE or name.startswith(f"{TEMPLATE}.") for name in values),
    )


def _values(file: BinaryIO) -> dict[str, Value]:
    """The pairs of the file; a list counts as None, and is skipped."""
    if file.read(len(MAGIC)) != MAGIC:
        raise ValueError("is no GGUF file")
    _version, _tensors, pairs = struct.unpack("<IQQ", file.read(20))
    return {_text(file): _value(file, _number(file, "I")) for _ in range(pairs)}


def _value(file: BinaryIO, kind: int) -> Value:
    if kind == STRING:
        return _text(file)
    if kind == ARRAY:
        _skip_list(file)
        return None
    number: int | float | bool = struct.unpack(f"<{FORMATS[kind]}", file.read(struct.calcsize(f"<{FORMATS[kind]}")))[0]
    return number


def _skip_list(file: BinaryIO) -> None:
    kind, count = _number(file, "I"), _length(file)
    if kind in (STRING, ARRAY):
        for _ in range(count):
            _skip_list(file) if kind == ARRAY else file.seek(_length(file), 1)
    else:
        file.seek(count * struct.calcsize(f"<{FORMATS[kind]}"), 1)


def _text(file: BinaryIO) -> str:
    return file.read(_length(file)).decode()


def _length(file: BinaryIO) -> int:
    """A length of 8 bytes.

    Raises:
        ValueError: it is longer than anything in a sound file.
    """
    if (length := _number(file, "Q")) > LONGEST:
        raise ValueError("is a damaged GGUF file")
    return length


def _number(file: BinaryIO, form: str) -> int:
    number: int = struct.unpack(f"<{form}", file.read(struct.calcsize(f"<{form}")))[0]
    return number
