"""Reviewing: the end of the desk's work, from what it would send to what was done.

gather -> check_policy, check_grounding, check_personal_data, check_contents, check_tone, check_answer -> judge
judge --answer----> conclude -> END
      --act-------> settling, once for each action (at once) -> conclude
      --escalate--> escalate -> END
Page: docs/patterns/support_desk.md
"""

from typing import Any, Literal

from langgraph.graph import END
from langgraph.types import Send

from graphs.desk import settling
from nodes.check_answer import check_answer
from nodes.escalate import escalate
from nodes.support_desk.check_contents import check_contents
from nodes.support_desk.check_grounding import check_grounding
from nodes.support_desk.check_personal_data import check_personal_data
from nodes.support_desk.check_policy import check_policy
from nodes.support_desk.check_tone import check_tone
from nodes.support_desk.conclude import conclude
from nodes.support_desk.gather import gather
from nodes.support_desk.judge import judge
from state.desk import own_words
from state.support_desk import OnwardInput, SettlingInput

CHECKS = {
    "check_policy": check_policy,
    "check_grounding": check_grounding,
    "check_personal_data": check_personal_data,
    "check_contents": check_contents,
    "check_tone": check_tone,
    "check_answer": check_answer,
}


def onward(state: OnwardInput) -> list[Send] | Literal["conclude", "escalate"]:
    """Nothing goes on with a fault; every action is seen through in a branch of its own."""
    if state["review"].verdict == "escalate":
        return "escalate"
    asides = state["asides"]
    known = {name: state[name] for name in ("message", "customer_id", "route", "confidence")}
    shared = {**known, "whole": own_words(state["request"], asides)}
    acting = [
        {"draft": part, "request": request, "said": own_words(request, asides), "position": number}
        for number, (part, request) in enumerate(zip(state["parts"], state["asked"], strict=True))
        if part.action
    ]
    return [Send("settling", {**shared, **each}) for each in acting] or "conclude"


def add_review(builder: Any) -> None:
    """Add the steps from `gather` to the end."""
    builder.add_node(gather)
    for name, check in CHECKS.items():
        builder.add_node(name, check).add_edge("gather", name)
    builder.add_node(judge).add_node("settling", settling.graph, input_schema=SettlingInput)
    builder.add_node(conclude).add_node(escalate)
    builder.add_edge([*CHECKS], "judge")
    builder.add_conditional_edges("judge", onward, ["settling", "conclude", "escalate"])
    builder.add_edge("settling", "conclude").add_edge("conclude", END).add_edge("escalate", END)
