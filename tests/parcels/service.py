"""What the desk asks of the depot: who a customer is, whether an action may be done, and to do it."""

import re
from asyncio import to_thread
from contextlib import suppress
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from desk.approval_rules import ApprovalRules, load_rules
from desk.business import Refused, UnknownCustomer
from desk.records import Action, Receipt, Review
from desk.text.claims import Act
from desk.text.reader import EnglishReader
from tests.parcels import depot
from tests.parcels.actions import ACTION_NAMES, Compensate

FOLDER = Path(__file__).parent
ACTS = {
    "compensate": Act(verbs="pay compensate refund", things="parcel eur amount money"),
    "redeliver": Act(verbs="arrange redeliver bring deliver", things="parcel delivery"),
}
READER = EnglishReader(own="€|eur(?:os?)?", foreign=r"[£$]|pounds?|dollars?|gbp|usd", acts=ACTS)
ID = re.compile(r"\b[PK]\d{3}\b", re.IGNORECASE)


@cache
def rules() -> ApprovalRules:
    """Return the desk's approval rules; raises BadSetting naming their file."""
    return load_rules(FOLDER / "approval_rules.toml", ACTION_NAMES)


class ParcelService:
    """The `Service` of the depot."""

    id_fields = {"parcels": "parcel_id"}  # noqa: RUF012 - read only
    amount_fields = ("amount",)
    chosen_amount_fields = ()

    async def customer(self, customer_id: str) -> dict[str, Any] | None:
        """See `Service`."""
        with suppress(UnknownCustomer):
            return await to_thread(depot.customer, customer_id)
        return None

    async def names_others(self, text: str, customer_id: str | None) -> bool:
        """See `Service`."""
        named = {found.upper() for found in ID.findall(text)}
        known = await self.customer(customer_id) if named and customer_id else None
        return bool(named - ({customer_id, *(each["parcel_id"] for each in known["parcels"])} if known else set()))

    async def review(self, action: Action, message: str, customer_id: str) -> Review:
        """See `Service`."""
        try:
            await self.check(customer_id, action)
        except UnknownCustomer as error:
            return Review(verdict="escalate", reason=str(error))
        except Refused as refused:
            return Review(verdict="decline", reason=refused.message)
        if _amount(action) is not None and READER.without_foreign(message) != message:
            return Review(verdict="ask_person", reason="the message names an amount that is not in euros")
        if rules().needs_person(action.name, _amount(action)):
            return Review(verdict="ask_person", reason=f"{action.name} needs a person")
        return Review(verdict="act", reason=f"{action.name} is allowed without a person")

    async def consequences(self, action: Action, customer_id: str) -> str | None:  # noqa: ARG002 - nothing has a price
        """See `Service`."""
        return None

    def exceeded_limit(self, action: Action) -> str | None:
        """See `Service`."""
        return rules().exceeded_limit(action.name, _amount(action))

    async def check(self, customer_id: str, action: Action) -> None:
        """See `Service`."""
        await to_thread(depot.check, customer_id, action)

    async def perform(self, customer_id: str, action: Action, *, key: str) -> Receipt:
        """See `Service`."""
        return await to_thread(depot.perform, customer_id, action, key)


def _amount(action: Action) -> Decimal | None:
    return Decimal(action.amount) if isinstance(action, Compensate) else None
