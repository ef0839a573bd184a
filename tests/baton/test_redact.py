"""Redaction: card numbers and keys go, everything else stays, and JSON stays JSON."""

import json
import sys
from uuid import UUID

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from baton.redact import holds_card_number, redact, redact_json

CARD = "4111 1111 1111 1111"
MASKED = "[card ending 1111]"


@pytest.mark.parametrize(
    "text,clean",
    [
        (f"my card {CARD} is lost", f"my card {MASKED} is lost"),
        ("4111111111111111", MASKED),
        ("4111-1111-1111-1111", MASKED),
        ("4111\u00a01111\u00a01111\u00a01111", MASKED),
        ("No.4111111111111111.", f"No.{MASKED}."),
        (f"{CARD} 12/27 123", f"{MASKED} 12/27 123"),
        (f"2 {CARD}", f"2 {MASKED}"),
        (f"on 12 {CARD} and 5500 0055 5555 5559", f"on 12 {MASKED} and [card ending 5559]"),
        (f"{CARD} 5500 0055 5555 5559", f"{MASKED} [card ending 5559]"),
        ("3782 822463 10005", "[card ending 0005]"),
    ],
)
def test_a_card_number_keeps_its_last_four_digits(text: str, clean: str) -> None:
    assert holds_card_number(text)
    assert redact(text) == clean
    assert not holds_card_number(clean)


@given(drawn=st.one_of(st.uuids(version=4), st.uuids(version=5)))
@example(drawn=UUID("41110000-1111-4111-9abc-0123456789ab"))
def test_an_id_is_no_card_number_whatever_its_digits(drawn: UUID) -> None:
    for text in (str(drawn), f'{{"run_id":"{drawn}"}}', f"thread {drawn.hex}."):
        assert not holds_card_number(text)
        assert redact(text) == text


@pytest.mark.parametrize(
    "text", ["41110000-1111-4111", "41110000-1111-4111-0-0", "ref 41110000-1111-4111-9128-0123456789abc"]
)
def test_digits_that_are_no_id_are_looked_at(text: str) -> None:
    assert holds_card_number(text)


@pytest.mark.parametrize(
    "text",
    ["4111 1111 1111 1112", "0.9234567890123456", "2026-11-22 20:31:07", "07700 900123", "GBP 25.00", "T00012345678"],
)
def test_other_numbers_stay(text: str) -> None:
    assert not holds_card_number(text)
    assert redact(text) == text


@pytest.mark.parametrize(
    "secret",
    ["sk-abcdef123456", "lsv2_pt_abcdef123456", "ghp_abcdef123456", "xoxb-1234567890", "Bearer eyJhbGciOi.J9.x-y_z"],
)
def test_keys_are_taken_out(secret: str) -> None:
    assert redact(f"({secret})") == "([secret])"
    assert redact_json(json.dumps({"told": f"so:\n{secret}"})) == json.dumps({"told": "so:\n[secret]"})


def test_a_masked_number_becomes_a_string_in_json() -> None:
    assert json.loads(redact_json('{"pan":4111111111111111,"at":[1,2]}')) == {"pan": MASKED, "at": [1, 2]}
    assert json.loads(redact_json(json.dumps({"text": f'\n{CARD}\t"quoted"'}))) == {"text": f'\n{MASKED}\t"quoted"'}


@pytest.mark.parametrize("tail", range(10))
def test_a_fraction_is_no_card_number(tail: int) -> None:
    text = json.dumps({"confidence": float(f"0.411111111111111{tail}"), "tiny": 4.11111111111111e-05})
    assert redact_json(text) == text


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)


@given(anything)
def test_redacted_json_is_json_of_the_same_shape(value: object) -> None:
    redacted = json.loads(redact_json(json.dumps(value)))
    assert isinstance(redacted, str) or type(redacted) is type(value)


@given(st.text(alphabet="0123456789 -abc\n"), st.text(alphabet=" abc\n."))
def test_no_card_number_is_left_wherever_it_stands(before: str, after: str) -> None:
    assert "4111111111111111" not in redact(f"{before} 4111111111111111{after}")


def test_a_card_number_is_found_in_the_digits_of_every_script() -> None:
    zeros = [code for code in range(sys.maxunicode) if chr(code).isdecimal() and int(chr(code)) == 0]
    for zero in zeros:
        number = "".join(chr(zero + int(digit)) for digit in "4111111111111111")
        assert number not in redact_json(json.dumps({"x": number}, ensure_ascii=False)), hex(zero)


@given(
    st.text(max_size=40), st.sampled_from(["sk-abcdefgh1", "xoxb_abcdefgh1", "Bearer abcdefgh1", "4111-1111-1111-1111"])
)
def test_the_quick_look_misses_nothing_that_redacting_would_change(before: str, secret: str) -> None:
    text = json.dumps(f"{before} {secret}", ensure_ascii=False)
    assert redact_json(text) == json.dumps(redact(json.loads(text)), ensure_ascii=False)
