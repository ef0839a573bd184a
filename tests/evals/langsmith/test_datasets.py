"""Syncing to LangSmith, over real HTTP against a server of our own: what is there already is not sent again."""

from typing import Any
from uuid import uuid4

import pytest

from baton.errors import BatonError, UsageError
from evals.examples import Example
from evals.langsmith.client import langsmith
from evals.langsmith.datasets import Changes, complete_dataset, sync
from tests.evals.conftest import line
from tests.evals.langsmith.stub import NOW, Stub

LINES = [line("a", "one", split="dev"), line("b", "two", split="dev"), line("c", "three", split="test")]


def sync_lines(lines: list[dict[str, Any]], *, dry_run: bool = False) -> Changes:
    with langsmith() as client:
        return sync(client, "baton-x", [Example.model_validate(each) for each in lines], dry_run=dry_run)


def test_the_first_sync_creates_all(stub: Stub) -> None:
    assert sync_lines(LINES) == Changes(created=3, updated=0, deleted=0, unchanged=0)
    [kept] = [each for each in stub.examples.values() if each["metadata"]["example_id"] == "c"]
    assert kept["inputs"] == {"message": "three", "customer_id": None}
    assert kept["outputs"] == {"route": "cards", "steps": {}}
    assert kept["split"] == "test"


def test_the_second_sync_sends_nothing(stub: Stub) -> None:
    sync_lines(LINES)
    stub.requests.clear()
    assert sync_lines(LINES) == Changes(created=0, updated=0, deleted=0, unchanged=3)
    assert stub.written == []


def test_an_edited_line_updates_its_example(stub: Stub) -> None:
    sync_lines(LINES)
    stub.requests.clear()
    assert sync_lines([line("a", "one", "fees", split="dev"), *LINES[1:]]) == Changes(0, 1, 0, 2)
    assert len(stub.written) == 1
    assert sorted(each["outputs"]["route"] for each in stub.examples.values()) == ["cards", "cards", "fees"]
    assert sync_lines([line("a", "one", "fees", split="dev"), *LINES[1:]]).updated == 0


def test_a_line_that_moves_to_another_split_moves_there_too(stub: Stub) -> None:
    sync_lines(LINES)
    assert sync_lines([*LINES[:2], {**LINES[2], "split": "dev"}]) == Changes(0, 1, 0, 2)
    assert {each["split"] for each in stub.examples.values()} == {"dev"}


def test_a_removed_line_deletes_its_example(stub: Stub) -> None:
    sync_lines(LINES)
    assert sync_lines(LINES[:2]) == Changes(created=0, updated=0, deleted=1, unchanged=2)
    assert sorted(each["metadata"]["example_id"] for each in stub.examples.values()) == ["a", "b"]


def test_what_others_added_is_left_alone(stub: Stub) -> None:
    sync_lines(LINES)
    theirs, [dataset] = str(uuid4()), stub.datasets
    stub.examples[theirs] = {"id": theirs, "dataset_id": dataset, "inputs": {}, "created_at": NOW, "modified_at": NOW}
    assert sync_lines(LINES) == Changes(0, 0, 0, 3)
    assert theirs in stub.examples


def test_examples_that_an_experiment_left_out_stay(stub: Stub) -> None:
    sync_lines(LINES)
    with langsmith() as client:
        examples = [Example.model_validate(line("a", "one", "fees", split="dev"))]
        assert sync(client, "baton-x", examples, delete=False) == Changes(0, 1, 0, 0)
    assert len(stub.examples) == 3


def test_a_dataset_is_completed_and_not_changed(stub: Stub) -> None:
    sync_lines(LINES[:2])
    with langsmith() as client:
        complete_dataset(client, "baton-x", [Example.model_validate(each) for each in LINES[1:]])
        assert sorted(each["metadata"]["example_id"] for each in stub.examples.values()) == ["a", "b", "c"]
        stub.requests.clear()
        with pytest.raises(UsageError, match=r"other contents of 1 examples \(a\)"):
            complete_dataset(client, "baton-x", [Example.model_validate(line("a", "another", split="dev"))])
    assert stub.written == []


def test_a_dry_run_counts_and_changes_nothing(stub: Stub) -> None:
    assert sync_lines(LINES, dry_run=True) == Changes(3, 0, 0, 0)
    assert stub.datasets == {}
    sync_lines(LINES)
    stub.requests.clear()
    assert sync_lines([line("a", "other", split="dev")], dry_run=True) == Changes(0, 1, 2, 0)
    assert stub.written == []


def test_more_than_a_page_of_examples_is_one_dataset(stub: Stub) -> None:
    many = [line(str(at), f"message {at}", split="dev") for at in range(105)]
    assert sync_lines(many).created == 105
    assert sync_lines(many).unchanged == 105


def test_a_refusal_is_one_line(stub: Stub) -> None:
    stub.status = 401
    with pytest.raises(BatonError, match="LANGSMITH_API_KEY") as told:
        sync_lines(LINES)
    assert "\n" not in str(told.value)


def test_without_a_key_nothing_is_tried(stub: Stub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LANGSMITH_API_KEY")
    with pytest.raises(UsageError, match="LANGSMITH_API_KEY is not set"):
        sync_lines(LINES)
    assert stub.requests == []
