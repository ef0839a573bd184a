"""Questions that a graph asks by LangGraph's own `interrupt()`: a row for each, and the answer that stands.

No step of ours parses the answer, so it is stored before the graph is given it: whoever comes second, also after a
crash, finds it. Proposals of actions in the form of LangChain's human-in-the-loop middleware are checked, since a
decision that the middleware does not take would fail its step. Any other question takes any value.
"""

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

from langgraph.types import Interrupt
from pydantic import BaseModel, Field, ValidationError, model_validator

from baton.errors import BadDecision
from baton.plain import plain_json
from baton.runtime.active import ActiveRun, Decider
from baton.steps.approvals import SELECT, UPDATE_DECISION, digest_of
from baton.steps.replies import check_digest, edited_args
from baton.storage.masking import mask
from baton.storage.records import ActionRequest, ApprovalRequest, ApprovalRow, allowed_decisions
from baton.storage.run_rows import OPEN
from baton.storage.signer import Signer
from baton.storage.transaction import Transaction

ENDING = ".own"
"""Ends the id of such a question; before it stands the framework's id of the interrupt."""

BY_ID = f"{SELECT} WHERE interrupt_id = ?"
ASKED_BY_A_STEP = f"SELECT 1 FROM approvals WHERE asked_as = ? AND interrupt_id NOT LIKE '%{ENDING}' AND {OPEN}"
STORE = (  # one that is there was withdrawn, or the graph did not take its answer
    "INSERT INTO approvals (interrupt_id, thread_id, run, step, occurrence, request, digest, place, created_at, seal,"
    " asked_as) VALUES (:interrupt_id, :thread_id, :run, :step, :occurrence, :request, :digest, :place, :now, :seal,"
    " :asked_as) ON CONFLICT (interrupt_id) DO UPDATE SET request = excluded.request, seal = excluded.seal,"
    " decision = NULL, decided_by = NULL, channel = NULL, reply_id = NULL, decided_at = NULL, withdrawn_at = NULL"
)


class _Action(BaseModel):
    name: str
    args: dict[str, Any]


class _Review(BaseModel):
    action_name: str
    allowed_decisions: list[str]


class _Proposal(BaseModel):
    """The payload of LangChain's human-in-the-loop middleware."""

    action_requests: list[_Action] = Field(min_length=1)
    review_configs: list[_Review]

    @model_validator(mode="after")
    def _reviews_each_action(self) -> Self:
        if not {each.name for each in self.action_requests} <= {each.action_name for each in self.review_configs}:
            raise ValueError
        return self


@dataclass(frozen=True, slots=True)
class Given:
    """What a client gave for an answer: plain JSON, and the digest that it saw.

    `is_decision` says that it can only be decisions on actions, and no other value.
    """

    reply: Any
    digest: str | None
    is_decision: bool


def is_graph_question(question_id: str) -> bool:
    """Whether an id is that of a question which a graph asks by `interrupt()` itself."""
    return question_id.endswith(ENDING)


def store_questions(
    tx: Transaction, run: ActiveRun, interrupts: Sequence[Interrupt[Any]], fault: str | None = None
) -> None:
    """Store the questions among the interrupts at which a run waits that no step of ours asks, as open.

    `fault` says why the graph did not take the answers that were given; their questions show it.
    """
    run.guard(tx)
    for each in interrupts:
        if tx.execute(ASKED_BY_A_STEP, (each.id,)).fetchone() is None:
            _store(tx, run, each, fault)


def _store(tx: Transaction, run: ActiveRun, asked: Interrupt[Any], fault: str | None) -> None:
    question_id, request = f"{asked.id}{ENDING}", _request(mask(plain_json(asked.value)))
    digest = digest_of(run.thread_id, f"{run.run}:{asked.id}", "", {**request})
    found = tx.execute(BY_ID, (question_id,)).fetchone()
    if fault is not None and found is not None and ApprovalRow(*found).decision:
        request["error"] = fault
    row = ApprovalRow(
        interrupt_id=question_id,
        thread_id=run.thread_id,
        run=run.run,
        step="",
        occurrence="0",
        request=json.dumps(request),
        digest=digest,
        place="[]",
        asked_as=asked.id,
    )
    values = row._asdict()
    tx.execute(STORE, {**values, "seal": run.resources.signer.sign_row("approvals", values), "now": time.time()})


def _request(value: Any) -> ApprovalRequest:
    """A question's value as it is listed: proposals of actions as they are, any other as a value."""
    try:
        _Proposal.model_validate(value)
    except ValidationError:
        return {"action_requests": [], "review_configs": [], "value": value}
    return {"action_requests": value["action_requests"], "review_configs": value["review_configs"]}


def store_answer(tx: Transaction, signer: Signer, question_id: str, given: Given, decider: Decider) -> None:
    """Store the answer to an open question; the graph is given it, masked, when the run goes on.

    Raises:
        BadDecision: it does not answer this question.
    """
    row = ApprovalRow(*tx.execute(BY_ID, (question_id,)).fetchone())
    check_digest(given.digest, row.digest)
    request: ApprovalRequest = json.loads(row.request)
    if given.is_decision and not request["action_requests"]:
        raise BadDecision(f"{row.thread_id} asks for a value and proposes no action; answer it: --answer JSON")
    answer = _decisions(request, given.reply) if request["action_requests"] else given.reply
    row = row._replace(decision=json.dumps({"answer": mask(answer)}), decided_at=time.time(), replies=1)
    row = row._replace(decided_by=decider.by, channel=decider.channel, reply_id=decider.reply_id)
    values = row._asdict()
    tx.execute(UPDATE_DECISION, {**values, "seal": signer.sign_row("approvals", values)})


def find_answer(tx: Transaction, signer: Signer, interrupt_id: str) -> dict[str, Any] | None:
    """Return the answer that stands for an interrupt, under the key `answer`; None where there is none.

    Raises:
        TamperedCheckpoint: its row was changed.
    """
    found = tx.execute(BY_ID, (f"{interrupt_id}{ENDING}",)).fetchone()
    if found is None:
        return None
    row = ApprovalRow(*found)
    signer.verify_row("approvals", row._asdict(), row.seal)
    answer: dict[str, Any] | None = row.decision_data
    return answer


def _decisions(request: ApprovalRequest, reply: Any) -> dict[str, Any]:
    """Return decisions on the actions of a proposal in the middleware's form.

    Raises:
        BadDecision: they are not one allowed decision for each action.
    """
    actions = request["action_requests"]
    decisions = reply.get("decisions") if isinstance(reply, dict) else None
    if not isinstance(decisions, list) or len(decisions) != len(actions):
        example = json.dumps({"decisions": [{"type": "approve"} for _ in actions]})
        raise BadDecision(f"{len(actions)} actions are proposed at once; decide each: --answer '{example}'")
    return {"decisions": [_decision(request, *each) for each in zip(actions, decisions, strict=True)]}


def _decision(request: ApprovalRequest, action: ActionRequest, decision: Any) -> dict[str, Any]:
    name, args = action["name"], action["args"]
    allowed = allowed_decisions(request, name)
    if not isinstance(decision, dict) or decision.get("type") not in allowed:
        raise BadDecision(f"{repr(decision)[:80]} is no decision that {name} takes; say {', '.join(allowed)}")
    if decision["type"] == "edit":
        edited = {**args, **edited_args(decision.get("edited_action"), name, args)}
        return {**decision, "edited_action": {"name": name, "args": edited}}
    if decision["type"] == "respond" and not isinstance(decision.get("message"), str):
        raise BadDecision("respond needs a message")
    return decision
