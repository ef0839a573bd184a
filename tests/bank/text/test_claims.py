"""Claims that something was done: told from rules, conditions, denials and questions by their grammar."""

import json
import time
from pathlib import Path

import pytest

from bank.knowledge import FOLDER, knowledge
from bank.text.claims import ACTS, CLAIMS
from desk.records import ANY

HERE = Path(__file__).parent
CLAIMED = (
    *(HERE / "claims.txt").read_text("utf-8").splitlines(),
    "WE\nHAVE\nFROZEN\nYOUR\nCARD",
    "Your card has been\nfrozen.",
    "Your card has been f\xadrozen.",
)
RULES = tuple((HERE / "rules.txt").read_text("utf-8").splitlines())


@pytest.mark.parametrize("reply", CLAIMED)
def test_a_claim_is_noticed_in_any_grammar(reply: str) -> None:
    assert CLAIMS.of(reply)
    assert CLAIMS.of(f"Thank you for your message.\n{reply}\nA transfer is free.")


@pytest.mark.parametrize("reply", RULES)
def test_a_rule_is_no_claim(reply: str) -> None:
    assert not CLAIMS.of(reply)


@pytest.mark.parametrize("name", sorted(ACTS))
def test_what_the_stand_in_says_of_an_action_claims_that_action_alone(name: str) -> None:
    from bank.responders.draft import DONE  # noqa: PLC0415 - the sentences of another package

    acts = [each.acts for each in CLAIMS.of(DONE[name].format(amount="5.00", daily_limit="300.00"))]
    assert acts
    assert all(each & {name, ANY} for each in acts)


@pytest.mark.parametrize(
    "reply, acts",
    [
        ("We have frozen your card and refunded the payment.", [{"freeze_card"}, {"refund"}]),
        ("Your card has been frozen and a new one ordered.", [{"freeze_card"}, {"reissue_card"}]),
        (
            "Your card has been frozen and a new one ordered for you, and we have blocked it.",
            [{"freeze_card"}, {"reissue_card"}, {"freeze_card"}],
        ),
        ("The dispute has been raised.", [{"file_dispute"}]),
        ("The limit has been raised.", [{"change_limit"}]),
        ("Done!", [{ANY}]),
        ("We have unfrozen your card.", [set()]),
        ("We have verified your identity.", [set()]),
    ],
)
def test_a_claim_is_about_the_action_of_its_verb_and_its_noun(reply: str, acts: list[set[str]]) -> None:
    assert [set(each.acts) for each in CLAIMS.of(reply)] == acts


def test_a_sentence_of_a_policy_claims_nothing_but_words_of_it_may() -> None:
    policy = "The money is paid back. It is done at once (see DESK-08)."
    assert not CLAIMS.of("It is done at once.", policy)
    assert CLAIMS.of("It is done.", policy)


def test_no_policy_claims_anything() -> None:
    texts = [knowledge().text_of([each]) for each in sorted(knowledge().in_force())]
    assert [found for text in texts for found in CLAIMS.of(text, text)] == []


@pytest.mark.parametrize("part", ["your card ", "We have your card. ", "a", "(", "we , ", "has been "])
def test_the_time_is_in_proportion_to_the_length(part: str) -> None:
    def seconds(size: int) -> float:
        started = time.process_time()
        CLAIMS.of((part * size)[:size])
        return time.process_time() - started

    assert seconds(64_000) < 12 * seconds(16_000) + 0.1


def test_the_honest_drafts_that_speak_of_an_action_tell_it() -> None:
    drafts = map(json.loads, (FOLDER / "messages" / "honest_drafts.jsonl").read_text("utf-8").splitlines())
    for each in (one for one in drafts if one["action"]):
        assert any(found.acts & {each["action"], ANY} for found in CLAIMS.of(each["message"])), each["id"]
