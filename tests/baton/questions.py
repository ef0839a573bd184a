"""Replies as clients send them, and what waits for one."""

from typing import Any

from baton.runtime.resources import Resources
from baton.storage import run_rows, summaries
from baton.storage.records import PendingApproval
from baton.storage.transaction import Transaction

Reply = dict[str, Any]


def approve(**more: Any) -> Reply:
    return {"decisions": [{"type": "approve"}], **more}


def reject(why: str = "") -> Reply:
    return {"decisions": [{"type": "reject", "message": why}]}


def edit(amount: Any, name: str = "pay") -> Reply:
    return {"decisions": [{"type": "edit", "edited_action": {"name": name, "args": {"amount": amount}}}]}


async def questions(resources: Resources, thread: str) -> list[PendingApproval]:
    """What a run waits for."""

    def look(tx: Transaction) -> list[PendingApproval]:
        return summaries.summary(tx, run_rows.get(tx, thread))["waiting_for"]

    return await resources.database.do(look)
