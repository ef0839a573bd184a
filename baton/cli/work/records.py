"""Parses .txt, .csv and .jsonl text into records; a record that does not parse is yielded as a ValueError.

A line ends at CR, LF or both: the other characters at which `str.splitlines` cuts may be part of a message.
"""

import csv
import io
import json
import re
from collections.abc import Iterator

COLUMNS = ("message", "text")


class BadColumns(ValueError):
    """Raised when a CSV header names no message, or two; `str(error)` names its columns."""


def text_records(text: str) -> Iterator[object]:
    """Yield a record for each line; blank lines at the end are skipped."""
    yield from ({"message": line} for line in _lines(text))


def jsonl_records(text: str) -> Iterator[object]:
    """Yield the JSON value of each line."""
    for line in _lines(text):
        try:
            yield json.loads(line)
        except (ValueError, RecursionError) as error:
            yield ValueError(f"is not JSON: {error}")


def csv_records(text: str) -> Iterator[object]:
    """Yield rows by the names of the header, in lower case; one is `message`, or `text`.

    Raises:
        BadColumns: there is no such column, or two of one name.
    """
    # The length of a message is checked elsewhere, with a better error. The limit is the process's: never make it less.
    csv.field_size_limit(max(csv.field_size_limit(), len(text) + 1))
    rows = _rows(text)
    header = next(rows, None)
    if header is None:
        return
    if isinstance(header, ValueError):
        raise BadColumns(f"a header that {header}")
    names = [name.strip().lower() for name in header]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise BadColumns(f"two columns {twice[0]!r}; rename one")
    if not set(COLUMNS) & set(names):
        raise BadColumns(f"no column 'message' or 'text', only {', '.join(map(repr, header))}")
    for row in rows:
        yield row if isinstance(row, ValueError) else _record(names, row)


def _record(names: list[str], row: list[str]) -> object:
    if len(row) > len(names):
        return ValueError(f"{len(row)} fields under {len(names)} columns; put the message in double quotes")
    return dict(zip(names, row, strict=False))


def _rows(text: str) -> Iterator[list[str] | ValueError]:
    """Yield the rows that are not blank; strict, so that an open quote is an error and does not take in the rest."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield ValueError(f"does not parse: {error}")
            continue
        if row:
            yield row


def _lines(text: str) -> Iterator[str]:
    yield from re.split(r"\r\n|\r|\n", text.rstrip()) if text.strip() else ()
