"""What the bank does and what it refuses, the same through both adapters."""

from datetime import timedelta
from decimal import Decimal

import pytest

from bank.ledger.actions import BankAction
from bank.ledger.protocol import Bank, Refused, UnknownCustomer
from bank.ledger.records import Account
from tests.bank.stage import Clock, books, closing, dispute, limit, on_card, one, refund

FROZEN, EXPIRED, EMPTY, LEFT = "C004", "C006", "C005", "C200"


async def refusal(bank: Bank, customer_id: str, action: BankAction) -> str:
    """Return the code of the refusal, which a check and a perform must agree on."""
    with pytest.raises(Refused) as checked:
        await bank.check(customer_id, action)
    with pytest.raises(Refused) as performed:
        await bank.perform(customer_id, action, key=f"refused-{action.name}")
    assert (checked.value.code, checked.value.message) == (performed.value.code, performed.value.message)
    return checked.value.code


async def account_of(bank: Bank, customer_id: str) -> Account:
    return (await bank.accounts(customer_id))[0]


async def card_of(bank: Bank, customer_id: str, status: str) -> str:
    return next(c.card_id for c in await bank.cards(customer_id) if c.status == status)


async def test_reads_are_the_customers_own_and_newest_first(bank: Bank) -> None:
    assert (await bank.customer("C007")).customer_id == "C007"
    found = await bank.transactions("C007", 10)
    assert [t.at for t in found] == sorted((t.at for t in found), reverse=True)
    assert len(found) == 10
    assert {t.customer_id for t in found} == {"C007"}


@pytest.mark.parametrize("customer_id", ["C999", "", "C001/cards", "\ud800", "É"])
async def test_nobody(bank: Bank, customer_id: str) -> None:
    for asked in (bank.customer, bank.accounts, bank.cards, bank.transactions):
        with pytest.raises(UnknownCustomer):
            await asked(customer_id)
    with pytest.raises(UnknownCustomer):
        await bank.perform(customer_id, on_card("freeze_card", "K0001"), key="k")


async def test_a_refund_pays_the_money_back(bank: Bank) -> None:
    before, paid = await account_of(bank, "C007"), await books(bank)
    await bank.check("C007", refund(paid.transaction_id, "20.00"))
    receipt = await bank.perform("C007", refund(paid.transaction_id, "20.00"), key="k")
    after = await account_of(bank, "C007")
    assert Decimal(after.balance) - Decimal(before.balance) == Decimal("20.00")
    assert receipt.result["balance"] == after.balance
    assert (await one(bank, "C007", transaction_id=paid.transaction_id)).status == "refunded"
    assert await refusal(bank, "C007", refund(paid.transaction_id, "4.90")) == "already_refunded"
    assert await refusal(bank, "C007", dispute(paid.transaction_id)) == "already_refunded"


@pytest.mark.parametrize("status", ["pending", "declined"])
async def test_what_was_not_taken_is_not_given_back(bank: Bank, status: str) -> None:
    paid = await one(bank, "C007", status=status)
    assert await refusal(bank, "C007", refund(paid.transaction_id, "1.00")) == "not_posted"


@pytest.mark.parametrize("kind", ["transfer", "top_up"])
async def test_transfers_and_top_ups_are_not_refunded(bank: Bank, clock: Clock, kind: str) -> None:
    moved = await one(bank, "C001", kind=kind)
    clock.now -= timedelta(days=60)
    assert await refusal(bank, "C001", refund(moved.transaction_id, "1.00")) == "not_refundable"


async def test_never_more_than_was_paid(bank: Bank) -> None:
    paid = await books(bank)
    assert await refusal(bank, "C007", refund(paid.transaction_id, "24.91")) == "above_amount"


async def test_a_refund_is_possible_for_120_days(bank: Bank, clock: Clock) -> None:
    paid = await books(bank)
    clock.now = clock.now.fromisoformat(paid.at) + timedelta(days=120)
    await bank.check("C007", refund(paid.transaction_id, "1.00"))
    clock.now += timedelta(seconds=1)
    assert await refusal(bank, "C007", refund(paid.transaction_id, "1.00")) == "too_old"
    assert await refusal(bank, "C007", dispute(paid.transaction_id)) == "too_old"


async def test_a_disputed_payment_is_neither_refunded_nor_disputed_again(bank: Bank) -> None:
    paid = await books(bank)
    receipt = await bank.perform("C007", dispute(paid.transaction_id), key="k")
    assert receipt.result["decision_by"] == "2026-12-04", "ten working days after a Friday"
    assert await refusal(bank, "C007", refund(paid.transaction_id, "1.00")) == "in_dispute"
    assert await refusal(bank, "C007", dispute(paid.transaction_id)) == "in_dispute"


