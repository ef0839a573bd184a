"""Claims that something was done."""

import pytest

from bank.text.claims import claims_done


@pytest.mark.parametrize("reply", ["We have refunded it.", "I've frozen your card", "we\u2019ve now closed it"])
def test_a_claim_is_noticed(reply: str) -> None:
    assert claims_done(reply)


@pytest.mark.parametrize("reply", ["We can refund it.", "You have closed it.", "If we have any news, we write."])
def test_a_rule_is_no_claim(reply: str) -> None:
    assert not claims_done(reply)
