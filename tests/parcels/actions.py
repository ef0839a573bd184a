"""What the desk can ask the depot to do."""

import re
from typing import Annotated, Literal

from pydantic import AfterValidator

from desk.records import Action, Amount, action_name


def _parcel_id(text: str) -> str:
    if not re.fullmatch(r"P\d{3}", text):
        raise ValueError("a parcel's id is P and three digits")
    return text


ParcelId = Annotated[str, AfterValidator(_parcel_id)]


class Redeliver(Action):
    """Bring a parcel to the address on its label, on the next working day."""

    name: Literal["redeliver"]
    parcel_id: ParcelId
    part_of_day: Literal["morning", "afternoon", "evening"]


class Compensate(Action):
    """Pay for a damaged or lost parcel, once."""

    name: Literal["compensate"]
    parcel_id: ParcelId
    amount: Amount


ACTIONS: tuple[type[Action], ...] = (Redeliver, Compensate)
ACTION_NAMES = tuple(map(action_name, ACTIONS))
