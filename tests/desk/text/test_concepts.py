"""Concepts: words that mean alike, as what they mean."""

from pathlib import Path

import pytest

from baton.errors import BadSetting
from desk.text.concepts import Concepts, ConceptsFile, read_concepts

FILE = ConceptsFile.model_validate(
    {
        "spelling": {"fone": "phone"},
        "corrected": ["parcel", "stolen"],
        "correct": ["parce"],
        "concepts": {"back": "found again|not stolen", "thing": "parcel|phone", "steal": "stolen|nicked"},
    }
)


@pytest.mark.parametrize(
    "message",
    [
        "my parcel stolen",
        "MY PARCEL STOLEN",
        "my phone nicked",
        "my fone nicked",
        "my pacrel stollen",
        "my parcell stoln",
    ],
)
def test_what_means_alike_is_read_alike(message: str) -> None:
    assert Concepts(FILE).classed(message).split() == ["my", "THING", "STEAL"]


def test_an_earlier_concept_takes_its_words_from_later_ones() -> None:
    assert "STEAL" not in Concepts(FILE).classed("no, not stolen")


def test_a_part_of_a_word_is_no_concept() -> None:
    assert Concepts(FILE).classed("telephone parcels") == "telephone parcels"


def test_terms_are_words_neighbours_and_what_stands_near() -> None:
    terms = Concepts(FILE).terms("my old phone was stolen")
    assert {"my", "THING", "old THING", "^ my", "STEAL $", "my..STEAL", "THING..STEAL"} <= terms
    assert "old..STEAL" not in terms


@pytest.mark.parametrize("apostrophe", ["'", "\u2019"])
def test_one_spelling_of_negations_and_of_whose_a_thing_is(apostrophe: str) -> None:
    concepts = Concepts(FILE)
    assert concepts.classed(f"I didn{apostrophe}t") == concepts.classed("i did not") == concepts.classed("i didnt")
    assert "THING" in concepts.classed(f"the phone{apostrophe}s gone")


def test_a_pattern_that_is_none_is_an_error_that_names_the_file(tmp_path: Path) -> None:
    file = tmp_path / "concepts.toml"
    file.write_text('[concepts]\nthing = "("\n')
    with pytest.raises(BadSetting, match=r"concepts\.toml"):
        read_concepts(file)
