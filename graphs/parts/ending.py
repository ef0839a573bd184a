"""The end of most patterns: from a draft to what the customer reads.

check -> check_answer --sound, and all is answered--> reply -> END
                      --else-> escalate -> END
A pattern whose own gate has checked the draft goes on with check_answer.
Page: docs/patterns/routing.md
"""

from typing import Any, Literal

from langgraph.graph import END

from nodes.check import check
from nodes.check_answer import check_answer
from nodes.escalate import escalate
from nodes.reply import reply
from state.desk import AnswerUpdate


def answered(state: AnswerUpdate) -> Literal["reply", "escalate"]:
    """What is sound and answers all that is asked is sent; with the rest a person looks."""
    return "escalate" if state["answer"].fault else "reply"


def add_checked_ending(builder: Any) -> None:
    """Add the steps from `check` to the end."""
    builder.add_node(check).add_edge("check", "check_answer")
    add_ending(builder)


def add_ending(builder: Any) -> None:
    """Add the steps from `check_answer` to the end."""
    builder.add_node(check_answer).add_node(reply).add_node(escalate)
    builder.add_conditional_edges("check_answer", answered)
    builder.add_edge("reply", END).add_edge("escalate", END)
