"""A threshold is fitted on some examples and verified on others, never on the same."""

import pytest

from baton.errors import UsageError
from evals.calibration_sets import given_sets, merged, split_sets
from evals.examples import Example


def examples(*ids: str, split: str | None = None, route: str | None = "a") -> list[Example]:
    return [
        Example.model_validate({"id": each, "inputs": {"message": each}, "expected": {"route": route}, "split": split})
        for each in ids
    ]


def test_a_dataset_with_splits_is_fitted_on_dev_and_verified_on_test() -> None:
    sets = split_sets([*examples("a", "b", split="test"), *examples("c", split="dev")], seed=1)
    assert ([each.id for each in sets.first], [each.id for each in sets.second]) == (["c"], ["a", "b"])
    assert (sets.first_name, sets.second_name) == ("dev", "test")


def test_one_without_splits_is_dealt_into_halves_by_the_seed() -> None:
    whole = examples(*map(str, range(41)))
    sets, again, other = (split_sets(whole, seed) for seed in (1, 1, 2))
    assert sorted([*sets.first, *sets.second], key=lambda each: int(each.id)) == whole
    assert abs(len(sets.first) - len(sets.second)) == 1
    assert sets.first == again.first != other.first


def test_examples_of_several_files_keep_ids_of_their_own() -> None:
    both = merged([("x", examples("line-2")), ("y", examples("line-2"))])
    assert [each.id for each in both] == ["x/line-2", "y/line-2"]
    sets = given_sets(examples("line-2"), examples("line-2"), "x", "x")
    assert len({each.id for each in sets.all}) == 2


def test_examples_that_name_no_route_are_left_out_and_an_empty_set_is_refused() -> None:
    mixed = [*examples("a", "b", "c"), *examples("d", route=None)]
    assert len(split_sets(mixed, seed=0).all) == 3
    with pytest.raises(UsageError, match="y has no example with a route"):
        given_sets(mixed, examples("e", route=None), "x", "y")
    with pytest.raises(UsageError, match="test has no example"):
        split_sets(examples("a", split="dev"), seed=0)
