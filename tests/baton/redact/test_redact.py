"""Redaction: card numbers and keys go, everything else stays, and JSON stays JSON."""

import hashlib
import json
import sys
import time
from collections.abc import Iterator
from uuid import UUID

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from baton.redact import (
    hide,
    holds_card_number,
    mask_also,
    redact,
    redact_answer,
    redact_error,
    redact_json,
    redact_texts,
)
from baton.redact.cards import FRACTION, is_iban
from tests.canaries import CARDS, SECRETS, card_of

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


@pytest.mark.parametrize("card", CARDS)
def test_a_card_number_is_masked_whatever_stands_between_its_digits(card: str) -> None:
    last = "".join(str(int(each)) for each in card if each.isdecimal())[-4:]
    assert redact(f"I paid with {card}, and now?") == f"I paid with [card ending {last}], and now?"
    assert json.loads(redact_json(json.dumps({"x": card}))) == {"x": f"[card ending {last}]"}
    assert json.loads(redact_texts(json.dumps({"x": card}, ensure_ascii=False).encode())) == {
        "x": f"[card ending {last}]"
    }
    assert last in redact_error(repr(ValueError(card))), "as an error quotes it"
    assert not holds_card_number(redact_error(repr(ValueError(card))))


PREFIXES = [
    "4",
    "51",
    "55",
    "2221",
    "2720",
    "34",
    "37",
    "6011",
    "65",
    "62",
    "3528",
    "36",
    "300",
    "5018",
    "6759",
    "2200",
]
LENGTHS = {"34": 15, "37": 15, "36": 14, "300": 14}
GAPS = ["", " ", "  ", "-", " - ", ".", "/", "\t", "\n", "\r\n", "\u00a0", "\u202f", "_", "\u2013", ", ", "|"]


@given(
    st.sampled_from(PREFIXES),
    st.text("0123456789", min_size=16, max_size=16),
    st.lists(st.sampled_from(GAPS), min_size=4),
)
def test_every_issuers_numbers_are_masked_in_groups_of_four(prefix: str, digits: str, gaps: list[str]) -> None:
    number = card_of((prefix + digits)[: LENGTHS.get(prefix, 16) - 1])
    spoken = "".join(
        each + gap for each, gap in zip([number[at : at + 4] for at in range(0, 16, 4)], [*gaps[:3], ""], strict=True)
    )
    assume(not FRACTION.search(spoken))  # 4000.00000000 is none
    assert redact(f"my card: {spoken}!") == f"my card: [card ending {number[-4:]}]!"


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
    [
        "4111 1111 1111 1112",
        "0.9234567890123456",
        "confidence 0.4111111111111111",
        "0.8628556321824502 5629.778569240257 5961.309444651787 73.97045011819967",
        "2026-11-22 20:31:07",
        "1764380000000 1764380000123456",
        "07700 900123",
        "+49 1522 8817386\n+49 1522 8817394",
        "call 020 4123 4567\n020 4123 4567 or 415 555 2671 415 555 2672",
        "GBP 25.00",
        "41.11 11.11 11.11 11.11 paid on 2026-11-22, 4150.00, 12.00",
        "T00012345678, ORD-2026-000123, #4111111111",
        "DE89 3704 0044 0532 0130 00 and GB29NWBK60161331926819",
        "sha1 da39a3ee5e6b4b0d3255bfef95601890afd80709",
        "0000000000000000",
        "1234567812345670",  # its check sum is right; no issuer begins so
    ],
)
def test_other_numbers_stay(text: str) -> None:
    assert not holds_card_number(text)
    assert redact(text) == text
    assert redact_json(json.dumps(text)) == json.dumps(text)


@given(
    st.from_regex(r"[A-Z]{2}", fullmatch=True), st.from_regex(r"[A-Z]{0,4}[0-9]{12,22}", fullmatch=True), st.booleans()
)
def test_an_account_is_no_card_number_whatever_its_digits(country: str, account: str, spaced: bool) -> None:  # noqa: FBT001
    remainder = int("".join(str(int(each, 36)) for each in f"{account}{country}00")) % 97
    iban = f"{country}{98 - remainder:02}{account}"
    text = " ".join(iban[at : at + 4] for at in range(0, len(iban), 4)) if spaced else iban
    assert is_iban(text)
    assert redact(f"Pay to {text}.") == f"Pay to {text}."


