"""What the desk can ask the bank to do.

Models propose these records and people approve them, so they stand in strict JSON schemas: no defaults,
no discriminator. What is allowed is the bank's to say (`bank/rules.py`); here only the form is checked.
"""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal, cast, get_args

from pydantic import AfterValidator, ValidationError

from baton.records import Record
from state.banking import Amount

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


_Id = Annotated[str, AfterValidator(_plain_id)]


class Refund(Record):
    """Pay back a transaction, in full or in part, once."""

    name: Literal["refund"]
    transaction_id: _Id
    amount: Amount


class FreezeCard(Record):
    """Stop a card at once; the customer can undo it in the app."""

    name: Literal["freeze_card"]
    card_id: _Id


class ReissueCard(Record):
    """Cancel a frozen or expired card and post a new one."""

    name: Literal["reissue_card"]
    card_id: _Id


class FileDispute(Record):
    """Contest a transaction with the merchant's bank."""

    name: Literal["file_dispute"]
    transaction_id: _Id
    reason: Annotated[str, AfterValidator(_short_text)]


class ChangeLimit(Record):
    """Set what a card may spend in a day."""

    name: Literal["change_limit"]
    card_id: _Id
    daily_limit: Amount


class CloseAccount(Record):
    """Close an empty account for good."""

    name: Literal["close_account"]
    account_id: _Id


Action = Refund | FreezeCard | ReissueCard | FileDispute | ChangeLimit | CloseAccount
ActionName = Literal["refund", "freeze_card", "reissue_card", "file_dispute", "change_limit", "close_account"]

ACTION_NAMES: tuple[ActionName, ...] = get_args(ActionName)
_SHAPES: dict[str, type[Record]] = dict(zip(ACTION_NAMES, get_args(Action), strict=True))


def arguments(action: Action) -> dict[str, str]:
    """Return the action's arguments without its name, as they are hashed, approved and sent."""
    return action.model_dump(exclude={"name"})


def parse_action(name: str, args: Mapping[str, Any]) -> Action:
    """Build the action from its name and arguments; raises ValueError with one line that says what is wrong."""
    if name not in _SHAPES:
        raise ValueError(f"there is no action {name[:40]!r}; the desk knows {', '.join(ACTION_NAMES)}")
    if "name" in args:
        raise ValueError(f"{name} takes no argument 'name'")
    try:
        return cast("Action", _SHAPES[name].model_validate({**args, "name": name}))
    except ValidationError as error:
        raise ValueError(_first_fault(name, error)) from None


def _first_fault(name: str, error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    field = ascii(".".join(map(str, first["loc"])))[1:-1]
    return f"{name}: {field[:40]}: {first['msg'].removeprefix('Value error, ')}"
