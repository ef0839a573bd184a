"""The actions that the desk can ask of the bank.

The bank decides what is allowed (`bank/ledger/rules.py`); here only the form is checked.
"""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal, cast, get_args

from pydantic import AfterValidator

import desk.records
from bank.ledger.records import Amount
from desk.bounds import LONGEST_ID, bounded_text
from desk.records import Action

_LONGEST_REASON = 500
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


def _short_text(text: str) -> str:
    if not text.strip() or len(text) > _LONGEST_REASON:
        raise ValueError(f"the reason must have 1 to {_LONGEST_REASON} characters")
    if any("\ud800" <= letter <= "\udfff" for letter in text):
        raise ValueError("the reason is not valid Unicode")
    return text


def _plain_id(text: str) -> str:
    if not _ID.fullmatch(text):
        raise ValueError("an id has 1 to 64 letters, digits, '-' and '_'")
    return text


_Id = Annotated[str, AfterValidator(_plain_id), bounded_text(LONGEST_ID)]


class Refund(Action):
    """Pay back a transaction, in full or in part, once."""

    name: Literal["refund"]
    transaction_id: _Id
    amount: Amount


class FreezeCard(Action):
    """Stop a card at once; the customer can undo it in the app."""

    name: Literal["freeze_card"]
    card_id: _Id


class ReissueCard(Action):
    """Cancel a frozen or expired card and post a new one."""

    name: Literal["reissue_card"]
    card_id: _Id


class FileDispute(Action):
    """Contest a transaction with the merchant's bank."""

    name: Literal["file_dispute"]
    transaction_id: _Id
    reason: Annotated[str, AfterValidator(_short_text), bounded_text(_LONGEST_REASON)]


class ChangeLimit(Action):
    """Set what a card may spend in a day."""

    name: Literal["change_limit"]
    card_id: _Id
    daily_limit: Amount


class CloseAccount(Action):
    """Close an empty account for good."""

    name: Literal["close_account"]
    account_id: _Id


BankAction = Refund | FreezeCard | ReissueCard | FileDispute | ChangeLimit | CloseAccount
ActionName = Literal["refund", "freeze_card", "reissue_card", "file_dispute", "change_limit", "close_account"]

ACTIONS: tuple[type[BankAction], ...] = get_args(BankAction)
ACTION_NAMES: tuple[ActionName, ...] = get_args(ActionName)


def parse_action(name: str, args: Mapping[str, Any]) -> BankAction:
    """Build the action from its name and arguments; raises ValueError with the fault in one line."""
    return cast("BankAction", desk.records.parse_action(ACTIONS, name, args))
