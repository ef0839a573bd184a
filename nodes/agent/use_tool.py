"""Use a tool: read what was asked for, of the policies or of the asking customer's own things."""

from langgraph.runtime import Runtime

from desk.business import customer, knowledge
from desk.records import Row
from state.agent import SearchPolicies, ToolResult, UseToolInput, UseToolUpdate
from state.context import Context

LONGEST_VALUE = 120  # characters; what a shop calls itself is not ours to trust


async def use_tool(state: UseToolInput, runtime: Runtime[Context]) -> UseToolUpdate:
    """What the tool gave; a call that was made before, or for a stranger, gives the reason why not instead."""
    call, before, found = state["call"], state.get("seen", []), state.get("passages", [])
    passages, rows, refused = list[str](), list[Row](), None
    if call in [each.call for each in before]:
        refused = "this very call was made before; its result stands"
    elif isinstance(call, SearchPolicies):
        passages = (await knowledge()).search(call.query, state["route"], runtime.context.passages)
    elif (known := await customer(state["customer_id"])) is None:
        refused = "we do not know who asks"
    else:
        rows = [{name: value[:LONGEST_VALUE] for name, value in row.items()} for row in call.rows(known)]
    seen = ToolResult(call=call, passages=passages, rows=rows, refused=refused)
    return {"seen": [*before, seen], "passages": list(dict.fromkeys([*found, *passages]))}
