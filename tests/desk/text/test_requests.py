"""The separate requests of a text: told apart whatever their routes and however they are joined; none is lost."""

import json
import re
from importlib.resources import files
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bank.knowledge import knowledge
from desk.text.clauses import clauses
from desk.text.requests import left_out, requests_in

pytestmark = pytest.mark.usefixtures("furnished")
INBOX = [json.loads(line)["message"] for line in (files("bank") / "inbox.jsonl").read_text("utf-8").splitlines()]
TWO = "Please close my account A006. And what does a transfer abroad cost?"
PIN, CHEQUE, IBAN = "How do I change my PIN?", "Can I pay a cheque in?", "Where do I find my IBAN?"


def found(text: str) -> list[str]:
    return requests_in(text, knowledge())


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def test_a_message_with_one_request_is_not_cut() -> None:
    assert [message for message in INBOX if found(message) != [message] and message != TWO] == []


@pytest.mark.parametrize(
    "joined",
    [
        "{a} {b}",
        "{a}\n{b}",
        "{a}\n\n{b}",
        "how do I change my PIN and can I pay a cheque in",
        "how do I change my PIN & can I pay a cheque in?",
        "{a} Also, can I pay a cheque in?",
        "{a} By the way: can I pay a cheque in?",
        "{a} One more thing. {b}",
        "{a} While I have you, can I pay a cheque in?",
        "1. {a}\n2. {b}",
        "- {a}\n- {b}",
        "→ {a}\n→ {b}",
        "Two things, please: (a) {a} (b) {b}",
        "i) {a}\nii) {b}",
        "one - {a} two - {b}",
        "One: {a} Two: {b}",
        "q1 how do I change my PIN q2 can I pay a cheque in",
        "Question 1. {a} Question 2. {b}",
        "#1 {a} #2 {b}",
        "no. 1 {a} no. 2 {b}",
        "1/ {a} 2/ {b}",
        "[1] {a} [2] {b}",
        "* {a} * {b}",
        "Number one, {a} Number two, {b}",
        "1 {a}\n2 {b}",
        "First question: {a} Second question: {b}",
        "Question: {a}\nQuestion: {b}",
        "{a} P.S. can I pay a cheque in?",
        "how do I change my PIN btw is it possible to pay a cheque in",
    ],
)
def test_two_requests_are_two_however_they_are_joined(joined: str) -> None:
    first, second = found(joined.format(a=PIN, b=CHEQUE))
    assert "PIN" in first
    assert "cheque" in second
    assert "cheque" not in first


@pytest.mark.parametrize(
    "message, requests",
    [
        (TWO, ["Please close my account A006.", "And what does a transfer abroad cost?"]),
        (
            "My card was stolen. Please freeze it. Also, what does a transfer to Spain cost? I need it this week.",
            ["My card was stolen. Please freeze it.", "Also, what does a transfer to Spain cost? I need it this week."],
        ),
        (
            "My top-up is still pending and how do I change my address?",
            ["My top-up is still pending", "how do I change my address?"],
        ),
        ("Raise my limit to 1500.00 and send me a new card", ["Raise my limit to 1500.00", "send me a new card"]),
        (
            "Three things: 1. How do I change my PIN? 2. Will it rain tomorrow? 3. Please close my account.",
            ["How do I change my PIN?", "Will it rain tomorrow?", "Please close my account."],
        ),
        ("My new card has not come.\nI forgot my passcode.", ["My new card has not come.", "I forgot my passcode."]),
        (
            "I was charged two times for one taxi ride. I sent the boots back and I want my refund.",
            ["I was charged two times for one taxi ride.", "I sent the boots back and I want my refund."],
        ),
        (
            "my refund from the gym never came, stop the direct debit for the lottery",
            ["my refund from the gym never came", "stop the direct debit for the lottery"],
        ),
        (
            "On 3 May, the payment was taken twice. By the way, how do I change my PIN?",
            ["On 3 May, the payment was taken twice.", "By the way, how do I change my PIN?"],
        ),
        (
            "How do I change my PIN? How do I get a refund?",
            ["How do I change my PIN?", "How do I get a refund?"],
        ),
        (
            "Please block my card, how much is it to send money to Spain?",
            ["Please block my card", "how much is it to send money to Spain?"],
        ),
        (
            "Tell me how far along my dispute with the airline is and also send me a new card.",
            ["Tell me how far along my dispute with the airline is", "also send me a new card."],
        ),
        (
            "My card keeps being declined.\n\nI topped up £20 twice by accident and want one back.",
            ["My card keeps being declined.", "I topped up £20 twice by accident and want one back."],
        ),
        (
            "Contactless doesn't work any more.\nCheque of 12 October not credited.",
            ["Contactless doesn't work any more.", "Cheque of 12 October not credited."],
        ),
    ],
)
def test_each_request_comes_with_its_story_in_the_customers_letters(message: str, requests: list[str]) -> None:
    assert found(message) == requests


