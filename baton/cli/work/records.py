"""Records of .txt, .csv and .jsonl text, one after the other; one that does not parse comes as a ValueError.

A line ends at CR, LF or both: the other characters at which `str.splitlines` cuts may stand inside a message.
"""

import csv
import io
import json
import re
from collections.abc import Iterator

COLUMNS = ("message", "text")


class BadColumns(ValueError):
    """Raised when a CSV header names no message, or two; `str(error)` says what it has."""


def text_records(text: str) -> Iterator[object]:
    """One message a line; blank lines at the end are none."""
    yield from ({"message": line} for line in _lines(text))


def jsonl_records(text: str) -> Iterator[object]:
    """One JSON value a line."""
    for line in _lines(text):
        try:
            yield json.loads(line)
        except (ValueError, RecursionError) as error:
            yield ValueError(f"is not JSON: {error}")


def csv_records(text: str) -> Iterator[object]:
    """Rows by the names of the header, in small letters; one is `message`, or `text`.

    Raises:
        BadColumns: there is no such column, or two of one name.
    """
    # How long a message may be is checked elsewhere, with a better word. It is the process's: never make it less.
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
    """Rows that are not blank; strict, so that an open quote does not swallow the rest of the file unsaid."""
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
