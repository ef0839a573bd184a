"""Datasets on LangSmith: a sync makes them equal to our files, and sends only the differences.

Examples have ids made from the dataset's id and ours, and are compared by the content hash in their metadata.
Examples that others added to a dataset there have no such hash and are left alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid5

from baton.errors import UsageError
from evals.examples import Example

if TYPE_CHECKING:
    from langsmith import Client
    from langsmith.schemas import Dataset

MARK = "baton_hash"  # the key of the content hash in an example's metadata
UNSPLIT = "base"  # LangSmith's own name for it; naming none would leave a former split in place
MOST_NAMED = 3


@dataclass(frozen=True, slots=True)
class Changes:
    """The changes of a sync, or of a dry run; counts of examples."""

    created: int
    updated: int
    deleted: int
    unchanged: int

    def __str__(self) -> str:
        """`2 created, 0 updated, 0 deleted, 40 unchanged`."""
        return "{} created, {} updated, {} deleted, {} unchanged".format(*astuple(self))


def dataset_name(file: str | PurePath) -> str:
    """Return the name that a file's dataset has on LangSmith: `baton-` and the file's stem."""
    return f"baton-{PurePath(file).stem}"


def example_key(dataset_id: UUID, example_id: str) -> UUID:
    """Return the id that an example of ours has in a dataset there."""
    return uuid5(dataset_id, example_id)


def sync(
    client: "Client", name: str, examples: Sequence[Example], *, dry_run: bool = False, delete: bool = True
) -> Changes:
    """Make the dataset of that name hold these examples, and with `delete` no others of ours; return the changes."""
    dataset = _dataset(client, name, create=not dry_run)
    if dataset is None:
        return Changes(len(examples), 0, 0, 0)
    theirs, ours = _hashes(client, dataset.id), {example_key(dataset.id, each.id): each for each in examples}
    create = [key for key in ours if key not in theirs]
    update = [key for key in ours if key in theirs and theirs[key] != ours[key].content_hash]
    obsolete = [key for key, mark in theirs.items() if mark and key not in ours] if delete else []
    if not dry_run:
        _create(client, dataset.id, {key: ours[key] for key in create})
        if update:
            client.update_examples(dataset_id=dataset.id, updates=[_fields(key, ours[key]) for key in update])
        if obsolete:
            client.delete_examples(obsolete)
    return Changes(len(create), len(update), len(obsolete), len(ours) - len(create) - len(update))


def complete_dataset(client: "Client", name: str, examples: Sequence[Example]) -> "Dataset":
    """Return the dataset of that name after adding those of the examples that it lacks; no other one is changed.

    Raises:
        UsageError: it holds other contents of some of them.
    """
    dataset = _dataset(client, name, create=True)
    assert dataset is not None  # noqa: S101 - it was created where it was missing
    theirs, ours = _hashes(client, dataset.id), {example_key(dataset.id, each.id): each for each in examples}
    others = [each.id for key, each in ours.items() if theirs.get(key, each.content_hash) != each.content_hash]
    if others:
        named = ", ".join(others[:MOST_NAMED]) + (", ..." if len(others) > MOST_NAMED else "")
        raise UsageError(
            f"{name} on LangSmith holds other contents of {len(others)} examples ({named}) than those that were worked;"
            " work the current ones in a new experiment, or sync the file as it was: baton eval sync"
        )
    _create(client, dataset.id, {key: each for key, each in ours.items() if key not in theirs})
    return dataset


def _dataset(client: "Client", name: str, *, create: bool) -> "Dataset | None":
    """Return a dataset, made where it is missing and `create` is true; else None."""
    dataset: Dataset | None = None
    if client.has_dataset(dataset_name=name):
        dataset = client.read_dataset(dataset_name=name)
    elif create:
        dataset = client.create_dataset(name, description="Synced by `baton eval sync`.")
    return dataset


def _hashes(client: "Client", dataset_id: UUID) -> dict[UUID, str | None]:
    """Return the content hashes of all examples there by their ids; None of those that others added."""
    return {each.id: (each.metadata or {}).get(MARK) for each in client.list_examples(dataset_id=dataset_id)}


def _create(client: "Client", dataset_id: UUID, examples: Mapping[UUID, Example]) -> None:
    if examples:
        fields = [_fields(key, each, outputs="reference_outputs") for key, each in examples.items()]
        client.create_examples(dataset_id=dataset_id, examples=fields)


def _fields(key: UUID, example: Example, outputs: str = "outputs") -> dict[str, Any]:
    """Return an example as LangSmith takes it; `outputs` is the name of that field, which differs for new examples."""
    return {
        "id": key,
        "inputs": example.inputs.model_dump(),
        outputs: example.expected.model_dump(mode="json", exclude_none=True),
        "metadata": {MARK: example.content_hash, "example_id": example.id},
        "split": example.split or UNSPLIT,
    }
