"""The model of kinds: it finds a kind by concepts, and is stored in the home."""

from pathlib import Path

import pytest

import desk.knowledge.kinds_training
from baton.errors import BadSetting
from desk.knowledge.kinds import FILES, KindExamples, load_kinds
from desk.text.concepts import Concepts, ConceptsFile

THINGS, TAKING, LOSING = ("card", "phone", "purse", "bag"), ("stole", "took"), ("lost", "dropped")
CONCEPTS = Concepts(
    ConceptsFile.model_validate(
        {"concepts": {"thing": "card|phone|purse|bag|laptop", "steal": "stole|took|nicked", "lose": "lost|dropped"}}
    )
)
EXAMPLES = KindExamples(
    {
        "theft": [f"someone {how} my {thing}" for how in TAKING for thing in THINGS],
        "loss": [f"i have {how} my {thing}" for how in LOSING for thing in THINGS],
    },
    [f"how do i {what} my {thing}" for what in ("order", "renew", "cancel") for thing in THINGS],
    ["when do you open", "what does a transfer cost"],
)


@pytest.mark.parametrize("message, kind", [("they nicked my laptop", "theft"), ("we dropped our laptop", "loss")])
def test_a_kind_is_found_in_words_that_no_example_has(message: str, kind: str, baton_home: Path) -> None:
    scores = load_kinds(EXAMPLES, CONCEPTS).scores(message)
    assert max(scores, key=lambda each: scores[each]) == kind
    assert scores[kind] > 0


@pytest.mark.parametrize("message", ["how can i order a laptop", "when do you close", "", "?!"])
def test_a_plain_message_is_of_no_kind(message: str, baton_home: Path) -> None:
    assert max(load_kinds(EXAMPLES, CONCEPTS).scores(message).values()) < 0.2


def test_it_is_trained_once_and_read_from_the_home(baton_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = load_kinds(EXAMPLES, CONCEPTS).scores("they nicked it")
    monkeypatch.delattr(desk.knowledge.kinds_training, "train_kinds")
    assert load_kinds(EXAMPLES, CONCEPTS).scores("they nicked it") == first


def test_a_broken_file_is_trained_anew(baton_home: Path) -> None:
    first = load_kinds(EXAMPLES, CONCEPTS).scores("they nicked it")
    (file,) = baton_home.glob(FILES)
    file.write_bytes(file.read_bytes()[:-5])
    assert load_kinds(EXAMPLES, CONCEPTS).scores("they nicked it") == first


def test_other_examples_are_another_model(baton_home: Path) -> None:
    load_kinds(EXAMPLES, CONCEPTS)
    load_kinds(KindExamples(EXAMPLES.kinds, [*EXAMPLES.plain, "hello"]), CONCEPTS)
    assert len(list(baton_home.glob(FILES))) == 2


def test_examples_that_share_no_word_are_refused(baton_home: Path) -> None:
    with pytest.raises(BadSetting, match="no two examples share a word"):
        load_kinds(KindExamples({"theft": ["gone"]}, ["hello"]), CONCEPTS)
