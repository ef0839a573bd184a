"""Options that several commands of `baton eval` share."""

from enum import StrEnum


class Split(StrEnum):
    """Halves of a dataset: one to build with, one for the last look."""

    dev = "dev"
    test = "test"