@given(st.binary(), st.sampled_from(["md5", "sha1", "sha224", "sha256", "sha384", "sha512"]))
def test_a_digest_is_neither_a_card_number_nor_a_key(data: bytes, name: str) -> None:
    digest = hashlib.new(name, data).hexdigest()
    for text in (digest, digest.upper(), f"{name}:{digest}", json.dumps({"digest": digest})):
        assert redact(text) == text


@given(
    st.one_of(
        st.from_regex(r"\+[1-9][0-9]{0,2} [0-9]{2,4} [0-9]{6}", fullmatch=True),
        st.from_regex(r"0[0-9]{4} [0-9]{6}(\n0[0-9]{4} [0-9]{6}){0,2}", fullmatch=True),
        st.from_regex(r"(GBP |£)[0-9]{1,6}\.[0-9]{2}(, £[0-9]{1,6}\.[0-9]{2}){0,4}", fullmatch=True),
        st.from_regex(r"(ORD|T|A|K|INV)-?[0-9]{4,12}", fullmatch=True),
        st.from_regex(r"(lib|dl)-[0-9a-f]{12}", fullmatch=True),
        st.datetimes().map(str),
        st.datetimes().map(lambda at: at.isoformat()),
        st.uuids().map(lambda drawn: f"{drawn.hex[:12]}:1:{drawn}:pay@2/send:0"),
    )
)
def test_telephones_amounts_times_and_names_of_things_stay(text: str) -> None:
    assert redact(f"It was {text}.") == f"It was {text}."


@pytest.mark.parametrize("secret", SECRETS)
def test_keys_are_taken_out(secret: str) -> None:
    assert secret not in redact(f"({secret})")
    assert "[secret]" in redact(f"({secret})")
    told = redact_json(json.dumps({"told": f"so:\n{secret}"}))
    assert secret not in json.loads(told)["told"]
    assert json.loads(redact_texts(json.dumps({"told": f"so:\n{secret}"}).encode())) == json.loads(told)
    assert secret not in redact_error(f"ValueError({secret!r})")


@pytest.mark.parametrize(
    "text,clean",
    [
        ("sk-abcdef123456", "[secret]"),
        ("(Bearer eyJhbGciOi.J9.x-y_z)", "([secret])"),
        ("authorization: bearer x", "authorization: [secret]"),
        ("AUTHORIZATION: Basic dXNlcjpwYXNz, so", "AUTHORIZATION: [secret], so"),
        ("basic dXNlcjpwYXNz", "[secret]"),
        ("postgres://ann:hunter2@db/desk", "postgres://ann:[secret]@db/desk"),
        ("redis://:p@ss@host", "redis://:[secret]@host"),
        ("password=hunter2&next=1", "password=[secret]&next=1"),
        ('{"api_key": "0a1b2c3d4e5f"}', '{"api_key": "[secret]"}'),
        ("my password: hunter2!", "my password: [secret]"),
        ("AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG", "AWS_SECRET_ACCESS_KEY=[secret]"),
    ],
)
def test_what_stands_around_a_secret_stays(text: str, clean: str) -> None:
    assert redact(text) == clean


@pytest.mark.parametrize(
    "text",
    [
        "a risk-based, ask-anything desk for task_management and disk-encryption",
        "basic information on bearer certificates, Basic JavaScript",
        "My password: please reset it. Password: forgotten",
        "the token: it is a secret = no",
        "input_tokens=1200 max_token=4096 token=None",
        "npm_lifecycle_event hf_transfer pk_transactions ls-remote xai-grok",
        "http://host:8080/path?mail=ann@example.org and mailto:ann@example.org",
        "https://example.org/a:b@c",
        "eyJ is how a token begins; SG. is Singapore; AI, AKIA and ASIA",
        "-----BEGIN CERTIFICATE-----",
        "authorization: pending; key: value; sort key=amount",
    ],
)
def test_words_stay(text: str) -> None:
    assert redact(text) == text
    assert redact_json(json.dumps(text)) == json.dumps(text)


