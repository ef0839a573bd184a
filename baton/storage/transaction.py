"""The protocol of a transaction, for work that is given one."""

from collections.abc import Sequence
from typing import Any, Protocol


class Rows(Protocol):
    """The result of a statement."""

    @property
    def rowcount(self) -> int:
        """Number of rows changed."""

    def fetchone(self) -> Any:
        """The next row or None."""

    def fetchall(self) -> list[Any]:
        """All remaining rows."""


class Transaction(Protocol):
    """An open transaction; `sql` has `?`, or names such as `:name` where the values are a dict."""

    def execute(self, sql: str, values: Any = ..., /) -> Rows:
        """Run one statement."""

    def execute_rows(self, sql: str, rows: Sequence[Sequence[Any]], /) -> None:
        """Run a statement for many rows of one length, which replace its `{rows}`."""
