"""The surroundings of a check: one offline model and one search for both chains, with the check's faults in them."""

import asyncio
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

from bank.responders import RESPONDERS
from baton.config.settings import settings
from baton.offline.endpoint import Refusal, Request, Responder
from baton.offline.transport import offer_responders
from benchmarks.conformance.faults import FOLDER, Faults
from desk.business import business

MODEL = "conformance"
LEASE_S = "0.5"
ASKED = ("Facts", "Case", "CaseReply", "AnswerReview")
"""The records that the chain asks a model for, in this order."""

NO_RECORD = {"mood": "cheerful"}
MESSAGE = "I was charged £24.90 twice at Kestrel Books on 2 November 2026. How do I get a refund for it?"
INQUIRY: dict[str, Any] = {"message": MESSAGE, "customer_id": None}


@contextmanager
def stage(folder: Path) -> Iterator[Faults]:
    """Make this process work for the check of a folder, until the block ends."""
    variables = {FOLDER: str(folder), "BATON_LEASE_S": LEASE_S, "BATON_BUDGET_TOKENS": "20000"}
    roles = {f"BATON_MODEL_{role}": f"local:{MODEL}" for role in ("CLASSIFIER", "CHEAP", "STRONG", "JUDGE")}
    known = type(business().knowledge())
    with (
        patch.dict(os.environ, {**variables, **roles}),
        offer_responders(MODEL, _responders()),
        patch.multiple(known, probabilities=_faulty_probabilities(known), search=_faulty_search(known)),
    ):
        settings.cache_clear()
        yield Faults(folder)
    settings.cache_clear()


def _responders() -> Mapping[str, Responder]:
    return {name: _faulty(name) for name in ASKED}


def _faulty(name: str) -> Responder:
    """Return the bank's responder of a record, with the faults that are planted at its name."""

    def respond(request: Request) -> Any:
        faults = Faults.of_process()
        faults.strike(name)
        if faults.take(name, "refuse"):
            raise Refusal("that is none of my business")
        return NO_RECORD if faults.take(name, "misfit") else RESPONDERS[name](request)

    return respond


def _faulty_probabilities(known: Any) -> Any:
    sound = known.probabilities

    def probabilities(self: Any, message: str) -> dict[str, float]:
        found: dict[str, float] = sound(self, message)
        wrong = dict.fromkeys(found, 7.0)
        return wrong if Faults.of_process().take("probabilities", "misfit") else found

    return probabilities


def _faulty_search(known: Any) -> Any:
    sound = known.search

    async def search(self: Any, text: str, route: str, most: int = 4) -> list[str]:
        faults = Faults.of_process()
        faults.strike("search")
        if faults.take("search", "hang"):
            await asyncio.Event().wait()
        found: list[str] = await sound(self, text, route, most)
        return found

    return search