@given(
    st.lists(
        st.one_of(st.sampled_from([*CARDS, *SECRETS, "token=", "password: ", "://a:b", "@"]), st.text()), max_size=5
    )
)
def test_what_is_masked_stays_as_it_is(parts: list[str]) -> None:
    once = redact(" ".join(parts))
    assert redact(once) == once


def test_a_key_that_was_hidden_is_taken_out_everywhere() -> None:
    hide("of/no.known+form")
    text = json.dumps({"x": "it is of/no.known+form"})
    assert "known" not in redact_json(text) + redact_texts(text.encode()).decode() + redact_answer(text)


def test_what_a_program_goes_on_with_keeps_its_numbers() -> None:
    text = b'{"id":4111111111111111,"text":"4111111111111111"}'
    assert redact_texts(text) == b'{"id":4111111111111111,"text":"[card ending 1111]"}'
    assert redact_texts(b'{"id":1}') == b'{"id":1}'


def test_an_answer_is_masked_whether_it_is_json_or_not() -> None:
    assert redact_answer('{"reply": "4111\\n1111 1111\\u00201111"}') == '{"reply": "[card ending 1111]"}'
    assert redact_answer('Sure: {"reply": "4111 1111 1111 1111') == 'Sure: {"reply": "[card ending 1111]'


@pytest.fixture
def _more_is_undone() -> Iterator[None]:
    yield
    mask_also(())


@pytest.mark.usefixtures("_more_is_undone")
@pytest.mark.parametrize(
    "name,text,clean",
    [
        ("iban", "to GB29 NWBK 6016 1331 9268 19.", "to [iban ending 8 19]."),
        ("iban", "to DE89370400440532013000.", "to [iban ending 3000]."),
        ("iban", "to GB30 NWBK 6016 1331 9268 19.", "to GB30 NWBK 6016 1331 9268 19."),
        ("email", "write to ann.b+c@mail.example.org!", "write to [email]!"),
        ("phone", "call +44 7700 900123 or (07700) 900-123.", "call [phone] or ([phone]."),
        ("phone", "paid 120.00 on 2026-11-22, T00012345678", "paid 120.00 on 2026-11-22, T00012345678"),
        (
            "pin",
            "My PIN is 4821, pin: 0000, CVV 123; a pin of 2 cm",
            "My PIN is [pin], pin: [pin], CVV [pin]; a pin of 2 cm",
        ),
    ],
)
def test_a_setting_masks_more(name: str, text: str, clean: str) -> None:
    assert redact(text) == text
    mask_also([name])
    assert redact(text) == clean
    assert json.loads(redact_json(json.dumps({"x": text}))) == {"x": clean}


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


@given(st.text(max_size=40), st.sampled_from([*CARDS, *SECRETS]), st.booleans())
def test_the_quick_look_misses_nothing_that_redacting_would_change(before: str, secret: str, ascii_only: bool) -> None:  # noqa: FBT001
    text = json.dumps(f"{before} {secret}", ensure_ascii=ascii_only)
    assert json.loads(redact_json(text)) == redact(json.loads(text))


@pytest.mark.parametrize(
    "text",
    [
        "sk_",
        "eyJ-",
        "SG.a",
        "-----BEGIN PRIVATE KEY ",
        "authorization",
        "token ",
        "://a:",
        "1 ",
        "4" + chr(92),
        f"{CARD}x{chr(92) * 16_000}",
        ("1" + r"\\\t\\\t") * 11 + "1 or ",
        "a.b",
        "AB12",
    ],
)
def test_a_long_text_that_leads_on_is_read_in_no_time(text: str) -> None:
    long = text * (16_384 // len(text))
    started = time.process_time()
    mask_also(["email", "iban", "phone", "pin"])
    try:
        redact(long)
    finally:
        mask_also(())
    assert time.process_time() - started < 1