async def test_nothing_of_others_can_be_touched_or_told_from_nothing(bank: Bank) -> None:
    paid, card, account = await books(bank), (await bank.cards("C007"))[0], await account_of(bank, "C007")
    theirs = [
        refund(paid.transaction_id, "1.00"), dispute(paid.transaction_id), on_card("freeze_card", card.card_id),
        on_card("reissue_card", card.card_id), limit(card.card_id, "900.00"), closing(account.account_id),
    ]  # fmt: skip
    nothing = [
        refund("T99999", "1.00"), dispute("T99999"), on_card("freeze_card", "K9999"),
        on_card("reissue_card", "K9999"), limit("K9999", "900.00"), closing("A999"),
    ]  # fmt: skip
    for mine, none in zip(theirs, nothing, strict=True):
        with pytest.raises(Refused) as first:
            await bank.check("C001", mine)
        with pytest.raises(Refused) as second:
            await bank.check("C001", none)
        assert (first.value.code, first.value.message) == (second.value.code, second.value.message)
        assert first.value.code == "not_yours"


async def test_freezing_then_a_free_new_card(bank: Bank) -> None:
    card_id, before = await card_of(bank, "C001", "active"), await account_of(bank, "C001")
    assert await refusal(bank, "C001", on_card("reissue_card", card_id)) == "card_active"
    await bank.perform("C001", on_card("freeze_card", card_id), key="freeze")
    with pytest.raises(Refused, match="frozen already"):
        await bank.check("C001", on_card("freeze_card", card_id))
    receipt = await bank.perform("C001", on_card("reissue_card", card_id), key="reissue")
    cards = {c.card_id: c for c in await bank.cards("C001")}
    assert cards[card_id].status == "cancelled"
    assert cards[receipt.result["new_card_id"]].status == "active"
    assert receipt.result["fee"] == "0.00"
    assert (await account_of(bank, "C001")).balance == before.balance
    with pytest.raises(Refused, match="cancelled"):
        await bank.check("C001", on_card("reissue_card", card_id))


async def test_a_card_frozen_in_the_app_costs_a_fee(bank: Bank) -> None:
    before = await account_of(bank, FROZEN)
    receipt = await bank.perform(FROZEN, on_card("reissue_card", await card_of(bank, FROZEN, "frozen")), key="k")
    assert receipt.result["fee"] == "5.00"
    assert Decimal(before.balance) - Decimal((await account_of(bank, FROZEN)).balance) == Decimal("5.00")
    newest = (await bank.transactions(FROZEN, 1))[0]
    assert (newest.kind, newest.amount, newest.status) == ("fee", "5.00", "posted")


async def test_an_expired_card_is_replaced_for_nothing(bank: Bank) -> None:
    expired = await card_of(bank, EXPIRED, "expired")
    assert await refusal(bank, EXPIRED, on_card("freeze_card", expired)) == "card_not_active"
    assert await refusal(bank, EXPIRED, limit(expired, "900.00")) == "card_not_active"
    receipt = await bank.perform(EXPIRED, on_card("reissue_card", expired), key="k")
    assert receipt.result["fee"] == "0.00"


async def test_limits_have_a_range(bank: Bank) -> None:
    card = (await bank.cards("C001"))[0]
    for amount in ("99.99", "5000.01"):
        with pytest.raises(Refused) as refused:
            await bank.check("C001", limit(card.card_id, amount))
        assert refused.value.code == "limit_out_of_range"
    assert await refusal(bank, "C001", limit(card.card_id, card.daily_limit)) == "limit_unchanged"
    receipt = await bank.perform("C001", limit(card.card_id, "5000.00"), key="k")
    assert receipt.result["previous_limit"] == card.daily_limit
    assert (await bank.cards("C001"))[0].daily_limit == "5000.00"


async def test_only_an_empty_account_is_closed(bank: Bank) -> None:
    full, empty = await bank.accounts(EMPTY)
    assert await refusal(bank, EMPTY, closing(full.account_id)) == "balance_not_zero"
    await bank.perform(EMPTY, closing(empty.account_id), key="k")
    assert [a.status for a in await bank.accounts(EMPTY)] == ["open", "closed"]
    with pytest.raises(Refused, match="closed already"):
        await bank.check(EMPTY, closing(empty.account_id))


async def test_who_has_left_can_ask_for_nothing(bank: Bank) -> None:
    account = await account_of(bank, LEFT)
    assert await refusal(bank, LEFT, closing(account.account_id)) == "customer_closed"
