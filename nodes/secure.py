"""Secure: propose to freeze the card that a fraud is about, where it is plain which one that is."""

from bank.desk import the_bank
from bank.evidence import cards_meant
from bank.protocol import UnknownCustomer
from state.actions import FreezeCard
from state.banking import Card
from state.desk import Drafted, Drafting

FROZEN = "We have frozen your card to be safe; you can undo that in the app."


async def secure(state: Drafted) -> Drafting:
    """The draft with the freeze proposed, unless it proposes something itself."""
    drafted, customer_id = state["draft"], state["customer_id"]
    if drafted.action is None and customer_id is not None:
        cards = await _active(customer_id)
        if (card := meant(state["message"], cards)) is not None:
            freeze = FreezeCard(name="freeze_card", card_id=card.card_id)
            drafted = drafted.model_copy(update={"action": freeze, "reply": f"{FROZEN} {drafted.reply}"})
    return {"draft": drafted}


def meant(message: str, active: list[Card]) -> Card | None:
    """The one active card that fits: the one that is named, else the only one; none where another one is named."""
    fitting = cards_meant(message, active)
    return fitting[0] if len(fitting) == 1 else None


async def _active(customer_id: str) -> list[Card]:
    try:
        cards = await (await the_bank()).cards(customer_id)
    except UnknownCustomer:
        return []
    return [card for card in cards if card.status == "active"]