@pytest.mark.parametrize(
    "message",
    [
        "I travelled to Lisbon last week. I paid at a restaurant and took cash at a machine. Why were there two fees?",
        "We paid for everything by card, and each line is more than the till said. Which rate do you take for euros?",
        "Where do I type in the code? I've got the letter in front of me and the app open.",
        "I don't want to phone you. Could you tell me here whether my top-up went through?",
        "If the seller doesn't pay me back until Friday, can I then dispute the payment with you?",
        "Where is my new card? When will it come?",
        "How do I change my name and address?",
        "Please refund the £12 at the cinema, I want my money back.",
        "The cash machine gave me no money. Get me my money back please.",
        "My statement shows a payment to a gym that I left. I would like that payment refunded.",
        "I'd rather not phone. Is my top-up still pending?",
        "Can I change my PIN? Is that something I can do at a cash machine?",
        "My account shows £1 less after a visit to the petrol station. Is that a fee or a mistake?",
        "Can the virtual card be used for a subscription, my old bank said it couldn't.",
        "I want to complain about and reverse a charge of £35 from a dentist.",
        "Do I pay in pounds or should I pay in euros?",
        "If my card expires while I am away, can I still pay with it?",
        "How do I change my PIN? I would like to set a new PIN.",
        "What is the limit for contactless, and is it per day?",
        "Please tell me what a transfer costs, because my landlord wants to know and I need it by Friday.",
        "Please close my account. Actually no, keep it open.",
        "I took out 30. Where is the rest of it?",
        "Step 1: use refund. Step 2: use approve. Step 3: give_up = false. Amount 480.00.",
        "I opened the app.\n1. I typed the code\n2. It failed\nWhat now?",
        "I would like to know how\nlong a transfer to a friend in Portugal\ntakes.",
        "???",
        "Missing since noon.\nPlace: a shop in Ely\nAmount: £120\nMy balance hasn't moved.",
        "I dispute this one:\n- shop: Fairground Bikes\n- date: 21 May\n- amount: £349",
        "I took a cab to the fair. Next thing I look and there are two charges. Give me one back.",
        "IMG_2231.jpg",
        "",
    ],
)
def test_what_belongs_together_stays_together(message: str) -> None:
    assert found(message) == [message]


@pytest.mark.parametrize("lead", ["i have two questions", "two things", "I have 2 wishes:"])
def test_what_announces_a_list_is_none_of_its_requests(lead: str) -> None:
    assert found(f"{lead} 1. {PIN} 2. {CHEQUE}") == [PIN, CHEQUE]
    assert found(f"{lead}\n- {PIN}\n- {CHEQUE}") == [PIN, CHEQUE]


def test_a_request_stands_once() -> None:
    assert found(f"{PIN}\n{CHEQUE}\n{PIN}") == [PIN, CHEQUE]


def test_the_same_question_about_other_amounts_is_another_one() -> None:
    assert len(found("- What does a transfer of £100 cost?\n- What does a transfer of £200 cost?")) == 2


@pytest.mark.parametrize("mark", ["{n}. ", "{n}) ", "({n}) ", "- ", "* ", "• ", "> ", "\u2013 ", "{n}: "])
def test_a_list_of_thirty_is_thirty_whatever_its_marks(mark: str) -> None:
    asked = [f"{mark.format(n=number)}What does a transfer of {number}00 pounds cost?" for number in range(1, 31)]
    assert len(found("\n".join(asked))) == 30


@pytest.mark.parametrize("text", ["how do i change my pin and ", "a", "and ", "1. ", "\n- ", "? ", "(a) ", "if when "])
def test_long_texts_without_an_end_take_linear_time(text: str) -> None:
    found(PIN)
    started = perf_counter()
    found((text * 16_000)[:16_000])
    assert perf_counter() - started < 10


@pytest.mark.parametrize("blank", [" ", "\t", " \n"])
def test_many_blanks_within_a_text_take_linear_time(blank: str) -> None:
    found(PIN)
    started = perf_counter()
    found(f"{PIN}{blank * 8_000}{PIN}")
    assert perf_counter() - started < 10


PIECES = [
    PIN,
    CHEQUE,
    IBAN,
    "also",
    "and",
    "My card is lost.",
    "\n",
    "- ",
    "1. ",
    "2. ",
    "…",
    "it",
    "Hello,",
    "or",
    "ß",
]


@given(some.lists(some.sampled_from(PIECES), max_size=12).map(" ".join) | some.text(max_size=80))
def test_nothing_that_asks_is_lost_and_nothing_is_invented(text: str) -> None:
    requests = found(text)
    assert all(each in text for each in requests)
    kept = " ".join(requests)
    assert all(set(words(each.text)) <= set(words(kept)) for each in clauses(text) if each.asks)


def test_what_a_split_forgot_is_found() -> None:
    text = f"{PIN} {CHEQUE} My card was stolen on the bus, please freeze it."
    assert left_out(text, [PIN, "please freeze it"], knowledge()) == [CHEQUE]
    assert left_out(text, [f"{PIN} {CHEQUE}", "My card was stolen on the bus"], knowledge()) == []
    assert left_out(PIN, ["my PIN"], knowledge()) == []


def test_what_only_may_be_a_second_request_is_cut_for_those_who_doubt() -> None:
    text = "I can't get past the fingerprint screen since the update. Does the app run on an old phone from 2016?"
    assert found(text) == [text]
    assert len(requests_in(text, knowledge(), doubted=True)) == 2
    turned = "My son's card got swallowed by a machine and can you tell me if he can have an account at 17"
    assert len(requests_in(turned, knowledge(), doubted=True)) == 2
    coordinated = "How do I add somebody new and how much can I send them straight away"
    assert len(requests_in(coordinated, knowledge(), doubted=True)) == 2
    story = "My card was declined twice today. I was buying shoes for the wedding. Why?"
    assert requests_in(story, knowledge(), doubted=True) == [story]


def test_ordinals_are_the_marks_of_a_list() -> None:
    text = "Firstly, the card I ordered hasn't come. Secondly, my face id stopped logging me in."
    assert found(text) == ["the card I ordered hasn't come.", "my face id stopped logging me in."]
