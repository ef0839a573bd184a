"""Gate: the reply cites facts and policies that exist, and names no amount that neither does."""

import asyncio
from decimal import Decimal
from typing import NotRequired

from bank.money import gbp_in
from bank.policy_index import policy_index
from baton.gates import GateReport, gate_report
from baton.redact import holds_card_number
from state.chaining import Summarised


class Gated(Summarised):
    """A reply before its gate."""

    repaired: NotRequired[list[str]]


async def gate_reply(state: Gated) -> GateReport:
    """Let the reply through, or say what is wrong with it.

    Raises:
        GateFailed: it was repaired once already.
    """
    index = await asyncio.to_thread(policy_index)
    passages = index.passages(state["passages"])
    cited = [each.text for each in passages if each.policy_id in state["draft"].citations]
    fault = _fault(state, {each.policy_id for each in passages}, cited)
    return gate_report("gate_reply", fault, state.get("repaired", []))


def _fault(state: Gated, given: set[str], cited: list[str]) -> str | None:
    drafted, facts = state["draft"], state["facts"]
    if not drafted.citations or not set(drafted.citations) <= given:
        return "the reply must cite policies, and only those it was given"
    if facts and not state["facts_used"]:
        return "the reply must name the facts that it rests on"
    if any(position >= len(facts) for position in state["facts_used"]):
        return f"there are only {len(facts)} facts"
    if holds_card_number(f"{drafted.reply} {state['summary']}"):
        return "the reply holds a card number"
    known = gbp_in(" ".join(cited)) | {Decimal(amount) for amount in state["case"].amounts}
    invented = gbp_in(f"{drafted.reply} {state['summary']}") - known
    return f"neither a fact nor a cited policy names {min(invented)}" if invented else None
