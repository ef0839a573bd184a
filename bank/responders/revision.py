"""Revise a draft: put in the statements that it lacks, keep of the rest what fits and can stand."""

from typing import Any

from bank.responders.evaluation import PROMISE, unanswered, unfigured
from bank.responders.passages import MOST_WORDS, OPENING
from bank.responders.relevance import Relevance, Statement, questions, repeated
from bank.responders.words import sentences
from bank.text.claims import claims_done
from baton.offline.transport import Request

KEPT = 0.6  # of the most relevant statement's worth, for an old one to stay


def revision(request: Request) -> dict[str, Any]:
    """A `Draft` from the data of a draft and, besides, the old `draft` with its `unmet` criteria."""
    data = request.data
    message, old = str(data["message"]), data["draft"]
    known = Relevance(list(data["policies"]))
    done = _done(old, known)
    lacking = _lacking(message, old["reply"], known)
    room = MOST_WORDS - sum(len(each.split()) for each in done)
    kept = _fitting([*lacking, *_ranked(message, old["reply"], known)], room)
    ids = [each.policy_id for each in kept]
    reply = " ".join([OPENING, *done, *(each.text for each in kept)])
    return {"reply": reply, "citations": list(dict.fromkeys(ids)), "action": old["action"]}


def _lacking(message: str, reply: str, known: Relevance) -> list[Statement]:
    """The statement that each open question wants."""
    found = [known.best(each, figures=True) for each in unfigured(known, message, reply)]
    found += [known.best(each) for each in unanswered(known, message, reply)]
    return list({each.text: each for each in found if each is not None}.values())


def _ranked(message: str, reply: str, known: Relevance) -> list[Statement]:
    """Of the statements that the old reply repeats those that bear on what is asked, the most relevant first."""
    asked = questions(message)

    def worth(statement: Statement) -> float:
        return max(known.of(statement, question) / (top or 1.0) for question, top in zip(asked, tops, strict=True))

    tops = [max((known.of(each, question) for each in known.known), default=0.0) for question in asked]
    return sorted((each for each in repeated(known.known, reply) if worth(each) >= KEPT), key=worth, reverse=True)


def _done(old: dict[str, Any], known: Relevance) -> list[str]:
    """What the old reply says of its action; without one nothing of the kind can stand."""
    if old["action"] is None:
        return []
    policy = {each.text for each in known.known}
    own = [part for part in sentences(old["reply"]) if part not in policy and part != OPENING]
    return [part for part in own if claims_done(part) or PROMISE.search(part)]


def _fitting(wanted: list[Statement], room: int) -> list[Statement]:
    """As many as there is room for, the first one surely."""
    chosen: list[Statement] = []
    for each in wanted:
        size = len(each.text.split())
        if each not in chosen and (size <= room or not chosen):
            chosen, room = [*chosen, each], room - size
    return chosen
