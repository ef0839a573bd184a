"""Records are facts: they do not change, know all their fields, and hold numbers that are numbers."""

import math

import pytest
from pydantic import ValidationError

from baton.records import Record


class Paid(Record):
    amount: float


def test_a_record_does_not_change() -> None:
    with pytest.raises(ValidationError):
        Paid(amount=1).amount = 2


@pytest.mark.parametrize("fields", [{"amount": 1, "tip": 2}, {}, {"amount": math.nan}, {"amount": math.inf}])
def test_a_record_has_its_fields_and_no_others(fields: dict[str, float]) -> None:
    with pytest.raises(ValidationError):
        Paid.model_validate(fields)


def test_equal_facts_are_one() -> None:
    assert len({Paid(amount=1), Paid(amount=1)}) == 1
