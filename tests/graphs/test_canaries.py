"""An answer that holds card numbers and keys: a person looks where it is checked, and nothing kept holds one."""

from typing import Any

import pytest

from tests.canaries import CARDS, SECRETS
from tests.graphs.conftest import Desk
from tests.scripted import Scripted
from tests.test_canaries_kept_out import canaries_by_file

TOLD = f"Frozen cards refuse all payments: {' (and) '.join([*CARDS, *SECRETS])}."
DRAFT = {"reply": TOLD, "citations": ["SEC-01"], "action": None}
WHY = f"A policy says so: {', '.join(CARDS[:12])}."
ALONE = {"outcome": "answered", "route": "cards", "confidence": 0.9, "reply": TOLD, "citations": [], "reason": WHY}


@pytest.mark.parametrize(
    "graph,answer,outcome",
    [
        ("single_call", ALONE, "answered"),
        ("routing", DRAFT, "escalated"),
        ("support_desk", DRAFT, "escalated"),
    ],
)
async def test_an_answer_that_holds_secrets_is_kept_masked(
    strong: Scripted, desk: Desk, graph: str, answer: dict[str, Any], outcome: str
) -> None:
    desk.resources.settings.max_completion_tokens = 20_000
    strong.will(answer)
    summary = await desk.work("My card was stolen, please freeze it now.", "C013", graph=graph)
    assert summary["output"]["outcome"] == outcome
    assert len(strong.asked) > 0
    assert canaries_by_file(desk.resources.settings.home) == {}
