"""Small talk, by the knowledge of the sample bank's desk."""

import json

import pytest

from bank.knowledge import FOLDER, knowledge
from desk.knowledge.small_talk import small_talk
from desk.text.asides import set_aside

pytestmark = pytest.mark.usefixtures("furnished")

CASE = "My card was declined at the petrol station."
MAILS = [json.loads(line) for line in (FOLDER / "messages" / "asides.jsonl").read_text("utf-8").splitlines()]


def request(message: str) -> str:
    return set_aside(message, small_talk(knowledge(), message))[0]


@pytest.mark.parametrize(
    "mail", [each for each in MAILS if each["id"].startswith("small talk")], ids=lambda each: each["id"]
)
def test_mails_leave_their_request(mail: dict[str, str]) -> None:
    assert request(mail["message"]) == mail["request"]


@pytest.mark.parametrize(
    "idle",
    [
        "What lovely weather we are having!",
        "My daughter got married last week.",
        "We watched the football.",
        "My nephew plays the trumpet and nobody in the street thanks him.",
        "The kettle is on and they promise us sunshine.",
        "I love the music that you play while people wait.",
    ],
)
def test_an_unrelated_sentence_goes_where_another_is_for_the_desk(idle: str) -> None:
    assert request(f"{idle} {CASE}") == request(f"{CASE} {idle}") == CASE
    assert request(idle) == idle
    assert request(f"{idle} {idle}") != ""


@pytest.mark.parametrize(
    "told",
    [
        "I was in a taxi in Leeds.",
        "A man rang me up.",
        "Please be quick.",
        "Can you do that before Friday?",
        "I am not happy with you.",
        "It was 23.15.",
        "She took it from my bag.",
        "I'm abroad.",
        "What should I do?",
        "whats the apr im on",
        "hows the interest worked out",
        "What now?",
        "True?",
        "Where have my forty pence gone?",
        "Is Dorian one of yours?",
        "And if not, do my standing orders follow along by themselves?",
        "So I can't get in at all.",
        "The bakery shows a fee that was never mentioned.",
        "The lamp came with a broken foot.",
        "The membership of the choir needs stopping.",
        "wheres my wages",
        "My neighbour wrote me this.",
        "The cat walked over the keyboard and typed as follows:",
    ],
)
def test_what_tells_the_case_or_asks_stays(told: str) -> None:
    assert told in request(f"{told} {CASE}")
    assert told in request(f"{CASE} {told}")
