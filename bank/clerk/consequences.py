"""What an action costs, cancels or makes final, in words, from what the bank says that it would do."""

from decimal import Decimal

from bank.clerk.desk import the_bank
from bank.ledger.actions import BankAction, CloseAccount, ReissueCard
from bank.ledger.protocol import Bank


async def consequences(action: BankAction, customer_id: str) -> str | None:
    """Return the sentences that customer and reviewer read; None for an action that is free and can be undone.

    Raises:
        UnknownCustomer, Refused: the bank would not do it.
    """
    match action:
        case ReissueCard():
            return await _of_reissue(await the_bank(), action, customer_id)
        case CloseAccount():
            return f"Closing account {action.account_id} is free and final: it cannot be opened again."
        case _:
            return None


async def _of_reissue(bank: Bank, action: ReissueCard, customer_id: str) -> str:
    planned = await bank.check(customer_id, action)
    [card] = [each for each in await bank.cards(customer_id) if each.card_id == action.card_id]
    fee = Decimal(planned["fee"])
    price = f"The new card costs GBP {fee}, taken from your balance today" if fee else "The new card is free"
    return f"{price}, and the old card, ending {card.last4}, cannot be used again."
