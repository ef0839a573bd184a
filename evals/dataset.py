"""Datasets: examples with what is expected of them, read whole and checked line by line before anything is run."""

import csv
import hashlib
import io
import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError
from pydantic_core import from_json

from baton.errors import UsageError
from baton.records import Record
from desk.business import business
from state.desk import ActionName, Message, Outcome

DEFAULT_SPLIT = "dev"  # the test split is for the last look, so it must be asked for
MESSAGE_COLUMNS = ("message", "text")


class Inputs(Record):
    """What a graph is given."""

    message: Message
    customer_id: str | None = None


class Expected(Record):
    """What a right answer holds; what is not named is not judged.

    `citations` are policy ids, `actions` names of actions, `says` figures and words that the reply has to hold;
    `fraud` is whether somebody else uses the customer's money; `steps` maps a step to fields of what it should write.
    """

    route: str | None = None
    citations: list[str] | None = None
    outcome: Outcome | Literal["waiting"] | None = None
    actions: list[ActionName] | None = None
    says: list[str] | None = None
    fraud: bool | None = None
    steps: dict[str, dict[str, Any]] = Field(default_factory=dict)


class Example(Record):
    """One message with what is expected of it."""

    id: str = Field(min_length=1)
    inputs: Inputs
    expected: Expected
    split: Literal["dev", "test"] | None = None

    @property
    def content_hash(self) -> str:
        """Of all but the id: another content under the same id is another example."""
        content = json.dumps(self.model_dump(mode="json", exclude={"id"}), sort_keys=True)
        return hashlib.sha256(content.encode()).hexdigest()[:16]


Numbered = tuple[int, Any]  # a line's number and its record, or a ValueError that says why there is none


def own_datasets() -> Path:
    """The folder of the business's datasets, a file for each graph that has one."""
    return business().folder / "datasets"


def default_dataset(graph: str) -> Path:
    """The graph's own dataset.

    Raises:
        UsageError: it has none.
    """
    path = own_datasets() / f"{graph}.jsonl"
    if not path.is_file():
        raise UsageError(f"{graph} has no dataset of its own; name one with --dataset")
    return path


def read(path: Path) -> tuple[list[Example], list[str]]:
    """The examples of a .jsonl or .csv file, and one line of complaint for each line that holds none.

    Raises:
        UsageError: the file cannot be read as what its suffix says.
    """
    records = READERS.get(path.suffix.lower())
    if records is None:
        raise UsageError(f"{path} has no suffix of a dataset; name it .jsonl or .csv")
    made = [(line, _example(record)) for line, record in records(_content(path))]
    faults = [(line, str(each)) for line, each in made if isinstance(each, ValueError)]
    examples = [(line, each) for line, each in made if isinstance(each, Example)]
    faults += [*_repeated(examples), *_unsplit(examples), *_astray(examples)]
    return [each for _, each in examples], [f"{path} line {line}: {fault}" for line, fault in sorted(faults)]


def chosen(examples: Sequence[Example], split: str | None, limit: int | None) -> list[Example]:
    """The examples of a split, at most `limit`; `dev` where the dataset has splits and none is named.

    Raises:
        UsageError: there are none.
    """
    if any(each.split for each in examples):
        examples = [each for each in examples if each.split == (split or DEFAULT_SPLIT)]
    elif split:
        raise UsageError(f"the dataset has no splits; leave --split {split} out")
    if not examples:
        raise UsageError(f"the dataset has no examples in the split {split or DEFAULT_SPLIT}")
    return list(examples[:limit])


def jsonl_records(text: str) -> Iterator[Numbered]:
    """One JSON value a line; blank lines are none. Cut at newlines only: others may stand inside a message."""
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            try:
                yield number, from_json(line, allow_inf_nan=False)
            except ValueError as error:
                yield number, ValueError(f"is not JSON: {error}")


def csv_records(text: str) -> Iterator[Numbered]:
    """Rows with a message (column `message` or `text`) and its `route`; other columns are not looked at.

    Raises:
        UsageError: one of these columns is missing.
    """
    csv.field_size_limit(max(csv.field_size_limit(), len(text) + 1))  # it is the process's: never make it less
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        names = [name.strip().lower() for name in next(reader, [])]
        message = next((name for name in MESSAGE_COLUMNS if name in names), None)
        if message is None or "route" not in names:
            raise UsageError(f"a .csv dataset has the columns text (or message) and route, not: {', '.join(names)}")
        for row in reader:
            if row:
                yield reader.line_num, _row(names, message, row, reader.line_num)
    except csv.Error as error:  # an open quote: where the next row begins is not known
        yield reader.line_num, ValueError(f"does not parse: {error}")


READERS: dict[str, Callable[[str], Iterator[Numbered]]] = {".jsonl": jsonl_records, ".csv": csv_records}


def _row(names: list[str], message: str, row: list[str], line: int) -> object:
    if len(row) != len(names):
        return ValueError(f"has {len(row)} fields under {len(names)} columns; put the message in double quotes")
    fields = dict(zip(names, row, strict=True))
    if not fields["route"].strip():
        return ValueError("the route is empty")
    return {
        "id": f"line-{line}",
        "inputs": {"message": fields[message]},
        "expected": {"route": fields["route"].strip()},
    }


def _example(record: object) -> Example | ValueError:
    if isinstance(record, ValueError):
        return record
    try:
        return Example.model_validate(record)
    except ValidationError as error:
        fault = error.errors(include_url=False, include_input=False, include_context=False)[0]
        return ValueError(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}".removeprefix(": "))


def _repeated(examples: Sequence[tuple[int, Example]]) -> Iterator[tuple[int, str]]:
    seen: Counter[str] = Counter()
    for line, each in examples:
        seen[each.id] += 1
        if seen[each.id] > 1:
            yield line, f"the id {each.id!r} is taken by an earlier line"


def _unsplit(examples: Sequence[tuple[int, Example]]) -> Iterator[tuple[int, str]]:
    """Examples that would never be run, since others have a split."""
    if any(each.split for _, each in examples):
        yield from ((line, "has no split, and others have") for line, each in examples if each.split is None)


def _astray(examples: Sequence[tuple[int, Example]]) -> Iterator[tuple[int, str]]:
    """Examples of a route that the desk does not have: no answer to them would ever count as right."""
    known = business().knowledge().routes
    for line, each in examples:
        steps = (wrote.get("route") for wrote in each.expected.steps.values())
        for route in filter(None, dict.fromkeys((each.expected.route, *steps))):
            if route not in known:
                yield line, f"the route {route!r} is none of {', '.join(known)}"


def _content(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is not UTF-8 text (byte {error.start}); save it as UTF-8") from None
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from None
