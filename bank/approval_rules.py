"""Which actions wait for a person, and how much an ordinary reviewer may approve: `approval_rules.toml`, read once."""

import tomllib
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from baton.errors import BadSetting
from baton.records import Record
from state.actions import ACTION_NAMES, Action, ActionName
from state.banking import Amount, Card, Transaction

_FILE = Path(__file__).with_name("approval_rules.toml")


class Above(Record):
    """A person from this amount (GBP) upward, itself not included."""

    above: Amount


class ApprovalRules(Record):
    """The file, checked."""

    person: dict[ActionName, Literal["never", "always", "raised"] | Above]
    reviewer_limit: dict[ActionName, Amount]


def load_rules(path: Path) -> ApprovalRules:
    """Read a file of approval rules; raises BadSetting naming the file and the first fault."""
    try:
        found = ApprovalRules.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise BadSetting(f"{path}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from None
    except (OSError, ValueError) as error:
        raise BadSetting(f"{path}: {error}") from None
    if missing := [name for name in ACTION_NAMES if name not in found.person]:
        raise BadSetting(f"{path}: [person] says nothing about {', '.join(missing)}")
    return found


@cache
def rules() -> ApprovalRules:
    """Return the bank's own rules."""
    return load_rules(_FILE)


def needs_person(action: Action, *, card: Card | None = None, transaction: Transaction | None = None) -> bool:
    """Say whether a person must approve the action.

    `card` is the card that the action names, `transaction` the one a dispute names. Where the one
    that a rule compares with is not given, a person looks.
    """
    rule = rules().person[action.name]
    if isinstance(rule, Above):
        amount = _amount(action, transaction)
        return amount is None or amount > Decimal(rule.above)
    if rule == "raised":
        return _raises(action, card)
    return rule == "always"


def reviewer_limit(name: ActionName) -> str | None:
    """Return the most (GBP) that an ordinary reviewer may approve for this action; None: no limit."""
    return rules().reviewer_limit.get(name)


def exceeds_reviewer(action: Action, *, transaction: Transaction | None = None) -> bool:
    """Say whether the action is for a supervisor; an amount that is not known counts as too much."""
    limit, amount = reviewer_limit(action.name), _amount(action, transaction)
    return limit is not None and (amount is None or amount > Decimal(limit))


def _amount(action: Action, transaction: Transaction | None) -> Decimal | None:
    if action.name == "refund":
        return Decimal(action.amount)
    if action.name == "change_limit":
        return Decimal(action.daily_limit)
    if transaction is None or transaction.transaction_id != getattr(action, "transaction_id", None):
        return None
    return Decimal(transaction.amount)


def _raises(action: Action, card: Card | None) -> bool:
    if action.name != "change_limit" or card is None or card.card_id != action.card_id:
        return True
    return Decimal(action.daily_limit) > Decimal(card.daily_limit)
