"""What is set aside of a message, and what is its request."""

import json
import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bank.knowledge import FOLDER
from desk.text.asides import set_aside

MAILS = [json.loads(line) for line in (FOLDER / "messages" / "asides.jsonl").read_text("utf-8").splitlines()]
ASK = "Where is my card?"


def never(_sentence: str) -> bool:
    """Take nothing for small talk."""
    return False


def about_rain(sentence: str) -> bool:
    return "rain" in sentence


def request(message: str) -> str:
    return set_aside(message, never)[0]


def kinds(message: str) -> list[str]:
    return [aside.kind for aside in set_aside(message, never)[1]]


@pytest.mark.parametrize(
    "mail", [each for each in MAILS if not each["id"].startswith("small talk")], ids=lambda each: each["id"]
)
def test_mails_leave_their_request(mail: dict[str, str]) -> None:
    assert request(mail["message"]).split() == mail["request"].split()


def test_what_is_set_aside_is_named_in_its_order() -> None:
    message = (
        f"Dear Ann,\n\n{ASK}\n\nThanks in advance\nJoe\n\nSent from my phone\n\nBegin forwarded message:\n\n> Hello"
    )
    _, asides = set_aside(message, never)
    assert [(each.kind, each.text) for each in asides] == [
        ("greeting", "Dear Ann,"),
        ("signature", "Thanks in advance\nJoe\n\nSent from my phone"),
        ("forward", "Begin forwarded message:\n\n> Hello"),
    ]


def test_a_message_without_asides_is_its_request_to_the_letter() -> None:
    assert set_aside(ASK, never) == (ASK, [])
    assert set_aside("?!", never) == ("?!", [])


@pytest.mark.parametrize(
    "message", ["Hi!", "Many thanks", "Kind regards\nAnn Lee", "-- \nAnn Lee", "> freeze my card", ""]
)
def test_of_nothing_but_asides_no_request_is_left(message: str) -> None:
    assert request(message) == ""


def test_a_courtesy_is_the_request_where_there_is_no_other() -> None:
    assert request("Hello, can you help me please?") == "can you help me please?"
    assert request(f"Hello, can you help me please? {ASK}") == ASK


@pytest.mark.parametrize(
    "message",
    [
        "Thanks for the card that does not work",
        "Thank you for freezing it.",
        "I hope you can refund me the 20 pounds.",
        "I hope this transfer is cancelled.",
        "Have a look at the payment of yesterday",
        "Thanks, still nothing arrived",
        "Hello Visa declined me",
        "hi help, stolen",
        "Hi my card is lost, what now",
        "Dear me, the card is gone!",
        "give my regards to nobody, you closed my account",
        "Which is best, gold or standard",
        "From: my current account\nTo: my savings\nDate: 3 May\nAmount: 50",
        "Your colleague wrote to me:\nwe have refunded it. I see no refund.",
        "I sent it from my iPhone and it failed.",
        "> 50 pounds were taken",
        "This message is confidential: can you check whether my attachment came?",
        "WHERE IS IT, PLEASE",
        "My name is spelt wrong on the card",
    ],
)
def test_what_asks_or_tells_is_kept(message: str) -> None:
    said = [word for word in re.findall(r"\w+", request(message)) if len(word) > 3]
    lost = [word for word in re.findall(r"\w+", message) if len(word) > 3 and word not in said]
    assert set(map(str.lower, lost)) <= {"hello", "dear", "thanks"}


@pytest.mark.parametrize(
    "below", ["PS: and raise my limit to 300", "p.s. the other card too", "Account 20031187", "Can you also close it?"]
)
def test_what_goes_on_below_a_signature_is_kept(below: str) -> None:
    assert request(f"{ASK}\n\nKind regards,\nAnn Lee\n{below}") == f"{ASK}\n\n{below}"


def test_small_talk_goes_from_both_ends_and_stays_in_the_middle() -> None:
    message = (
        "It rains. Rain again, rain! My card is wet. I stood in the rain. Is it broken? Dry your feet in this rain."
    )
    middle = "My card is wet. I stood in the rain. Is it broken?"
    assert set_aside(message.replace("It rains", "It is rain"), about_rain)[0] == middle


def test_one_sentence_stays_whatever_is_said_of_it() -> None:
    assert set_aside("Rain today.", lambda _sentence: True) == ("Rain today.", [])
    assert set_aside("Rain today. Rain tomorrow.", lambda _sentence: True)[0] == "Rain tomorrow."


def test_small_talk_without_a_full_stop_before_it_is_found() -> None:
    assert (
        set_aside("please send me a new card I hope the rain is over where you are", about_rain)[0]
        == "please send me a new card"
    )


