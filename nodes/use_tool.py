"""Use a tool: read what was asked for, of the policies or of the asking customer's own things."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

from langgraph.runtime import Runtime

from bank.clerk_view import Row
from bank.papers import known
from bank.policy_index import policy_index
from state.agent import Calling, ListAccounts, ListCards, ListTransactions, SearchPolicies, Seen, Using
from state.context import Context

LONGEST_VALUE = 120  # characters; what a shop calls itself is not ours to trust


async def use_tool(state: Calling, runtime: Runtime[Context]) -> Using:
    """What the tool gave; a call that was made before, or for a stranger, gives the reason why not instead."""
    call, before, found = state["call"], state.get("seen", []), state.get("passages", [])
    passages, rows, refused = list[str](), list[Row](), None
    if call in [each.call for each in before]:
        refused = "this very call was made before; its result stands"
    elif isinstance(call, SearchPolicies):
        index = await asyncio.to_thread(policy_index)
        passages = await asyncio.to_thread(index.search, call.query, state["route"], runtime.context.passages)
    elif (customer := await known(state["customer_id"])) is None:
        refused = "we do not know who asks"
    else:
        rows = [{name: value[:LONGEST_VALUE] for name, value in row.items()} for row in _listed(call, customer)]
    seen = Seen(call=call, passages=passages, rows=rows, refused=refused)
    return {"seen": [*before, seen], "passages": list(dict.fromkeys([*found, *passages]))}


def _listed(call: ListTransactions | ListCards | ListAccounts, customer: dict[str, Any]) -> list[Row]:
    """The rows of the customer's own that are asked for; there are at most as many as a clerk is given."""
    if isinstance(call, ListCards):
        return list(customer["cards"])
    if isinstance(call, ListAccounts):
        return list(customer["accounts"])
    since = (datetime.now(UTC) - timedelta(days=call.days)).isoformat()
    part = (call.merchant or "").casefold()
    return [each for each in customer["transactions"] if each["at"] >= since and part in each["merchant"].casefold()]
