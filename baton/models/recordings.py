"""Recordings: the answers of a real model in a file, each found by the request that it answers.

One JSON object a line. What many requests share (a prompt, a schema, a policy in the data) stands once, as a part, by
its digest, and is named where it belongs. Lines are only ever added, whole and under a lock, so that several runs and
processes may record into one file, and what a killed one left half-written is cut off by the next.

    {"recordings": 1, "anew": "the command that records the file anew"}
    {"part": "6f1c...", "value": "You answer customers of ..."}
    {"key": "0a3e...", "model": "llama:smollm2", "request": {...}, "answer": {...}, "usage": {...}, "seconds": 9.1}
"""

import fcntl
import json
import os
import re
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any, BinaryIO, NamedTuple, get_args

from baton.config.settings import RECORDED, Role, Settings
from baton.errors import BadSetting
from baton.models.recorded_parts import digest, folded, unfolded
from baton.redact import redact_json, sendable

VERSION = 1
OK = 200
PART = "part"
NOT_OF_THE_QUESTION = ("model", "stream", "stream_options", "user")
"""Fields of a request that change nothing in the answer; the model stands beside it, with its provider."""

OF_MODEL = re.compile(r"#(?=(openai|azure|llama):)")


@dataclass(frozen=True, slots=True)
class Recording:
    """One request, redacted, and its answer.

    `answer` holds the message and the finish reason, or the `error` of a request that was refused with `status`;
    `dialect` is what the request was rendered in, where that is known; `served` is the model's name as it was answered.
    """

    model: str
    request: dict[str, Any]
    answer: dict[str, Any]
    usage: dict[str, Any] | None = None
    seconds: float = 0.0
    served: str = ""
    status: int = OK
    dialect: dict[str, Any] | None = None

    @property
    def key(self) -> str:
        """The digest of the model and the request."""
        return key_of(self.model, self.request)


class Place(NamedTuple):
    """The file of `recorded:FILE`, and the model of `recorded:FILE#MODEL`, if one is named."""

    path: Path
    model: str | None

    @classmethod
    def of(cls, name: str) -> "Place":
        """The place that a role's model names."""
        text = name.removeprefix(RECORDED)
        mark = OF_MODEL.search(text)
        path = Path(text[: mark.start()] if mark else text).expanduser().absolute()
        return cls(path, text[mark.end() :] if mark else None)


def rendered(body: dict[str, Any]) -> dict[str, Any]:
    """A request as its key sees it: all that can change the answer, redacted, for it is kept and may be shown."""
    asked = {name: value for name, value in body.items() if name not in NOT_OF_THE_QUESTION}
    request: dict[str, Any] = json.loads(redact_json(sendable(json.dumps(asked, ensure_ascii=False))))
    return request


def key_of(model: str, request: dict[str, Any]) -> str:
    """The key of a rendered request to a model, `provider:name`."""
    return digest([model, request], 32)


