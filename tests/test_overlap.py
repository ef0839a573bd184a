"""The desk's example messages are ours: they share few words with foreign texts, and none is one."""

import pytest

from bank.knowledge import FOLDER
from desk.knowledge.routes import load_routes
from tests.evals.conftest import HOUSE
from tests.overlap import overlap, texts_of

FOREIGN = HOUSE.parent / "shared" / "data"
MOST_SHARED = 0.25
"""About what short messages on the same matters share by chance: `how do i get` is nobody's."""


def test_four_words_in_a_row_are_shared_whatever_their_case_and_punctuation() -> None:
    ours = ["Where is my new card?", "Where is the new card", "Is my NEW card, late"]
    assert overlap(ours, ["so where's that... where is my new card then"]).sharing == (ours[0], ours[2])


def test_how_many_words_in_a_row_count_is_asked_for() -> None:
    assert overlap(["where is my card now"], ["where is my card then"], in_a_row=5).sharing == ()


def test_an_equal_text_is_found_however_short() -> None:
    assert overlap(["Hello!", "hello there"], ["HELLO"]).equal == ("Hello!",)
    assert overlap(["?!"], ["..."]).equal == (), "texts without words have nothing to repeat"


def test_nothing_is_shared_with_nothing() -> None:
    assert overlap([], []).share == 0
    assert overlap(["one two three four"], []).share == 0


@pytest.mark.skipif(not FOREIGN.is_dir(), reason="no foreign texts beside the repository")
def test_our_examples_are_not_foreign_texts(capsys: pytest.CaptureFixture[str]) -> None:
    examples = [each for route in load_routes(FOLDER / "routes").values() for each in route.examples]
    found = overlap(examples, texts_of(FOREIGN))
    with capsys.disabled():
        share = f"{len(found.sharing)} of {found.texts} examples ({found.share:.1%})"
        print(f"\n{share} share four words with a foreign text")  # noqa: T201
    assert found.equal == ()
    assert found.share < MOST_SHARED
