"""What to tell of a request that nobody recorded: how the nearest recording differs, and how to record anew."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from difflib import SequenceMatcher
from typing import Any

from baton.models.recordings import Recording, Recordings

MOST_LINES = 6
MOST_WIDE = 100  # characters of a line that differs


def no_recording(file: Recordings, model: str, request: dict[str, Any]) -> str:
    """One line about a request without a recording: what differs from the nearest, and the command that records."""
    command = file.anew or f"BATON_RECORD={file.path} and BATON_MODEL_<ROLE>={model}, then the same run"
    head = f"no answer of {model} to this request is recorded in {file.path}"
    near = nearest(file.of_model(model), request)
    if near is None:
        return f"{head}, and none of it to any other; record anew: {command}"
    return f"{head}; the nearest differs: {in_one_line(difference(near.request, request))}; record anew: {command}"


def nearest(known: Iterable[Recording], request: dict[str, Any]) -> Recording | None:
    """The recording whose request has most words in common with another, and fewest of its own."""
    words = _words(request)
    return max(known, key=lambda each: _likeness(_words(each.request), words), default=None)


def difference(recorded: dict[str, Any], asked: dict[str, Any]) -> list[str]:
    """The lines of two rendered requests that differ, as a unified diff has them, each shortened to what differs."""
    old, new = _lines(recorded), _lines(asked)
    blocks = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    return [
        line
        for tag, start, end, to_start, to_end in blocks
        if tag != "equal"
        for line in _changed(old[start:end], new[to_start:to_end])
    ]


def in_one_line(lines: list[str]) -> str:
    """Lines as one, the first few of them."""
    more = len(lines) - MOST_LINES
    return " | ".join([*lines[:MOST_LINES], *([f"and {more} lines more"] if more > 0 else [])])


def _changed(old: list[str], new: list[str]) -> list[str]:
    """A changed block: what was taken out and what was put in, line by line."""
    paired = min(len(old), len(new))
    lines: list[str] = []
    for before, after in zip(old[:paired], new[:paired], strict=True):
        pairs = enumerate(zip(before, after, strict=False))
        same = next((at for at, (one, other) in pairs if one != other), min(len(before), len(after)))
        lines += [f"- {_clip(before, same)}", f"+ {_clip(after, same)}"]
    return [*lines, *(f"- {_clip(each)}" for each in old[paired:]), *(f"+ {_clip(each)}" for each in new[paired:])]


def _clip(line: str, at: int = 0) -> str:
    """The part of a line around a place in it."""
    start = max(0, min(at - MOST_WIDE // 2, len(line) - MOST_WIDE))
    part = line[start : start + MOST_WIDE]
    return f"{'…' if start else ''}{part}{'…' if start + MOST_WIDE < len(line) else ''}"


def _lines(request: dict[str, Any]) -> list[str]:
    """A rendered request as lines for a reader; JSON in a message is spread out, a field on each line."""
    lines: list[str] = []
    for message in request.get("messages", []):
        lines.append(f"[{message.get('role')}]")
        rest = {name: value for name, value in message.items() if name not in {"role", "content"}}
        lines += _text_lines(str(message.get("content") or ""))
        lines += _spread(rest) if rest else []
    return [*lines, *_spread({name: value for name, value in request.items() if name != "messages"})]


def _text_lines(text: str) -> Iterator[str]:
    for line in text.splitlines():
        try:
            value = json.loads(line) if line.startswith(("{", "[")) else None
        except ValueError:
            value = None
        yield from [line] if value is None else _spread(value)


def _spread(value: Any) -> list[str]:
    return [line.strip() for line in json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True).splitlines()]


def _words(request: dict[str, Any]) -> Counter[str]:
    return Counter(word for line in _lines(request) for word in line.split())


def _likeness(one: Counter[str], other: Counter[str]) -> float:
    return 2 * (one & other).total() / max(1, one.total() + other.total())
