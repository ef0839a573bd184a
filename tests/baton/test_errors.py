"""The errors are one tree, drawn in the module's docstring; each is one line to a person and keeps its facts."""

import inspect
import re

import pytest
from pydantic import TypeAdapter, ValidationError

from baton import errors
from baton.errors import AlreadyDecided, BadAnswer, BatonError, EffectMismatch, OverBudget, ShapeError, Transient

CLASSES = {name: kind for name, kind in vars(errors).items() if inspect.isclass(kind) and issubclass(kind, BatonError)}
DEPTH = 4  # columns a level is drawn deeper


def drawn() -> dict[str, str]:
    """Each error of the picture with its parent."""
    parents: dict[str, str] = {}
    path: list[str] = []
    for line in (errors.__doc__ or "").splitlines()[2:]:
        if name := re.search(r"[A-Z]\w+", line):
            path[name.start() // DEPTH :] = [name.group()]
            parents[name.group()] = path[-2] if len(path) > 1 else "RuntimeError"
    return parents


def test_the_picture_shows_every_error_under_its_parent() -> None:
    assert drawn() == {name: kind.__bases__[0].__name__ for name, kind in CLASSES.items()}


@pytest.mark.parametrize("kind", CLASSES.values())
def test_every_error_says_when_it_is_raised(kind: type[BatonError]) -> None:
    assert (kind.__doc__ or "").startswith("Raised when ")


def test_errors_keep_their_facts() -> None:
    assert Transient("busy", retry_after=3.0).retry_after == 3.0
    assert BadAnswer("no JSON", "raw").raw == "raw"
    assert (OverBudget("t1", 10, 3).asked, OverBudget("t1", 10, 3).left) == (10, 3)
    assert EffectMismatch("k", "one", "two").now == "two"
    assert AlreadyDecided("i1", {"type": "reject", "message": "no"}).standing["type"] == "reject"


def test_a_shape_error_names_the_step_the_field_and_the_fault_on_one_line() -> None:
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(dict[str, int]).validate_python({"amount": "many"})
    told = str(ShapeError("pay", "read", "Paying", caught.value))
    assert re.fullmatch(r"pay cannot read Paying: amount Input should be a valid integer.*", told)
