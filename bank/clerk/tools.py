"""The agent's tools: they read the asking customer's own things; none takes a customer as an argument."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import Field

from desk import clock
from desk.bounds import Id
from desk.records import Row, Tool


class ListTransactions(Tool):
    """The customer's own transactions of the last days, newest first; `merchant` is a part of a name, null is all."""

    name: Literal["list_transactions"]
    merchant: Id | None
    days: Annotated[int, Field(ge=1, le=400)]

    def rows(self, customer: Mapping[str, Any]) -> list[Row]:
        """See `Tool`."""
        since, part = (clock.now() - timedelta(days=self.days)).isoformat(), (self.merchant or "").casefold()
        transactions: list[Row] = customer["transactions"]
        return [each for each in transactions if each["at"] >= since and part in each["merchant"].casefold()]


class ListCards(Tool):
    """The customer's own cards."""

    name: Literal["list_cards"]

    def rows(self, customer: Mapping[str, Any]) -> list[Row]:
        """See `Tool`."""
        return list(customer["cards"])


class ListAccounts(Tool):
    """The customer's own accounts with their balances."""

    name: Literal["list_accounts"]

    def rows(self, customer: Mapping[str, Any]) -> list[Row]:
        """See `Tool`."""
        return list(customer["accounts"])
