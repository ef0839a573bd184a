"""What a reply may rest on: read once for each answer, from the business."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from desk.business import business, customer
from desk.records import customer_values, values_of
from evals.evaluators.figures import figures_in
from evals.examples import Inputs


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """A reply with its sources.

    `own` is what the customer's account and message say, `cited` the text of the cited policies, `policies` that of all
    in force. `names_others` is whether the reply names things that are not this customer's.
    """

    reply: str
    message: str
    citations: tuple[str, ...]
    own: str
    cited: str
    policies: str
    in_force: frozenset[str]
    names_others: bool

    @property
    def cited_grounds(self) -> str:
        """Everything that the reply may take its figures from."""
        return f"{self.own} {self.cited}"

    @property
    def all_figures(self) -> frozenset[str]:
        """Every figure that has a source at all; those of the policies are looked for once, not for each answer."""
        return figures_in(self.own) | figures_in(self.policies)


async def sources_of(inputs: Inputs, answer: dict[str, Any]) -> Sources:
    """Return the sources of an answer; call it where the business's service can be reached (`with_resources`)."""
    reply, citations = answer.get("reply") or "", tuple(answer.get("citations") or [])
    in_force, cited, policies = await asyncio.to_thread(_policy_texts, citations)
    actions = [action.get("args") or {} for action in answer.get("actions") or []]
    return Sources(
        reply=reply,
        message=inputs.message,
        citations=citations,
        own=" ".join([inputs.message, *customer_values(await customer(inputs.customer_id)), *values_of(actions)]),
        cited=cited,
        policies=policies,
        in_force=in_force,
        names_others=await business().service.names_others(reply, inputs.customer_id),
    )


def _policy_texts(citations: Sequence[str]) -> tuple[frozenset[str], str, str]:
    """Return the ids of all policies in force, the text of those that are cited, and the text of all; reads files."""
    desk = business().knowledge()
    in_force = frozenset(desk.in_force())
    return in_force, desk.text_of([each for each in citations if each in in_force]), desk.text_of(sorted(in_force))
