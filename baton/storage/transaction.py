"""What a piece of work may do inside a transaction."""

from collections.abc import Sequence
from typing import Any, Protocol


class Rows(Protocol):
    """What a statement gives back."""

    @property
    def rowcount(self) -> int:
        """Rows changed."""

    def fetchone(self) -> Any:
        """The next row or None."""

    def fetchall(self) -> list[Any]:
        """All remaining rows."""


class Transaction(Protocol):
    """One open transaction; `sql` names its values `:like_this`."""

    def execute(self, sql: str, values: Any = ..., /) -> Rows:
        """Run one statement."""

    def execute_rows(self, sql: str, rows: Sequence[Sequence[Any]], /) -> None:
        """Run a statement for many rows, which take the place of its `{rows}`."""
