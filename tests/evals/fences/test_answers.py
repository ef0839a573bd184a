"""An answer is right only where it cites a policy of the label and says something of it."""

import pytest

from bank.knowledge import knowledge
from evals.examples import Expected
from evals.fences.judging import tells_of_policy
from tests.evals.fences.test_judging import sources
from tests.ready import furnished, ready

__all__ = ["furnished", "ready"]


@pytest.mark.usefixtures("furnished")
def test_a_reply_must_cite_a_policy_of_the_label_and_have_words_of_it() -> None:
    label, text = Expected(citations=["CARD-05"]), knowledge().text_of(["CARD-05"])
    assert tells_of_policy(label, sources(text))
    assert not tells_of_policy(label, sources("You can do that, of course."))
    assert not tells_of_policy(label, sources(text, citations=("CARD-06",)))
    assert not tells_of_policy(label, sources(text, message=text))
