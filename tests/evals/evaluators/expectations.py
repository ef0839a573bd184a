"""Expectations, answers and sources for the tests of evaluators."""

from typing import Any

from evals.evaluators.sources import Sources
from evals.examples import Expected


def expectation(**fields: Any) -> Expected:
    return Expected.model_validate(fields)


def sources(reply: str, **fields: Any) -> Sources:
    given = {"message": "", "citations": (), "own": "", "cited": "", "policies": "", "in_force": frozenset({"CARD-01"})}
    return Sources(reply=reply, **{"names_others": False, **given, **fields})


def action(name: str, status: str = "proposed", **args: str) -> dict[str, Any]:
    return {"name": name, "args": args, "status": status, "receipt": None}
