"""Asking, in English: only who asks for an act, now, whole and for themselves, has asked for it."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.text import orders
from desk.text.orders import TOO_OFTEN, Act, askings, doubt_of, tells

GATE = r"(?:(?:my|the|this|that)\s+)?(?:garden\s+)?gate\b"
LOCK = Act(
    do=rf"lock\s+(?:{GATE}|it\b)",
    done=rf"(?:{GATE}|it)\s+(?:[\w']+\s+){{0,3}}?locked\b",
    wanted=r"a new lock\b",
    about=r"\bgate",
    things="gates?",
    partial=r"\bfrom outside\b",
)


@pytest.mark.parametrize(
    "text",
    [
        "Lock my gate.",
        "please lock the gate",
        "Hello, would you please lock my gate? It squeaks.",
        "My gate is broken, so please lock it right away",
        "I want my gate locked.",
        "I'd like you to lock the garden gate today",
        "Please have the gate locked",
        "gate squeaks. lock it pls",
        "Can you lock my gate, I have lost the key",
        "I need a new lock for the gate",
        "I can't find the key, please lock the gate.",
        "How much is a key? And please lock the gate.",
        "Would you lock the gate, and how many keys do I get?",
        "FOXES IN THE YARD!!! lock my gate NOW before they eat the hens",
        "Please lock my gate at once, before it gets dark",
        "Please lock my gate. If you can.",
        "It was a long line at the shop. Please lock my gate.",
        "When I opened the door it stuck and then it fell out. Please lock my gate.",
        "Lock my gate immediately please, before the hens are gone",
    ],
)
def test_an_order_is_one(text: str) -> None:
    assert doubt_of(text, LOCK) is None


@pytest.mark.parametrize(
    "text, doubt",
    [
        ("Should I lock my gate?", orders.NOT_ASKED),
        ("How do I, being short, lock my gate?", orders.QUESTION),
        ("Can you lock my gate or do I have to?", orders.QUESTION),
        ("I would like to know whether you lock the gate", orders.NOT_ASKED),
        ("If it rains please lock my gate", orders.SUPPOSED),
        ("Hypothetically. Please lock my gate.", orders.SUPPOSED),
        ("Say it rains, then I want you to lock my gate", orders.SUPPOSED),
        ("In case it rains I want you to lock my gate", orders.SUPPOSED),
        ("I might want my gate locked", orders.NOT_ASKED),
        ("Please lock my gate. Only after Friday.", orders.SUPPOSED),
        ("Please lock my gate. When the hens are in.", orders.SUPPOSED),
        ("Please lock my gate. It's only a joke.", orders.NOT_MEANT),
        ("Please lock my gate! Said nobody ever.", orders.NOT_MEANT),
        ("Lock my gate. That is a line from a film.", orders.NOT_MEANT),
        ("My sister told me to write this. Please lock my gate.", orders.NOT_MEANT),
        ("Please lock my gate. I am only practising my English.", orders.NOT_MEANT),
        ("Please don't, under any circumstances, lock my gate", orders.DENIED),
        ("do not lock my gate", orders.NOT_ASKED),
        ("I don't want you to lock my gate", orders.NOT_ASKED),
        ("I need not a new lock for my gate", orders.DENIED),
        ("Lock my gate! Never mind, I did it.", orders.TAKEN_BACK),
        ("please lock my gate... oh wait, no", orders.TAKEN_BACK),
        ("lock my gate please. P.S. forget the above", orders.TAKEN_BACK),
        ("My sister needs help with her house: lock the gate", orders.NOT_OWN),
        ("My neighbour's gate is open, please lock it", orders.NOT_OWN),
        ("My boss says: please lock the gate", orders.NOT_ASKED),
        ("Please lock my gate tomorrow at 5pm", orders.PUT_OFF),
        ("Please lock my gate, but not before Monday", orders.PUT_OFF),
        ("Once I have left, please lock my gate", orders.PUT_OFF),
        ("As soon as the vet comes please lock my gate", orders.PUT_OFF),
        ("Lock my gate when you see a fox", orders.PUT_OFF),
        ("Lock my gate before I leave", orders.PUT_OFF),
        ("Lock my gate immediately before I leave", orders.PUT_OFF),
        ("Lock my gate now, before you close the shop", orders.PUT_OFF),
        ("Lock my gate now before the fox comes, or when you see one", orders.PUT_OFF),
        ("Lock my gate in two hours", orders.PUT_OFF),
        ("Please lock my gate from outside", orders.IN_PART),
        ("Lock half of it, the gate I mean: lock my gate only at the top", orders.IN_PART),
        ("Thank you for locking my gate", orders.NOT_ASKED),
        ("Last week I asked you to lock my gate", orders.NOT_ASKED),
        ('He said "please lock the gate".', orders.NOT_ASKED),
        ("> lock my gate", orders.NOT_ASKED),
        ("Lock it", orders.NOT_ASKED),
        ("Please lock the gate. I mean, please do not lock my gate.", orders.DENIED),
    ],
)
def test_a_doubt_is_named(text: str, doubt: str) -> None:
    assert doubt_of(text, LOCK) == doubt


def test_what_is_wished_later_or_in_part_is_still_a_wish() -> None:
    texts = (
        "Lock my gate tomorrow",
        "Please lock my gate from outside",
        "Please lock my mother's gate. Lock the gate.",
    )
    assert all(any(each.is_wish for each in askings(text, LOCK)) for text in texts)
    assert not any(each.is_wish for each in askings("If it rains lock my gate. How do I lock my gate?", LOCK))


@pytest.mark.parametrize(
    "text, told", [("The gate fell off", True), ("The gate fell off?", False), ("If the gate fell off", False)]
)
def test_a_report_is_no_question_and_no_case(text: str, told: bool) -> None:  # noqa: FBT001 - a column
    assert tells(text, re.compile("gate fell off")) is told


WORDS = ["please", "lock", "my", "gate", "it", "if", "not", "and", ",", ".", "?", '"', "when", "i", "want", "tomorrow"]


@given(st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join))
def test_a_condition_before_any_order_is_always_a_doubt(words: str) -> None:
    assert doubt_of(f"Suppose this. {words}", LOCK) is not None


@given(st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join))
def test_a_plain_order_taken_back_is_always_a_doubt(words: str) -> None:
    assert doubt_of(f"{words.replace(chr(34), '')}. Please lock my gate. Never mind.", LOCK) is not None


@pytest.mark.parametrize(
    "word", ["please ", "i want ", "lock my ", "> ", "'", '"', "my mother ", "if ", ", ", "n't ", "\n"]
)
def test_the_longest_message_is_read_in_no_time(word: str) -> None:
    started = time.monotonic()
    doubt_of((word * 16_000)[:16_000] + " gate", LOCK)
    assert time.monotonic() - started < 10


def test_many_blanks_behind_an_order_are_read_in_no_time() -> None:
    started = time.monotonic()
    doubt_of(f"please lock my gate{' ' * 16_000}now", LOCK)
    assert time.monotonic() - started < 10


def test_an_order_that_is_given_again_and_again_is_doubted_in_no_time() -> None:
    started = time.monotonic()
    assert doubt_of("please lock my gate " * 400, LOCK) == TOO_OFTEN
    assert doubt_of("please lock my gate " * 5, LOCK) is None
    assert time.monotonic() - started < 10
