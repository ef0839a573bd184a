"""An effect's secrets: they travel as given; what is kept, compared and returned is masked."""

from typing import Any

import pytest
from langgraph.types import RetryPolicy

from baton import Job, effect
from baton.config.policies import transient
from baton.errors import Transient, UsageError
from baton.records import Record
from baton.runs.graph_shapes import resolve_context
from baton.steps.typed_graph import TypedStateGraph
from tests.baton.payments import Order, Paid, Receipt, chain, desk

KEY, CARD, OTHER = "gsk_canary0123456789", "4111.1111.1111.1111", "5555 5555 5555 4444"
AT_ONCE = RetryPolicy(initial_interval=0.001, jitter=False, max_attempts=3, retry_on=transient)


async def asked(*askings: dict[str, Any], receipt: Any) -> tuple[list[Any], list[Any], Any, str | None]:
    """What was sent, returned, kept and told of one effect that a step, tried again, asks for with these arguments."""
    sent: list[Any] = []
    returned: list[Any] = []

    async def pay(state: Order) -> Paid:
        args = askings[len(returned)]

        async def send(_: str) -> Any:
            sent.append(args)
            return receipt

        returned.append(await effect("pay", args, send))
        if len(returned) < len(askings):
            raise Transient("the line went dead")
        return {"receipt": Receipt(paid=state["amount"])}

    made: Any = chain(pay, name="masked").builder
    made.nodes["pay"].retry_policy = [AT_ONCE]
    async with desk({"masked": made.compile(name="masked")}) as (runner, resources):
        await runner.queue("masked", [Job({"amount": 7}, "one")])
        summary = await runner.resume("one")
        row = await resources.database.do(lambda tx: tx.execute("SELECT args, receipt FROM effects").fetchone())
    return sent, returned, dict(row), summary["error"]


async def test_a_secret_reaches_the_receiver_and_is_not_kept() -> None:
    args = {"key": KEY, "card": CARD, "pan": 4111111111111111}
    sent, returned, row, error = await asked(args, receipt={"args": args, "token": f"Bearer {KEY}", "id": 1})
    assert (sent, error) == ([args], None)
    masked = {"card": "[card ending 1111]", "key": "[secret]"}
    assert returned == [{"args": {**masked, "pan": 4111111111111111}, "token": "[secret]", "id": 1}]
    assert row["args"] == (
        '{"action": "pay", "args": {"card": "[card ending 1111]", "key": "[secret]", "pan": "[card ending 1111]"}}'
    )
    assert KEY not in row["receipt"]


async def test_arguments_are_compared_masked_and_a_receipt_is_the_same_when_called_again() -> None:
    first, again = {"key": KEY, "card": CARD}, {"key": "hf_canary9876543210", "card": "4111 1111 1111 1111"}
    sent, returned, _, error = await asked(first, again, receipt={"card": CARD})
    assert (sent, error) == ([first], None)
    assert returned == [{"card": "[card ending 1111]"}] * 2


async def test_another_card_is_another_argument_and_neither_is_told() -> None:
    sent, _, _, error = await asked({"card": CARD}, {"card": OTHER}, receipt={})
    assert sent == [{"card": CARD}]
    assert error is not None
    assert "[card ending 1111]" in error
    assert "[card ending 4444]" in error


@pytest.mark.parametrize("token", [KEY, "my card is 4111 1111 1111 1111"])
def test_a_context_that_would_be_masked_is_refused(token: str) -> None:
    class Context(Record):
        token: str = ""
        tone: str = "plain"

    class State(Order):
        pass

    async def step(state: State) -> State:
        return state

    builder: Any = TypedStateGraph(State, Context)
    graph = builder.add_node("step", step).add_edge("__start__", "step").compile()
    assert resolve_context(graph, {"tone": "warm"}) == {"token": "", "tone": "warm"}
    with pytest.raises(UsageError, match="--set: token holds a secret"):
        resolve_context(graph, {"token": token})