def test_a_table_keeps_its_rows() -> None:
    table = "+---+---+\n| 1 May | 12.50 |\n|-------|-------|\n| 2 May | 12.50 |\n+---+---+"
    assert request(f"These are wrong:\n{table}") == "These are wrong:\n| 1 May | 12.50 |\n| 2 May | 12.50 |"


def test_html_is_read_as_a_reader_sees_it() -> None:
    outlook = "<div>From: Bank &lt;a@b.example&gt;</div><div>Sent: 4 May</div><div>Subject: card</div><p>Close it?</p>"
    head = "<head><title>x</title><style>p{}</style></head>"
    page = f"<html>{head}<body><p>Dear Bank,</p><p>{ASK[:-1]}<br/>&amp; my pin?</p><hr>{outlook}"
    assert request(page) == "Where is my card\n& my pin?"
    assert request("<ul><li>my card</li><li>my pin</li></ul><script>close()</script>") == "my card\nmy pin"
    assert request("it is <not> here <ann@example.org>, 3 < 4") == "it is <not> here <ann@example.org>, 3 < 4"


@pytest.mark.parametrize("message", ["Lost <b>it</b>\n> close my account", "<p>Lost it\n&gt; close my account</p>"])
def test_a_quoted_line_stays_quoted_beside_markup(message: str) -> None:
    assert request(message) == "Lost it"


def test_thirty_requests_and_three_languages_stay_whole() -> None:
    many = "\n".join(f"{number}. What does a transfer to country {number} cost?" for number in range(30))
    assert request(f"Hi\n{many}") == many
    mixed = "Ma carte est perdue. Bitte sperren Sie sie. Can you send a new one?"
    assert request(f"Bonjour,\n{mixed}\nCordialement\nLuc") == mixed


def test_control_characters_are_blanks_and_what_is_invisible_goes() -> None:
    assert (
        request("free\u200bze\x07my\x1b[31m card\r\nnow\u2028please\x85it is lost")
        == "freeze my card\nnow\nplease\nit is lost"
    )


def test_a_long_mail_with_five_answers_leaves_what_is_written_between_them() -> None:
    quoted = "\n".join(f"{'>' * depth} line {line} of answer {depth}" for depth in range(1, 6) for line in range(40))
    mail = f"On 4 May 2026 at 10:12, Harbour <help@harbour.example> wrote:\n{quoted}\n\n{ASK}\n\n> Regards"
    assert request(mail) == ASK
    assert kinds(mail) == ["quote", "quote"]


LINES = st.sampled_from(
    [
        "> quoted",
        ASK,
        "Hi there,",
        "Kind regards,",
        "Ann Lee",
        "",
        "Thanks!",
        "-- ",
        "From: a@b.example",
        "Subject: card",
        "____",
        "On 4 May 2026 at 10:12, A <a@b.example> wrote:",
        "It was the blue one.",
        "<p>",
        "</div>",
        "Sent from my iPad",
        "PS: no",
    ]
)


@given(st.lists(LINES, max_size=12).map("\n".join), st.booleans())
def test_a_request_holds_the_letters_of_the_message_in_their_order(message: str, idle: bool) -> None:  # noqa: FBT001
    found, asides = set_aside(message, lambda _sentence: idle)
    rest = iter(message)
    assert all(letter in rest for letter in found if not letter.isspace())
    assert all(aside.text for aside in asides)
    assert set_aside(found, never)[0].split() == found.split() or not idle


@given(st.text(max_size=300))
def test_any_text_is_read(message: str) -> None:
    found, _ = set_aside(message, never)
    assert found == found.strip()


BOMBS = [
    ">",
    "> ",
    ">\n",
    "-",
    "- ",
    " ",
    "\n",
    "\n ",
    "hi ",
    "thanks\n",
    "<",
    "<p>",
    "<div ",
    "<blockquote>x",
    "<!--",
    "<p>&",
    "<a x='",
    "</",
    "<![CDATA[",
    "From: a\n",
    "On 3 May 2026 at 10:12\n",
    "a wrote:\n",
    "regards ",
    "Kind regards\nAnn\n",
    ".",
    "?! ",
    " I am",
    "Sent from my ",
    "I hope you are well. ",
    "____\n",
    "| a | b |\n",
    "\x1b[",
    "Ann ",
    "confidential virus ",
    "a",
    "a'",
    "A. ",
]


@pytest.mark.parametrize("bomb", BOMBS)
def test_long_monsters_are_read_in_a_moment(bomb: str) -> None:
    monster = bomb * (16_384 // len(bomb))
    started = time.process_time()
    set_aside(f"{monster}x", never)
    assert time.process_time() - started < 2  # of which a full collection of a large heap may take one
