"""A connection for a busy process: values travel in the order of their names, rows many at a time."""

import errno
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import baton
from baton.storage.sqlite_file import ROWS_AT_ONCE, Connection, connect, no_room, open_database, storage_error

NAMES = st.sampled_from(["kept", "note", "a", "a_b"])
VALUES = st.one_of(st.none(), st.integers(-(2**63), 2**63 - 1), st.text(), st.binary())


OURS = [import_module(module.name) for module in walk_packages(baton.__path__, "baton.")]
NAMED = {
    f"{module.__name__.partition('.')[2]}.{name}": value
    for module in OURS
    for name, value in vars(module).items()
    if isinstance(value, str) and re.match(r"(?:SELECT|INSERT|UPDATE|DELETE|WITH) .*:[a-z]", value) and "{" not in value
}
"""Every statement of ours with named values."""


class Later(sqlite3.Connection):
    """Refuses what Python refuses from 3.14 on: values in a sequence for placeholders that have a name or a number."""

    def execute(self, sql: str, values: Any = (), /) -> sqlite3.Cursor:
        outside = re.sub(r"'[^']*'", "", sql)
        if values and not isinstance(values, dict) and re.search(r"[?]\d|[:@$][A-Za-z_]", outside):
            raise sqlite3.ProgrammingError(f"a sequence for named placeholders: {sql}")
        return super().execute(sql, values)


class OursLater(Connection, Later):
    """Our connection on such a Python."""


@pytest.fixture(scope="module")
def connection() -> Iterator[Connection]:
    with closing(connect(Path(":memory:"))) as made:
        yield made


@given(used=st.lists(NAMES, min_size=1, max_size=12), values=st.fixed_dictionaries(dict.fromkeys("xy", VALUES)))
def test_named_values_come_where_their_names_stand(
    connection: Connection, used: list[str], values: dict[str, object]
) -> None:
    given_values = {name: values["xy"[index % 2]] for index, name in enumerate(("kept", "note", "a", "a_b"))}
    row = connection.execute(f"SELECT {', '.join(f':{name}' for name in used)}", given_values).fetchone()
    assert [*row] == [given_values[name] for name in used]


@pytest.fixture
def later(tmp_path: Path) -> Iterator[Connection]:
    open_database(tmp_path / "baton.db").close()
    with closing(sqlite3.connect(tmp_path / "baton.db", factory=OursLater)) as made:
        yield made


@pytest.mark.parametrize("statement", NAMED)
def test_every_statement_is_bound_as_python_3_14_wants_it(statement: str, later: Connection) -> None:
    names = re.findall(r":([a-z_]\w*)", NAMED[statement])
    later.execute(f"EXPLAIN {NAMED[statement]}", dict.fromkeys(names, 0))


def test_what_stands_in_quotes_is_no_name(connection: Connection) -> None:
    assert [*connection.execute("SELECT 'at :note', :note1, ':a' || :note1", {"note1": 7}).fetchone()] == [
        "at :note",
        7,
        ":a7",
    ]


def test_a_value_that_is_missing_is_told_by_its_name(connection: Connection) -> None:
    with pytest.raises(KeyError, match="note"):
        connection.execute("SELECT :note", {"kept": 1})


def test_a_full_disk_is_made_room_on_and_nothing_is_thrown_away(tmp_path: Path) -> None:
    with closing(open_database(tmp_path / "baton.db")) as full:
        full.execute("PRAGMA max_page_count=1")
        with pytest.raises(sqlite3.OperationalError) as caught:
            full.execute("INSERT INTO counters VALUES ('t', 1, 'n', ?)", ("x" * 10**6,))
    told = str(storage_error(caught.value, tmp_path / "baton.db"))
    assert told.endswith("database or disk is full; free some space on its disk, then go on")


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EACCES])
def test_what_the_system_calls_a_lack_of_room_is_one(number: int) -> None:
    assert no_room(OSError(number, "")) is (number != errno.EACCES)


@pytest.mark.parametrize("count", [0, 1, ROWS_AT_ONCE, ROWS_AT_ONCE + 1, 3 * ROWS_AT_ONCE + 7])
def test_rows_are_all_written_in_their_order(connection: Connection, count: int) -> None:
    connection.execute("CREATE TEMP TABLE notes (number, note)")
    connection.execute_rows("INSERT INTO notes VALUES {rows}", [(number, f":{number}") for number in range(count)])
    found = [(row["number"], row["note"]) for row in connection.execute("SELECT * FROM notes ORDER BY rowid")]
    connection.execute("DROP TABLE notes")
    assert found == [(number, f":{number}") for number in range(count)]
