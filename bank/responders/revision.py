"""Revise a draft: add the statements that it lacks, and keep the old ones that are relevant and fit."""

from typing import Any

from bank.responders.evaluation import PROMISE, open_questions, questions_without_figure
from bank.responders.passages import MOST_WORDS, OPENING
from bank.responders.relevance import Relevance, Statement, questions, statements_in
from bank.responders.words import sentences
from bank.text.claims import CLAIMS
from baton.offline.transport import Request

FEWEST_WORTH = 0.6  # of the most relevant statement's worth, for an old one to stay


def revision(request: Request) -> dict[str, Any]:
    """Return a `Draft` from the data of a draft, the old `draft` and its `unmet` criteria."""
    data = request.data
    message, old = str(data["message"]), data["draft"]
    relevance = Relevance(list(data["policies"]))
    action_part = _action_sentences(old, relevance)
    missing = _missing(message, old["reply"], relevance)
    room = MOST_WORDS - sum(len(each.split()) for each in action_part)
    selection = _fit([*missing, *_by_relevance(message, old["reply"], relevance)], room)
    ids = [each.policy_id for each in selection]
    reply = " ".join([OPENING, *action_part, *(each.text for each in selection)])
    return {"reply": reply, "citations": list(dict.fromkeys(ids)), "action": old["action"]}


def _missing(message: str, reply: str, relevance: Relevance) -> list[Statement]:
    """Return the best statement for each open question."""
    best_ones = [relevance.best(each, figures=True) for each in questions_without_figure(relevance, message, reply)]
    best_ones += [relevance.best(each) for each in open_questions(relevance, message, reply)]
    return list({each.text: each for each in best_ones if each is not None}.values())


def _by_relevance(message: str, reply: str, relevance: Relevance) -> list[Statement]:
    """Return the old reply's statements that bear on the questions, the most relevant first."""
    asks = questions(message)

    def worth(statement: Statement) -> float:
        return max(relevance.of(statement, question) / (top or 1.0) for question, top in zip(asks, tops, strict=True))

    tops = [max((relevance.of(each, question) for each in relevance.statements), default=0.0) for question in asks]
    return sorted(
        (each for each in statements_in(relevance.statements, reply) if worth(each) >= FEWEST_WORTH),
        key=worth,
        reverse=True,
    )


def _action_sentences(old: dict[str, Any], relevance: Relevance) -> list[str]:
    """Return the old reply's sentences on its action; empty without an action."""
    if old["action"] is None:
        return []
    policy = {each.text for each in relevance.statements}
    own = [part for part in sentences(old["reply"]) if part not in policy and part != OPENING]
    return [part for part in own if CLAIMS.of(part) or PROMISE.search(part)]


def _fit(candidates: list[Statement], room: int) -> list[Statement]:
    """Return as many statements as fit into `room` words, at least the first one."""
    selection: list[Statement] = []
    for each in candidates:
        size = len(each.text.split())
        if each not in selection and (size <= room or not selection):
            selection, room = [*selection, each], room - size
    return selection
