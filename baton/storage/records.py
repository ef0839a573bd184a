"""The records of runs, approvals, dead letters and steps. Light on purpose, see `baton.config.home`.

A row is a named tuple whose fields are the columns that are read; JSON is a `TypedDict`, `typing`'s own: none of these
is the schema of a graph, and it costs no import.
"""

import json
from typing import Any, Literal, NamedTuple, NotRequired, TypedDict

Status = Literal["queued", "running", "waiting", "done", "dead_lettered", "failed"]
DeadLetterStatus = Literal["open", "replayed", "discarded"]
Kind = Literal["approve", "edit", "reject", "respond"]


class CheckpointRef(NamedTuple):
    """A task and the checkpoint at which its graph stood; in JSON `[namespace, checkpoint id, task id]`."""

    namespace: str
    checkpoint_id: str
    task_id: str


class RunRow(NamedTuple):
    """A run; `input`, `context` and `output` are JSON text, times Unix seconds, `lease_until` on the steady clock.

    `origin` is `run` for one that was queued, else `library` or `server`. `owner`, who works it, is the
    column `holder`. `urgent` says why a person should look at it first.
    """

    thread_id: str
    run: int
    graph: str
    origin: str
    status: Status
    input: str | None
    context: str
    fingerprint: str | None
    line: int | None
    recoveries: int
    fence: int
    owner: str | None
    lease_until: float
    budget_tokens: int | None
    budget_nanousd: int | None
    output: str | None
    error: str | None
    latency_ms: float
    created_at: float
    updated_at: float
    seal: bytes | None
    output_seal: bytes | None
    urgent: str | None

    @property
    def input_data(self) -> Any:
        """The input as data; None where none was kept."""
        return None if self.input is None else json.loads(self.input)


class NewRun(NamedTuple):
    """A run to be queued; `input` and `context` are JSON text, a budget is None where there is no cap."""

    thread_id: str
    graph: str
    input: str
    context: str
    fingerprint: str
    line: int | None
    budget_tokens: int | None
    budget_nanousd: int | None


class Usage(TypedDict):
    """Tokens and cost as the model endpoints reported them; the cost is None where a price is not known."""

    model_calls: int
    input_tokens: int
    output_tokens: int
    cost_usd: float | None


class ActionRequest(TypedDict):
    """An action that a person is asked about, as LangChain's human-in-the-loop clients know it."""

    name: str
    args: dict[str, Any]
    description: NotRequired[str]


class ReviewConfig(TypedDict):
    """The decisions that a person may make about an action."""

    action_name: str
    allowed_decisions: list[Kind]


class ApprovalRequest(TypedDict):
    """The payload of an interrupt: actions, one if ours, and the decisions that are allowed.

    A question that a graph asks by `interrupt()` itself may be about no action: it has the `value` that it asks with,
    and takes any answer. `error` says why the graph did not take the last one.
    """

    action_requests: list[ActionRequest]
    review_configs: list[ReviewConfig]
    value: NotRequired[Any]
    error: NotRequired[str]


def allowed_decisions(request: ApprovalRequest, action: str) -> list[Kind]:
    """The decisions that a person may make about an action of a request."""
    return next(each["allowed_decisions"] for each in request["review_configs"] if each["action_name"] == action)


class PendingApproval(ApprovalRequest):
    """An approval that a run waits for; a decision that repeats the digest is bound to exactly this action."""

    interrupt_id: str
    digest: str


class ApprovalRow(NamedTuple):
    """An approval; `request`, `place` and `decision` are JSON text, times Unix seconds.

    `asked_as` is the framework's id of the interrupt that it stands at, `replies` how many it took to decide.
    """

    interrupt_id: str
    thread_id: str
    run: int
    step: str
    occurrence: str
    request: str
    digest: str
    place: str
    decision: str | None = None
    decided_by: str | None = None
    channel: str | None = None
    reply_id: str | None = None
    replies: int = 0
    decided_at: float | None = None
    asked_as: str | None = None
    withdrawn_at: float | None = None
    left_behind: int = 0
    seal: bytes | None = None

    @property
    def decision_data(self) -> Any:
        """The decision as data; None where none was made."""
        return None if self.decision is None else json.loads(self.decision)

    def as_pending(self) -> PendingApproval:
        """The approval as a person sees it."""
        request: ApprovalRequest = json.loads(self.request)
        return {"interrupt_id": self.interrupt_id, **request, "digest": self.digest}


class FailedAttempt(TypedDict):
    """An attempt of a step that failed; `started_at` is Unix seconds."""

    attempt: int
    started_at: float
    latency_ms: float
    error: str


class Evidence(TypedDict):
    """The evidence of a failure, as JSON; older dead letters lack the keys that are not required.

    `places` are the checkpoints of each step that is to be done again, outermost graph first; `effect` is the key of an
    effect in doubt, `raw` an answer that was of no use.
    """

    request: Any
    raw: NotRequired[str | None]
    checkpoint_id: str | None
    places: NotRequired[list[list[CheckpointRef]]]
    version: str
    may_send: NotRequired[bool]
    effect: NotRequired[str | None]
    attempts: list[FailedAttempt]


class DeadLetter(NamedTuple):
    """A step, or a run, that failed for good, with its evidence; times are Unix seconds, `urgent` is its run's."""

    letter_id: str
    thread_id: str
    run: int
    path: str
    step: str
    occurrence: str
    reason: str
    error: str
    evidence: Evidence
    ends_run: bool
    created_at: float
    updated_at: float
    status: DeadLetterStatus = "open"
    note: str | None = None
    urgent: str | None = None

    @property
    def checkpoints(self) -> list[list[CheckpointRef]]:
        """The checkpoints of each step that a replay runs again, outermost graph first; empty where none were kept."""
        return [[CheckpointRef(*each) for each in step] for step in self.evidence.get("places", [])]


class RunSummary(TypedDict):
    """A run as programs see it; `line` and `id` only of a file's record, times Unix seconds.

    `urgent` says why a person should look at it first; None where no step said so.
    """

    line: NotRequired[int]
    id: NotRequired[str | int]
    thread_id: str
    run: int
    graph: str
    status: Status
    origin: str
    created_at: float
    updated_at: float
    error: str | None
    output: Any
    waiting_for: list[PendingApproval]
    urgent: str | None
    dead_letters: list[str]
    usage: Usage
    latency_ms: float


class ModelCall(TypedDict):
    """A call of a model by a step; tokens are None where the endpoint did not say."""

    role: str
    model: str
    status: str
    input_tokens: int | None
    output_tokens: int | None
    cost_usd: float | None
    latency_ms: float | None
    error: str | None
    note: str | None


class StepUsage(TypedDict):
    """The model calls of a step attempt and their sums; None where a number is not known."""

    model: str | None
    model_calls: int
    input_tokens: int | None
    output_tokens: int | None
    cost_usd: float | None
    note: str | None
    calls: list[ModelCall]


class StepAttempt(StepUsage):
    """A step attempt of a run; `started_at` is Unix seconds, `latency_ms` None for one that was lost."""

    step: str
    kind: str
    attempt: int
    status: str
    started_at: float
    latency_ms: float | None
    input: Any
    output: Any
    error: str | None
