"""The agent's tools: they read the policies and the asking customer's own, and say why where they give nothing."""

from typing import Any

import pytest
from langgraph.graph import END, START

from bank.clerk.tools import ListAccounts, ListCards, ListTransactions
from bank.ledger.protocol import Bank
from baton import TypedStateGraph
from nodes.agent.use_tool import use_tool
from state.agent import SearchPolicies, State, ToolResult, UseToolInput
from state.context import Context

CARDS, ACCOUNTS = ListCards(name="list_cards"), ListAccounts(name="list_accounts")
SEARCH = SearchPolicies(name="search_policies", query="freeze a stolen card")
ROUTED = {"message": "Hello", "request": "Hello", "route": "security", "confidence": 0.9}

builder: Any = TypedStateGraph(State, Context, input_schema=UseToolInput)
builder.add_node(use_tool).add_edge(START, "use_tool").add_edge("use_tool", END)


def payments(merchant: str | None = None, days: int = 400) -> ListTransactions:
    return ListTransactions(name="list_transactions", merchant=merchant, days=days)


async def use(call: Any, customer_id: str | None = "C007", **more: Any) -> dict[str, Any]:
    """The state after one call."""
    given = {**ROUTED, "customer_id": customer_id, "call": call, **more}
    ended: dict[str, Any] = await builder.compile(name="alone").ainvoke(
        given, context=Context.model_validate({"passages": 2})
    )
    return ended


async def rows(call: Any) -> list[dict[str, str]]:
    found: list[dict[str, str]] = (await use(call))["seen"][-1]["rows"]
    return found


pytestmark = pytest.mark.usefixtures("resources")


async def test_a_search_gives_ids_of_passages_as_many_as_the_context_says() -> None:
    ended = await use(SEARCH)
    assert len(ended["passages"]) == 2
    assert ended["seen"][0]["passages"] == ended["passages"]
    assert ended["passages"][0].startswith("SEC-")


async def test_passages_found_before_stay_and_each_stands_once() -> None:
    before = ToolResult(call=payments(), passages=[], rows=[], refused=None)
    ended = await use(SEARCH, seen=[before], passages=["CARD-05.1", "SEC-10.1"])
    assert ended["passages"][:2] == ["CARD-05.1", "SEC-10.1"]
    assert len(ended["passages"]) == len(set(ended["passages"]))
    assert len(ended["seen"]) == 2


async def test_the_rows_are_the_asking_customers_own(bank: Bank) -> None:
    assert [row["card_id"] for row in await rows(CARDS)] == [card.card_id for card in await bank.cards("C007")]
    assert [row["account_id"] for row in await rows(ACCOUNTS)] == ["A008"]


@pytest.mark.parametrize("merchant, found", [("kestrel", {"Kestrel Books"}), ("Nowhere", set[str]())])
async def test_payments_are_found_by_a_part_of_the_merchants_name(merchant: str, found: set[str]) -> None:
    assert {row["merchant"] for row in await rows(payments(merchant))} == found


async def test_payments_are_those_of_the_last_days() -> None:
    assert len(await rows(payments(days=30))) < len(await rows(payments()))


@pytest.mark.parametrize("customer_id", [None, "C999", "../C007"])
async def test_a_stranger_gets_nothing_and_the_model_reads_why(customer_id: str | None) -> None:
    [seen] = (await use(ACCOUNTS, customer_id))["seen"]
    assert (seen["rows"], seen["refused"]) == ([], "we do not know who asks")


async def test_the_same_call_again_is_refused() -> None:
    first = await use(SEARCH)
    again = (await use(SEARCH, seen=first["seen"], passages=first["passages"]))["seen"][-1]
    assert (again["passages"], again["refused"]) == ([], "this very call was made before; its result stands")
