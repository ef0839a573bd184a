"""The approval rules of a business: the actions that wait for a person, and the limits of ordinary reviewers."""

from collections.abc import Collection
from decimal import Decimal
from pathlib import Path
from typing import Literal

from pydantic import Field

from baton.errors import BadSetting
from baton.records import Record
from desk.records import Amount
from desk.tables import read_table


class Above(Record):
    """The rule that a person approves amounts greater than this one."""

    above: Amount


class ApprovalRules(Record):
    """A business's `approval_rules.toml`: a rule for each action, and limits for some."""

    person: dict[str, Literal["never", "always", "raised"] | Above]
    reviewer_limit: dict[str, Amount] = Field(default_factory=dict)

    def needs_person(self, name: str, amount: Decimal | None = None, before: Decimal | None = None) -> bool:
        """Return whether a person must approve the action of that name.

        `amount` is the action's amount, `before` the amount until now; where the one that a rule compares is None, a
        person must.
        """
        rule = self.person[name]
        if isinstance(rule, Above):
            return amount is None or amount > Decimal(rule.above)
        if rule == "raised":
            return amount is None or before is None or amount > before
        return rule == "always"

    def exceeded_limit(self, name: str, amount: Decimal | None) -> str | None:
        """Return an ordinary reviewer's limit where the amount exceeds it, else None; an unknown amount exceeds it."""
        limit = self.reviewer_limit.get(name)
        return limit if limit is not None and (amount is None or amount > Decimal(limit)) else None


def load_rules(path: Path, actions: Collection[str]) -> ApprovalRules:
    """Return the approval rules of a file, checked against the actions of a business.

    Raises:
        BadSetting: it cannot be used, lacks an action, or has an unknown one; it names the file.
    """
    rules = read_table(path, ApprovalRules)
    if missing := [name for name in actions if name not in rules.person]:
        raise BadSetting(f"{path}: [person] says nothing about {', '.join(missing)}")
    if unknown := sorted({*rules.person, *rules.reviewer_limit} - {*actions}):
        raise BadSetting(f"{path}: there is no action {', '.join(unknown)}")
    return rules
