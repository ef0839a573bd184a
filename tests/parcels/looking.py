"""What only looks: the agent's tool, the workers of an investigation, and the two answers to a fraud."""

import re
from collections.abc import Mapping
from typing import Any, Literal

from desk.business import LongPath, Worker, customer
from desk.policy_worker import POLICY_WORKER
from desk.records import POLICIES, Action, Assignment, Finding, Row, Tool
from tests.parcels.actions import Redeliver
from tests.parcels.service import ID

MISUSE = re.compile(r"\b(?:somebody|someone|stranger|redirect\w*|(?:was not|wasn't|not) me)\b", re.IGNORECASE)


class ListParcels(Tool):
    """The customer's own parcels, all or those of a status."""

    name: Literal["list_parcels"]
    status: str | None

    def rows(self, customer: Mapping[str, Any]) -> list[Row]:
        """See `Tool`."""
        parcels: list[Row] = customer["parcels"]
        return [each for each in parcels if self.status in (None, each["status"])]


async def _parcels(assignment: Assignment, _most: int) -> Finding:
    """The parcels that question or message name, else all."""
    known = await customer(assignment.customer_id)
    named = {found.upper() for found in ID.findall(f"{assignment.question} {assignment.message}")}
    rows = [each for each in known["parcels"] if not named or each["parcel_id"] in named] if known else []
    told = [f"{each['parcel_id']} from {each['sender']} is {each['status']}" for each in rows]
    evidence = [each["parcel_id"] for each in rows]
    summary = f"parcels found: {'; '.join(told) or 'none'}"
    return Finding(subtask=assignment.subtask, summary=summary, rows=rows, evidence=evidence, citations=[])


WORKERS = {
    "parcels": Worker("finds the customer's own parcels by id, with status and declared value", _parcels),
    POLICIES: POLICY_WORKER,
}


def long_path(message: str, route: str) -> LongPath | None:
    """Return the long path of a message: claims are investigated, signs of misuse are voted on."""
    if route == "claims":
        return "investigate"
    return "vote" if route == "safety" and MISUSE.search(message) else None


async def protect(_message: str, customer_id: str) -> tuple[Action, str] | None:
    """Return the delivery of the one redirected parcel to its own address, with what a reply says of it."""
    known = await customer(customer_id)
    redirected = [each["parcel_id"] for each in known["parcels"] if each["status"] == "redirected"] if known else []
    if len(redirected) != 1:
        return None
    action = Redeliver(name="redeliver", parcel_id=redirected[0], part_of_day="morning")
    return action, "We have arranged that your parcel comes to the address on its label."
