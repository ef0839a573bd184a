"""The desk's graph with more patience than it ships with: its retry policy is built into it."""

import sys
from functools import cache
from importlib import import_module
from typing import Any

import pytest

import baton

PATIENT = baton.MODEL_RETRY._replace(initial_interval=0.2, max_interval=1.0, max_attempts=60)


@cache
def patient_desk() -> Any:
    """`support_desk`, read from its files again, each of whose steps tries so often."""
    shipped = {name: sys.modules.pop(name) for name in _graphs()}
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(baton, "MODEL_RETRY", PATIENT)
        graph = import_module("graphs.support_desk").graph
    for name in _graphs():
        del sys.modules[name]
    sys.modules.update(shipped)
    return graph


def _graphs() -> list[str]:
    return [name for name in sys.modules if name.partition(".")[0] == "graphs"]