class Recordings:
    """The recordings of one file; may be used from any thread.

    Raises:
        BadSetting: the file cannot be read, or a line of it is none of a recording.
    """

    def __init__(self, path: Path) -> None:
        self.path, self.anew = path, ""
        self._found: dict[str, Recording] = {}
        self._parts: dict[str, Any] = {}
        self._used: set[str] = set()
        self._read_to = self._lines = self._inode = 0
        self._lock = Lock()
        self.refresh()

    def find(self, key: str) -> Recording | None:
        """The recording of a key; where it is not known, it is looked for in what was added to the file meanwhile."""
        if key not in self._found:
            self.refresh()
        self._used.add(key)
        return self._found.get(key)

    @property
    def count(self) -> int:
        """The number of recordings."""
        return len(self._found)

    def of_model(self, model: str) -> list[Recording]:
        """All recordings of a model, in the order of the file."""
        return [each for each in self._found.values() if each.model == model]

    def models(self) -> list[str]:
        """The models whose answers stand in the file, the one with most answers first."""
        return [model for model, _ in Counter(each.model for each in self._found.values()).most_common()]

    def model_named(self, model: str | None) -> str:
        """The model that is asked for, or the only one of the file where none is.

        Raises:
            BadSetting: the file has no recordings, none of that model, or those of several and none is named.
        """
        known = self.models()
        if not known:
            raise BadSetting(f"{self.path} holds no recordings; record some first: BATON_RECORD={self.path}")
        if model in known or (model is None and len(known) == 1):
            return model or known[0]
        names = ", ".join(f"{RECORDED}{self.path}#{each}" for each in known)
        raise BadSetting(f"{self.path} holds the answers of {len(known)} models; write one of {names}")

    def refresh(self) -> None:
        """Read what was added to the file since it was read last; a file that was made anew is read as a whole."""
        try:
            size = self.path.stat().st_size if self.path.exists() else 0
            if size != self._read_to:
                with self._lock, self.path.open("rb") as file:
                    self._read_on(file)
        except OSError as error:
            raise BadSetting(f"cannot read the recordings {self.path}: {error.strerror}") from error

    def begin(self, anew: str) -> None:
        """Make the file where there is none, with the command that records it anew."""
        self._append(lambda: [] if self._lines else [{"recordings": VERSION, "anew": anew}])

    def add(self, recording: Recording) -> None:
        """Add a recording at the end of the file, unless the file has one of its key by now.

        Raises:
            BadSetting: the file cannot be written.
        """
        self._append(lambda: [] if recording.key in self._found else self._lines_of(recording))

    def prune(self) -> None:
        """Take out of the file what this process has not looked for, and the parts that nothing names any more.

        For whoever has just asked all that the file is for, while nobody else records into it.
        """
        kept = [each for key, each in self._found.items() if key in self._used]
        made = self.path.with_name(f"{self.path.name}.new")
        made.unlink(missing_ok=True)  # what a killed process left would be kept
        fresh = Recordings(made)
        fresh.begin(self.anew)
        for each in kept:
            fresh.add(each)
        fresh.path.replace(self.path)
        with self._lock:
            self._forget()
        self.refresh()

    def _forget(self) -> None:
        self._found, self._parts, self._read_to, self._lines = {}, {}, 0, 0

    def _append(self, made: Any) -> None:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self._lock, self.path.open("a+b") as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                self._read_on(file)
                file.truncate(self._read_to)  # what a killed process left of its last line
                file.write(b"".join(_line(each) for each in made()))
                file.flush()
                self._read_on(file)
        except OSError as error:
            raise BadSetting(f"cannot write the recordings {self.path}: {error.strerror}") from error

    def _lines_of(self, recording: Recording) -> list[dict[str, Any]]:
        """The lines of a recording: the parts that the file has not yet, and its own."""
        parts: dict[str, Any] = {}
        row = {
            "key": recording.key,
            "model": recording.model,
            "request": {name: folded(value, parts) for name, value in recording.request.items()},
            "answer": recording.answer,
            "usage": recording.usage,
            "seconds": round(recording.seconds, 2),
            "served": recording.served,
            "status": None if recording.status == OK else recording.status,
            "dialect": folded(recording.dialect, parts),
        }
        new = [{PART: name, "value": value} for name, value in parts.items() if name not in self._parts]
        return [*([] if self._lines else [{"recordings": VERSION}]), *new, row]

    def _read_on(self, file: BinaryIO) -> None:
        """Read the whole lines that follow what was read."""
        inode = os.fstat(file.fileno()).st_ino
        if inode != self._inode or file.seek(0, os.SEEK_END) < self._read_to:
            self._forget()
        self._inode = inode
        file.seek(self._read_to)
        for line in file:
            if not line.endswith(b"\n"):
                break
            try:
                self._take(json.loads(line))
            except (ValueError, LookupError, TypeError, AttributeError) as error:
                at = f"{self.path}, line {self._lines + 1}"
                raise BadSetting(f"{at} is none of a recording ({error}); delete the line or the file") from error
            self._lines += 1
            self._read_to += len(line)

    def _take(self, row: dict[str, Any]) -> None:
        if "recordings" in row:
            if row["recordings"] != VERSION:
                raise ValueError(f"version {row['recordings']}, and {VERSION} is read here")
            self.anew = row.get("anew", "")
        elif PART in row:
            self._parts[row[PART]] = row["value"]
        else:
            request, dialect = (unfolded(row.get(name), self._parts) for name in ("request", "dialect"))
            rest = {name: row[name] for name in ("usage", "seconds", "served", "status") if name in row}
            self._found[row["key"]] = Recording(row["model"], request, row["answer"], dialect=dialect, **rest)


@cache
def recordings(path: Path) -> Recordings:
    """The recordings of a file, read once in this process and shared by all its runs.

    Raises:
        BadSetting: as `Recordings`.
    """
    return Recordings(path)


def recorded_models(configured: Settings) -> dict[str, str]:
    """The model that answers for each `recorded:` name of the roles; the file of BATON_RECORD is read too.

    Raises:
        BadSetting: a file cannot be used.
    """
    if configured.record:
        recordings(Place.of(str(configured.record)).path)
    names = {name for role in get_args(Role) if (name := configured.model_of(role)).startswith(RECORDED)}
    places = {name: Place.of(name) for name in sorted(names)}
    return {name: recordings(place.path).model_named(place.model) for name, place in places.items()}


def _line(row: dict[str, Any]) -> bytes:
    known = {name: value for name, value in row.items() if value is not None}
    return json.dumps(known, ensure_ascii=False).encode() + b"\n"
