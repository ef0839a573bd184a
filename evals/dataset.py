"""Datasets: examples with their expectations, read whole and checked line by line before anything is run."""

import csv
import io
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import from_json

from baton.errors import UsageError
from desk.business import business
from evals.examples import Example
from evals.graph_steps import graph_steps

DEFAULT_SPLIT = "dev"  # the test split is for the last look, so it must be asked for
SHARED = "desk"
"""The dataset that every graph can be measured on."""
MESSAGE_COLUMNS = ("message", "text")


Numbered = tuple[int, Any]  # a line's number, and its record or a ValueError with the fault


def own_datasets() -> Path:
    """Return the folder of the business's datasets, with a file for each graph that has one."""
    return business().folder / "datasets"


def default_dataset(graph: str) -> Path:
    """Return the file of the graph's own dataset; of a graph of the desk that has none the file that all of them share.

    Raises:
        UsageError: there is neither.
    """
    names = (graph, SHARED) if graph_steps(graph).owes else (graph,)
    path = next((each for name in names if (each := own_datasets() / f"{name}.jsonl").is_file()), None)
    if path is None:
        raise UsageError(f"{graph} has no dataset of its own; name one with --dataset")
    return path


def read(path: Path) -> tuple[list[Example], list[str]]:
    """Return the examples of a .jsonl or .csv file, and a complaint for each line without an example.

    Raises:
        UsageError: the file cannot be read, or its suffix is unknown.
    """
    records = READERS.get(path.suffix.lower())
    if records is None:
        raise UsageError(f"{path} has no suffix of a dataset; name it .jsonl or .csv")
    results = [(line, _example(record)) for line, record in records(_content(path))]
    faults = [(line, str(each)) for line, each in results if isinstance(each, ValueError)]
    examples = [(line, each) for line, each in results if isinstance(each, Example)]
    faults += [*_repetitions(examples), *_without_split(examples), *_unknown_routes(examples)]
    return [each for _, each in examples], [f"{path} line {line}: {fault}" for line, fault in sorted(faults)]


def chosen(examples: Sequence[Example], split: str | None, limit: int | None) -> list[Example]:
    """Return the examples of a split, at most `limit`; of `dev` where the dataset has splits and `split` is None.

    Raises:
        UsageError: the split has no examples, or the dataset has no splits.
    """
    if any(each.split for each in examples):
        examples = [each for each in examples if each.split == (split or DEFAULT_SPLIT)]
    elif split:
        raise UsageError(f"the dataset has no splits; leave --split {split} out")
    if not examples:
        raise UsageError(f"the dataset has no examples in the split {split or DEFAULT_SPLIT}")
    return list(examples[:limit])


def jsonl_records(text: str) -> Iterator[Numbered]:
    """Yield each line's number and JSON value, blank lines left out; only newlines end a line: messages hold others."""
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            try:
                yield number, from_json(line, allow_inf_nan=False)
            except ValueError as error:
                yield number, ValueError(f"is not JSON: {error}")


def csv_records(text: str) -> Iterator[Numbered]:
    """Yield each row with its message (column `message` or `text`) and `route`; other columns are ignored.

    Raises:
        UsageError: one of these columns is missing.
    """
    csv.field_size_limit(max(csv.field_size_limit(), len(text) + 1))  # the limit is the process's: never lower it
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


def _repetitions(examples: Sequence[tuple[int, Example]]) -> Iterator[tuple[int, str]]:
    counts: Counter[str] = Counter()
    for line, each in examples:
        counts[each.id] += 1
        if counts[each.id] > 1:
            yield line, f"the id {each.id!r} is taken by an earlier line"


def _without_split(examples: Sequence[tuple[int, Example]]) -> Iterator[tuple[int, str]]:
    """Yield the examples that would never be run, since others have a split."""
    if any(each.split for _, each in examples):
        yield from ((line, "has no split, and others have") for line, each in examples if each.split is None)


def _unknown_routes(examples: Sequence[tuple[int, Example]]) -> Iterator[tuple[int, str]]:
    """Yield the examples of an unknown route: no answer to them would ever be right."""
    routes = business().knowledge().routes
    for line, each in examples:
        for route in each.expected.routes:
            if route not in routes:
                yield line, f"the route {route!r} is none of {', '.join(routes)}"


def _content(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is not UTF-8 text (byte {error.start}); save it as UTF-8") from None
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from None
