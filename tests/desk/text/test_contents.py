"""What a reply may hold only where a source holds the same, in whatever characters and separators it is written."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.text.contents import KINDS, compact
from desk.text.disguise import hidden_in
from desk.text.inner import inner_words_in
from desk.text.names import people_in
from desk.text.numbers import numbers_in

HELD = (
    "Go to harbour.evil.example/login",
    "see evil.com.",
    "see evil.com, then",
    "see EVIL.COM now",
    "see Evil.Com now",
    "http:evil.com",
    "https:\\\\evil.com",
    "evil,com",
    "evil dot com",
    "evil DOT co DOT uk",
    "evil (dot) com",
    "evil[.]com",
    "evil\u3002com",
    "evil\uff0ecom",
    "evil\u2024com",
    "evil . com",
    "evil. com",
    "hxxp://evil.com",
    "ftp://evil",
    "//evil.com/x",
    "1.2.3.4",
    "0x7f000001",
    "http://2130706433/",
    "user@evil.com",
    "user AT evil DOT com",
    "user at evil dot com",
    "user(at)evil.com",
    "user [at] evil [dot] org",
    "\uff20handle",
    "@handle",
    "t.me/harbour",
    "harbour.bank",
    "harbour-bank.co.uk",
    "p\xe4ypal.com",
    "\u0440\u0430ypal.com",
    "e-v-i-l.com",
    "WhatsApp us on +447700900123",
    "whatsapp: 07700 900123",
    "07700900123",
    "07700-900-123",
    "07700.900.123",
    "(07700) 900 123",
    "0 7 7 0 0 9 0 0 1 2 3",
    "+44\t7700\t900123",
    "07700/900/123",
    "07700_900_123",
    "07700,900,123",
    "07700\xb7900\xb7123",
    "07700\u2013900\u2013123",
    "07700 \u2014 900 \u2014 123",
    "07700\n900123",
    "\uff10\uff17\uff17\uff10\uff10\uff19\uff10\uff10\uff11\uff12\uff13",
    "\u0660\u0667\u0667\u0660\u0660\u0669\u0660\u0660\u0661\u0662\u0663",
    "O77OO 9OO 123",
    "oh seven seven double oh nine hundred one two three",
    "zero-seven-seven zero zero nine",
    "nine nine nine, call them",
    "call 159",
    "ring us on 1-800-BAD-BANK",
    "0800 HARBOUR",
    "dial *100#",
    "12-34-56",
    "12 34 56 12345678",
    "sort code 123456",
    "account number 1234 5678",
    "account no. 12345678",
    "GB29NWBK60161331926819",
    "GB29 NWBK 6016 1331 9268 19",
    "gb29-nwbk-6016-1331-9268-19",
    "DE89 3704 0044 0532 0130 00",
    "bc1qxy2kgdygjrsqtzq2n0yrf2493p83kkfjhx0wlh",
    "0x52908400098527886E0F7030069857D2E4169EE7",
    "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa",
    "$harbourcash",
    "<b>now</b>",
    "<script>",
    "< script >",
    "<!-- x -->",
    "&#60;b&#62;",
    "&lt;b",
    "**bold**",
    "`code`",
    "~~~x",
    "[x](y)",
    "[x][1]",
    "![a](b)",
    "> quote",
    "## Heading",
    "a | b | c",
    "---",
    "[b]x[/b]",
    "{{x}}",
    "%3Cscript%3E",
    "\\u003cscript",
    "__bold__",
    "<https://a>",
    "\uff1cb\uff1ehi\uff1c/b\uff1e",
    "$(whoami)",
    "<svg/onload=x>",
)
HARMLESS = (
    "This costs GBP 1,000.00 (from 2026-01-15, or 15/01/2026) between 08:00 and 20:00.",
    "It is open from 08.00 to 20.00, e.g. on Mondays, i.e. not at weekends.",
    "Between GBP 100.00 and GBP 5,000.00, or 100-250 in cash.",
    "The card ending 1234, with 5, 10, 15 or 20 per cent.",
    "The fee is 1.5 % of \xa310,000 within 120 days.",
    "The PDF is called statement.pdf.",
    "Go to the app.Then choose Card.",
    "Payments in 2024, 2025 and 2026 count.",
    "Payments in 2024/2025.",
    "Call us within 120 days.",
    "Your card will arrive in 3-5 working days.",
    "We answer 24/7, 365 days.",
    "Payment T10234 on 12 May 2026 of 25.00 GBP.",
    "It takes 1 to 3 working days; a transfer of 1,234,567.89 is too much.",
    "One, two or three working days.",
    "Choose Card > Limits in the app.",
    "It's free - really.",
    "* one",
    "* two",
    "Q&A: fees and more",
    "If it is < 5 pounds.",
    "First line (see below): 10 %.",
    "The PIN has 4 digits.",
    "Your account A030 holds GBP 0.00.",
    "From 1 June 2026 the fee is GBP 4.00, after 16:00 it is GBP 4.50.",
    "At 9 a.m. or 5 p.m. it is quiet.",
    "Card, payment and/or cash; yes/no.",
    "Payments of 12.50, 13.75 and 20.00 are on 1 May, 2 May and 3 May.",
    "That is 250.00. 100.00 of it is free.",
    "Two payments: 96.30 on 12 November 2026 and 96.30 on 13 November 2026.",
    "We look at 1. the date, 2. the amount, 3. the place.",
    "The limits are 200, 500, 1000 and 5000.",
)


def held(text: str) -> dict[str, set[str]]:
    """Return what a text holds, by kind."""
    items = {kind: items_in(text) for kind, items_in in KINDS.items()}
    return {kind: each for kind, each in items.items() if each}


@pytest.mark.parametrize("text", HELD)
def test_what_a_customer_could_follow_call_or_pay_to_is_found(text: str) -> None:
    assert held(text) or hidden_in(text)
    assert held(f"Thank you.\n{text}\nThe fee is GBP 4.00.") or hidden_in(text)


@pytest.mark.parametrize("text", HARMLESS)
def test_sums_days_times_lists_and_abbreviations_are_none_of_it(text: str) -> None:
    assert not held(text)
    assert hidden_in(text) is None


@given(st.text(alphabet=" .-/()\u2013\u00a0,", min_size=1, max_size=3), st.integers(2, 4))
def test_a_telephone_number_is_the_same_with_any_separators(separator: str, size: int) -> None:
    digits = "07700900123"
    parts = [digits[start : start + size] for start in range(0, len(digits), size)]
    assert any(digits.startswith(each) or each == digits for each in numbers_in(f"at {separator.join(parts)} now"))


@pytest.mark.parametrize(
    "text, code",
    [
        ("a\x1b[2J", "U+001B"),
        ("a\0", "U+0000"),
        ("a\u202eb", "U+202E"),
        ("Har\u200bbour", "U+200B"),
        ("Har\u00adbour", "U+00AD"),
        ("a\u2028b", "U+2028"),
        ("H\u0430rbour", "H\u0430rbour"),
    ],
)
def test_what_is_not_seen_or_looks_like_another_letter_is_told(text: str, code: str) -> None:
    assert hidden_in(text) == code


@pytest.mark.parametrize(
    "text",
    ["caf\u00e9", "\u0645\u06cc\u200c\u0631\u0648\u0645", "\U0001f468\u200d\U0001f469\u200d\U0001f467", "a\tb\n"],
)
def test_letters_joined_as_their_script_needs_are_seen(text: str) -> None:
    assert hidden_in(text) is None


def test_an_item_is_compared_without_its_separators() -> None:
    assert compact("12-34 56") == compact("123456")
    assert KINDS["a link"]("https://www.Harbour.example/help.") == KINDS["a link"]("harbour.example/help")


def test_words_on_approvals_have_one_form_for_all_their_endings() -> None:
    assert inner_words_in("No approval is needed.") == inner_words_in("A person approves it.") == {"approv"}
    assert inner_words_in("A supervisor decides; it is above my own limit.") == {"supervis", "my own limit"}
    assert not inner_words_in("The daily limit of a card is set in the app.")


def test_a_name_is_a_title_with_a_name_or_names_in_a_row() -> None:
    assert people_in("Mrs Jane Okafor asked. Your neighbour Peter Lindqvist too.") == [
        "Mrs Jane Okafor",
        "Peter Lindqvist",
    ]
    assert people_in("The card is frozen. Your Harbour card, Thank you.") == []


@pytest.mark.parametrize(
    "part", ["a.", "1 ", "1", "@", "<a ", "[", "*", "one ", "|", "ab12", "-", "&a", "call ", "%", "\n", "# ", "("]
)
@pytest.mark.parametrize("kind", sorted(KINDS))
def test_the_time_is_in_proportion_to_the_length(part: str, kind: str) -> None:
    def seconds(size: int) -> float:
        started = time.process_time()
        KINDS[kind]((part * size)[:size])
        return time.process_time() - started

    assert seconds(64_000) < 12 * seconds(16_000) + 0.2
