"""The offline model's answers for this business: one function for each record that a graph asks for.

Every answer is computed from the request's data, by patterns, search and templates; nothing is canned per input. The
offline model is a stand-in: it shows that the machinery works and says nothing about language models.
"""

from collections.abc import Mapping

from bank.responders.answer_review import answer_review
from bank.responders.case import case
from bank.responders.case_reply import case_reply
from bank.responders.confirmation import confirmation
from bank.responders.draft import draft
from bank.responders.evaluation import evaluation
from bank.responders.facts import facts
from bank.responders.handover import handover
from bank.responders.move import move
from bank.responders.plan import plan
from bank.responders.requests import requests
from bank.responders.route_choice import route_choice
from bank.responders.single_answer import single_answer
from bank.responders.verdict import verdict
from bank.responders.vote import vote
from baton.offline.transport import Responder

RESPONDERS: Mapping[str, Responder] = {
    "AnswerReview": answer_review,
    "Case": case,
    "CaseReply": case_reply,
    "Confirmation": confirmation,
    "Draft": draft,
    "Evaluation": evaluation,
    "Facts": facts,
    "Handover": handover,
    "Move": move,
    "Plan": plan,
    "Requests": requests,
    "RouteChoice": route_choice,
    "SingleAnswer": single_answer,
    "Verdict": verdict,
    "Vote": vote,
}
