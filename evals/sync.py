"""Datasets on LangSmith: a sync makes them equal to our files, and sends only the differences.

Examples have ids made from the dataset's id and ours, and are compared by the content hash in their metadata.
Examples that others added to a dataset there have no such hash and are left alone.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid5

from baton.errors import BatonError, UsageError
from evals.examples import Example

if TYPE_CHECKING:
    from langsmith import Client

MARK = "baton_hash"  # the key of the content hash in an example's metadata
UNSPLIT = "base"  # LangSmith's own name for it; naming none would leave a former split in place


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


@contextmanager
def langsmith() -> Iterator["Client"]:
    """Open a client of LangSmith without tracing; close it at the end.

    Raises:
        UsageError: LANGSMITH_API_KEY is not set.
        BatonError: LangSmith refused or could not be reached.
    """
    key = os.environ.get("LANGSMITH_API_KEY")
    if not key:
        raise UsageError("LANGSMITH_API_KEY is not set; datasets are synced to LangSmith, and to nowhere without a key")
    from langsmith import Client  # noqa: PLC0415 - costs a second, and only a sync needs it
    from langsmith.utils import LangSmithError  # noqa: PLC0415

    client = Client(os.environ.get("LANGSMITH_ENDPOINT"), api_key=key, auto_batch_tracing=False)
    try:
        yield client
    except LangSmithError as error:
        line = str(error).split("\n", 1)[0]
        raise BatonError(f"LangSmith: {line}; check LANGSMITH_API_KEY and LANGSMITH_ENDPOINT") from error
    finally:
        client.close()


def sync(client: "Client", name: str, examples: Sequence[Example], *, dry_run: bool) -> Changes:
    """Make the dataset of that name hold these examples and return the changes."""
    dataset_id = _dataset(client, name, create=not dry_run)
    if dataset_id is None:
        return Changes(len(examples), 0, 0, 0)
    theirs = {each.id: (each.metadata or {}).get(MARK) for each in client.list_examples(dataset_id=dataset_id)}
    ours = {uuid5(dataset_id, each.id): each for each in examples}
    create = [key for key in ours if key not in theirs]
    update = [key for key in ours if key in theirs and theirs[key] != ours[key].content_hash]
    delete = [key for key, mark in theirs.items() if mark and key not in ours]
    if not dry_run:
        if create:
            fields = [_fields(key, ours[key], outputs="reference_outputs") for key in create]
            client.create_examples(dataset_id=dataset_id, examples=fields)
        if update:
            client.update_examples(dataset_id=dataset_id, updates=[_fields(key, ours[key]) for key in update])
        if delete:
            client.delete_examples(delete)
    return Changes(len(create), len(update), len(delete), len(ours) - len(create) - len(update))


def _dataset(client: "Client", name: str, *, create: bool) -> UUID | None:
    """Return the id of a dataset, made where it is missing and `create` is true; else None."""
    if client.has_dataset(dataset_name=name):
        dataset = client.read_dataset(dataset_name=name)
    elif create:
        dataset = client.create_dataset(name, description="Synced by `baton eval sync`.")
    else:
        return None
    return UUID(str(dataset.id))


def _fields(key: UUID, example: Example, outputs: str = "outputs") -> dict[str, Any]:
    """Return an example as LangSmith takes it; `outputs` is the name of that field, which differs for new examples."""
    return {
        "id": key,
        "inputs": example.inputs.model_dump(),
        outputs: example.expected.model_dump(mode="json", exclude_none=True),
        "metadata": {MARK: example.content_hash, "example_id": example.id},
        "split": example.split or UNSPLIT,
    }
