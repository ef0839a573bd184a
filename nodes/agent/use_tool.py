"""Use a tool: search the policies, or read the asking customer's own rows."""

from langgraph.runtime import Runtime

from desk.business import customer, knowledge
from desk.records import Row
from state.agent import SearchPolicies, ToolResult, UseToolInput, UseToolUpdate
from state.context import Context

LONGEST_VALUE = 120  # characters; shops choose their own names, so they may hold anything


async def use_tool(state: UseToolInput, runtime: Runtime[Context]) -> UseToolUpdate:
    """Make the call and return its result; a repeated call, or one for a stranger, gets a refusal as its result."""
    call, earlier, earlier_passages = state["call"], state.get("seen", []), state.get("passages", [])
    passages, rows, refusal = list[str](), list[Row](), None
    if call in [each.call for each in earlier]:
        refusal = "this very call was made before; its result stands"
    elif isinstance(call, SearchPolicies):
        desk = await knowledge()
        passages = await desk.search(call.query, state["route"], runtime.context.passages)
    elif (own_things := await customer(state["customer_id"])) is None:
        refusal = "we do not know who asks"
    else:
        rows = [{name: value[:LONGEST_VALUE] for name, value in row.items()} for row in call.rows(own_things)]
    result = ToolResult(call=call, passages=passages, rows=rows, refused=refusal)
    return {"seen": [*earlier, result], "passages": list(dict.fromkeys([*earlier_passages, *passages]))}
