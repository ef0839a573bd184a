"""What the offline model knows of this business: one function per record that a graph asks for.

Every answer is computed from the request's data, by patterns, search and templates; nothing is canned per input. The
offline model is a stand-in: it shows that the machinery works and says nothing about language models.
"""

from collections.abc import Mapping

from bank.skills.case import case
from bank.skills.case_reply import case_reply
from bank.skills.draft import draft
from bank.skills.evaluation import evaluation
from bank.skills.facts import facts
from bank.skills.handover import handover
from bank.skills.move import move
from bank.skills.plan import plan
from bank.skills.requests import requests
from bank.skills.route_choice import route_choice
from bank.skills.single_answer import single_answer
from bank.skills.vote import vote
from baton.offline.wire import Skill

SKILLS: Mapping[str, Skill] = {
    "Case": case,
    "CaseReply": case_reply,
    "Draft": draft,
    "Evaluation": evaluation,
    "Facts": facts,
    "Handover": handover,
    "Move": move,
    "Plan": plan,
    "Requests": requests,
    "RouteChoice": route_choice,
    "SingleAnswer": single_answer,
    "Vote": vote,
}
