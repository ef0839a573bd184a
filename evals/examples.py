"""Examples: one message each, with all that is expected of the answer and of the steps towards it."""

import hashlib
import json
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from baton.records import Record
from state.desk import ActionName, Message, Outcome

Split = Literal["dev", "test"]


class Inputs(Record):
    """The input of a graph."""

    message: Message
    customer_id: str | None = None


class ExpectedAction(Record):
    """An action by name; `args` are those that matter, each with its value or with a list of values that will do."""

    name: ActionName
    args: dict[str, str | list[str]] = Field(default_factory=dict)


class ExpectedRequest(Record):
    """One separate request: words of the message, and the route that it belongs to."""

    quote: str
    route: str | None = None


class ExpectedFact(Record):
    """Something that the message says and the answer depends on; `value` is its normal form ("24.90", "2026-10-02")."""

    kind: str
    quote: str
    value: str | None = None


def _action_by_name(given: object) -> object:
    return {"name": given} if isinstance(given, str) else given


def _check_figures(figures: list[str]) -> list[str]:
    if not all(each.strip() for each in figures):
        raise ValueError("an empty text would be found in every reply")
    return figures


Action = Annotated[ExpectedAction, BeforeValidator(_action_by_name)]
Figures = Annotated[list[str], AfterValidator(_check_figures)]


class Expected(Record):
    """The expectations of an answer; None is not judged.

    Of the answer: `route`, `outcome`, `citations` (policy ids), `actions`, and the figures and words that the reply
    `says` or must not say. Of the steps: the separate `requests`, the `facts`, the policies that the search has to find
    (`passages`), the workers or tools that have to be asked (`calls`), whether somebody else uses the customer's money
    (`fraud`). `steps` maps a step's path to fields of what it should write.
    """

    route: str | None = None
    outcome: Outcome | Literal["waiting"] | None = None
    citations: list[str] | None = None
    actions: list[Action] | None = None
    says: Figures | None = None
    says_not: Figures | None = None
    requests: list[ExpectedRequest] | None = None
    facts: list[ExpectedFact] | None = None
    passages: list[str] | None = None
    calls: list[str] | None = None
    fraud: bool | None = None
    steps: dict[str, dict[str, Any]] = Field(default_factory=dict)

    @property
    def routes(self) -> list[str]:
        """All routes that it names: of the message, of its requests, and of its steps."""
        named = [self.route, *(each.route for each in self.requests or [])]
        named += [fields.get("route") for fields in self.steps.values()]
        return list(dict.fromkeys(route for route in named if route))


class Example(Record):
    """One message with its expectations; `tags` name the slices that it belongs to."""

    id: str = Field(min_length=1)
    inputs: Inputs
    expected: Expected
    tags: list[str] = Field(default_factory=list)
    split: Split | None = None

    @property
    def content_hash(self) -> str:
        """The hash of everything but the id: another content under the same id is another example."""
        content = self.model_dump(mode="json", exclude={"id"}, exclude_defaults=True)
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]
