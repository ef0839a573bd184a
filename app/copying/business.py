"""The smallest business that the graphs can work for: a desk for bank cards, in this one file and in memory.

All that a graph asks of its business it asks `BUSINESS`, and all that the offline model answers are `RESPONDERS`.
Replace the policies and routes first, then the service, which forgets what it did when its process ends.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

from baton.offline import Request
from baton.runtime.resources import Resources
from desk.business import DeskBusiness, FraudVote, Knowledge, LongPath, Refused, UnknownCustomer, Worker
from desk.records import (
    OTHER,
    POLICIES,
    Action,
    Aside,
    Assignment,
    Claim,
    Criterion,
    Finding,
    Passage,
    Receipt,
    Review,
    RouteGuess,
    Row,
    Specialist,
    Tool,
    View,
    Wording,
    arguments,
)

ROUTES = {
    "cards": "New cards, PINs and limits.",
    "fees": "What things cost.",
    "security": "Lost and stolen cards, and payments that the customer did not make.",
    OTHER: "Not for this desk: a person looks.",
}
WORDS = {
    "cards": {"new", "pin", "arrive", "arrived", "order", "limit", "limits"},
    "fees": {"fee", "fees", "cost", "costs", "charge", "charged", "price"},
    "security": {"lost", "stolen", "freeze", "fraud"},
}
"""The words by which a message is known to be for a route."""

PASSAGES = {
    "cards": [
        Passage("CARD-01.1", "CARD-01", 1, "A new card", "A new card that has not arrived in 5 days is sent again."),
        Passage("CARD-02.1", "CARD-02", 1, "The PIN", "The PIN is changed in the app, under Card and PIN."),
    ],
    "fees": [
        Passage("FEE-01.1", "FEE-01", 1, "Paying abroad", "A payment abroad has a fee of GBP 0.50."),
        Passage("FEE-02.1", "FEE-02", 1, "A second card", "The cost of a second card is GBP 6.00."),
    ],
    "security": [
        Passage("SEC-01.1", "SEC-01", 1, "A lost or stolen card", "Nobody can pay with a card once it is frozen."),
    ],
}
"""The policies of each route, in paragraphs; here each has one."""

CUSTOMERS: dict[str, dict[str, Any]] = {
    "C1": {"name": "Ann Lee", "cards": [{"card_id": "K1", "status": "active"}]},
    "C2": {"name": "Bob Ray", "cards": [{"card_id": "K2", "status": "active"}]},
}
DONE: dict[str, Receipt] = {}
"""What was done, by its key."""

CLAIM = re.compile(r"\b(?:have|has been|is|was|will be) (?:frozen|stopped|blocked)\b", re.IGNORECASE)
"""How a reply says that a card was frozen."""
STRANGE = re.compile(r"https?:\S+|www\.\S+|\S+@\S+|[0-9][0-9 ]{6,}[0-9]")
"""A link, an address, or a number to call or to pay to."""
COMMON = set("a and can card has how i in is it my not of the to what with".split())
AMOUNT = re.compile(r"(?:GBP |£)([0-9]+(?:\.[0-9]{2})?)")


class FreezeCard(Action):
    """Stop a card, so that nobody can pay with it."""

    name: Literal["freeze_card"]
    card_id: str


class ListCards(Tool):
    """Look at the customer's cards."""

    name: Literal["list_cards"]

    def rows(self, customer: Mapping[str, Any]) -> list[Row]:
        """Return all of them."""
        return list(customer["cards"])


class CardKnowledge:
    """Knows a route by its words, and finds policies by the words they share with a message."""

    is_loaded = True
    routes: Mapping[str, str] = ROUTES

    def load(self) -> None:
        """Do nothing: all of it is in memory."""

    def specialist(self, route: str) -> Specialist:
        """Return who drafts; a card may be frozen on every route but `other`."""
        return Specialist(actions=() if route == OTHER else ("freeze_card",))

    def guess(self, message: str) -> RouteGuess:
        """Return the route with the most words; train a classifier where routes are hard to tell apart."""
        shares = self.probabilities(message)
        route = max(shares, key=lambda name: shares[name])
        return RouteGuess(route, shares[route])

    def probabilities(self, message: str) -> dict[str, float]:
        """Return each route's share of the words that are known; without one it is not for this desk."""
        counts = {route: len(_words(message) & words) for route, words in WORDS.items()}
        total = sum(counts.values())
        shares = {route: count / total if total else 0.0 for route, count in counts.items()}
        return {**shares, OTHER: 0.0 if total else 1.0}

    def topics(self, message: str, most: int, route: str = "") -> dict[str, float]:  # noqa: ARG002 - see below
        """Return the routes: there is nothing finer here."""
        return dict(sorted(self.probabilities(message).items(), key=lambda each: -each[1])[:most])

    async def search(self, text: str, route: str, most: int = 4) -> list[str]:
        """Return the passages that share words with the text, those of the route first where they share as many."""
        ranked = [
            (len(_words(text) & _words(f"{each.title} {each.text}")), owner == route, each.passage_id)
            for owner, passages in PASSAGES.items()
            for each in passages
        ]
        return [name for shared, _, name in sorted(ranked, reverse=True) if shared][:most]

    def passages(self, passage_ids: Sequence[str], *, whole: bool = False) -> list[Passage]:  # noqa: ARG002 - one each
        """Return the passages, which are whole policies."""
        known = {each.passage_id: each for passages in PASSAGES.values() for each in passages}
        return [known[name] for name in passage_ids]

    def in_force(self) -> set[str]:
        """Return the ids of all policies."""
        return {each.policy_id for passages in PASSAGES.values() for each in passages}

    def topics_of(self, policy_ids: Sequence[str]) -> set[str]:  # noqa: ARG002 - they name none
        """Return nothing: the policies do not say which topics they answer."""
        return set()

    def text_of(self, policy_ids: Sequence[str]) -> str:
        """Return what those policies say."""
        known = [each for passages in PASSAGES.values() for each in passages]
        return " ".join(each.text for each in known if each.policy_id in policy_ids)


KNOWLEDGE = CardKnowledge()


class CardService:
    """Holds the customers' cards and freezes them; every action waits for a person."""

    id_fields: Mapping[str, str] = {"cards": "card_id"}
    amount_fields: Sequence[str] = ()
    chosen_amount_fields: Sequence[str] = ()

    async def customer(self, customer_id: str) -> dict[str, Any] | None:
        """Return the customer's name and cards."""
        return CUSTOMERS.get(customer_id)

    async def names_others(self, text: str, customer_id: str | None) -> bool:
        """Say whether the text names a card of somebody else."""
        others = {card["card_id"] for name, who in CUSTOMERS.items() if name != customer_id for card in who["cards"]}
        return bool(others & set(re.findall(r"\w+", text)))

    async def review(self, action: Action, message: str, customer_id: str) -> Review:  # noqa: ARG002 - any message
        """Decline what a rule forbids; ask a person about all else."""
        try:
            await self.check(customer_id, action)
        except (Refused, UnknownCustomer) as error:
            return Review(verdict="decline", reason=str(error))
        return Review(verdict="ask_person", reason="a person approves every action")

    async def consequences(self, action: Action, customer_id: str) -> str | None:  # noqa: ARG002 - freezing is free
        """Return None: a frozen card costs nothing, and its customer can undo it."""
        return None

    def exceeded_limit(self, action: Action) -> str | None:  # noqa: ARG002 - there is no limit
        """Return None: any reviewer may approve any action."""
        return None

    async def check(self, customer_id: str, action: Action) -> None:
        """Raise where the card is not the customer's, or frozen already."""
        _allowed_card(customer_id, action)

    async def perform(self, customer_id: str, action: Action, *, key: str) -> Receipt:
        """Freeze the card; the same key gets the same receipt again."""
        if key not in DONE:
            _allowed_card(customer_id, action)["status"] = "frozen"
            DONE[key] = Receipt(receipt_id=f"R{len(DONE) + 1}")
        return DONE[key]


class PlainReader:
    """Reads what its customers and its replies say in the simplest way: a message is its questions, as they stand.

    `desk.text.reader.EnglishReader` of Baton's checkout reads English as people write it, with the modules around it.
    """

    def set_aside(self, message: str, knowledge: Knowledge) -> tuple[str, list[Aside]]:  # noqa: ARG002 - see Reader
        """Set nothing aside."""
        return message.strip(), []

    def requests(self, text: str, knowledge: Knowledge, *, doubted: bool = False) -> list[str]:  # noqa: ARG002 - see Reader
        """Return each question, the first with what stands before it and the last with what follows."""
        return [each.strip() for each in re.findall(r"(?<![^?])[^?]+\?+(?:[^?]+$)?", text)] or [text]

    def left_out(self, text: str, given: Sequence[str], knowledge: Knowledge) -> list[str]:  # noqa: ARG002 - see Reader
        """Return nothing: the model that split the text is trusted to have found everything."""
        return []

    def denies(self, words: str) -> bool:
        """Say whether the last word is a negation."""
        return words.lower().endswith((" not", " never", " no", "n't"))

    def amounts(self, text: str) -> set[Decimal]:
        """Return the amounts with a currency."""
        return {Decimal(number) for number in AMOUNT.findall(text)}

    def amounts_meant(self, quote: str) -> set[Decimal]:
        """Return every number."""
        return {Decimal(number) for number in re.findall(r"[0-9]+(?:\.[0-9]{2})?", quote)}

    def without_foreign(self, text: str) -> str:
        """Return the text without dollars and euros."""
        return re.sub(r"(?:EUR |USD |[€$])[0-9.,]+", " ", text)

    def days(self, text: str, today: date) -> set[date]:  # noqa: ARG002 - a day has its year
        """Return the days that there are."""
        found = set[date]()
        for day in re.findall(r"\b[0-9]{4}-[0-9]{2}-[0-9]{2}\b", text):
            with suppress(ValueError):
                found.add(date.fromisoformat(day))
        return found

    def days_meant(self, quote: str, today: date) -> list[date]:
        """Return those up to today, the latest first."""
        return sorted((day for day in self.days(quote, today) if day <= today), reverse=True)

    def names(self, text: str) -> list[str]:
        """Return capitalised words that do not begin a sentence."""
        return re.findall(r"(?<=[a-z,] )[A-Z]\w+(?: [A-Z]\w+)*", text)

    def words(self, text: str) -> set[str]:
        """Return the words in lower case."""
        return set(re.findall(r"\w+", text.lower()))

    def claims(self, reply: str, sources: str) -> Sequence[Claim]:
        """Return the sentences that say a card was frozen, unless a source says the same."""
        sentences = re.split(r"(?<=[.?!])\s+", reply)
        claiming = (each for each in sentences if CLAIM.search(each) and each not in sources)
        return [Claim(each, frozenset({"freeze_card"})) for each in claiming]

    def calls_free(self, reply: str) -> bool:
        """Say whether the reply speaks of no cost."""
        return "free" in self.words(reply)

    def strange_contents(
        self,
        reply: str,
        sources: Collection[str],
        *,
        own: Collection[str] = (),
        names: Collection[str] = (),  # noqa: ARG002 - it knows no names of people
    ) -> str | None:
        """Return the first link, address or number that neither a source nor the customer's things hold."""
        known = " ".join([*sources, *own])
        return next((f"the reply holds {each}" for each in STRANGE.findall(reply) if each not in known), None)

    def tone_fault(self, reply: str) -> str | None:
        """Find nothing but exclamations."""
        return "the reply shouts" if "!!" in reply else None


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.lower())) - COMMON


def _allowed_card(customer_id: str, action: Action) -> Row:
    """Return the card that an action is about.

    Raises:
        UnknownCustomer, Refused: there is no such customer, or the action may not be done.
    """
    if customer_id not in CUSTOMERS:
        raise UnknownCustomer(f"there is no customer {customer_id}")
    cards: dict[str, Row] = {card["card_id"]: card for card in CUSTOMERS[customer_id]["cards"]}
    card = cards.get(arguments(action)["card_id"])
    if card is None:
        raise Refused("not_theirs", "the card is not the customer's")
    if card["status"] == "frozen":
        raise Refused("frozen", "the card is frozen already")
    return card


async def unknown_customers(_resources: Resources, customers: Iterable[str | None]) -> dict[str, str]:
    """Return the customers that there are not, each with what to tell."""
    return {each: f"there is no customer {each}" for each in customers if each and each not in CUSTOMERS}


async def search_policies(assignment: Assignment, most: int) -> Finding:
    """Answer a question of an investigation with what the policies say."""
    found = KNOWLEDGE.passages(await KNOWLEDGE.search(assignment.question, assignment.route, most))
    return Finding(
        subtask=assignment.subtask,
        summary=" ".join(each.text for each in found) or "no policy bears on it",
        rows=[],
        evidence=[each.passage_id for each in found],
        citations=[each.policy_id for each in found],
    )


async def protect(_message: str, customer_id: str) -> tuple[Action, str] | None:
    """Freeze the card of a customer who has one."""
    cards = [card for card in CUSTOMERS[customer_id]["cards"] if card["status"] == "active"]
    if len(cards) != 1:
        return None
    return FreezeCard(name="freeze_card", card_id=cards[0]["card_id"]), "We have frozen your card."


def long_path(message: str, route: str) -> LongPath | None:
    """Say which messages of a known customer take more than one draft."""
    if "dispute" in message.lower():
        return "investigate"
    return "vote" if route == "security" and "freeze" not in message.lower() else None


def answer_single(request: Request) -> dict[str, Any]:
    """Answer all at once, from the first policy."""
    policies, guess = request.data["policies"], KNOWLEDGE.guess(request.data["message"])
    return {
        "outcome": "answered" if policies else "escalated",
        "route": guess.route,
        "confidence": guess.confidence,
        "reply": policies[0]["text"] if policies else "A colleague will look.",
        "citations": [each["id"] for each in policies[:1]],
        "reason": "a policy says so" if policies else "no policy bears on it",
    }


def choose_route(request: Request) -> dict[str, Any]:
    """Choose the route that the router thinks most probable."""
    return {"route": request.data["router_says"], "confidence": 0.9, "reason": "its words say so"}


def write_draft(request: Request) -> dict[str, Any]:
    """Quote the first policy, or all that were found; thank where that was missed, freeze where that is asked."""
    data = request.data
    quoted = data["policies"] if data.get("findings") else data["policies"][:1]
    cards = (data.get("customer") or {}).get("cards") or []
    freezes = "freeze" in data["message"].lower() and "freeze_card" in data["actions"] and len(cards) == 1
    said = ["Thank you for your message."] if data.get("unmet") else []
    said += ["We have frozen your card."] if freezes else []
    return {
        "reply": " ".join([*said, *(each["text"] for each in quoted)]),
        "citations": [each["id"] for each in quoted],
        "action": {"name": "freeze_card", "card_id": cards[0]["card_id"]} if freezes else None,
    }


def review_answer(_request: Request) -> dict[str, Any]:
    """Find everything answered: one policy has one subject here."""
    return {"open": [], "confidence": 1.0}


def mark_draft(request: Request) -> dict[str, Any]:
    """Mark a draft by whether it cites and thanks."""
    draft = request.data["draft"]
    met = {1: bool(draft["citations"]), 2: draft["reply"].startswith("Thank you")}
    return {"marks": [{"number": number, "met": ok, "reason": "as it reads"} for number, ok in met.items()]}


def find_facts(request: Request) -> dict[str, Any]:
    """Quote the amounts, and the last sentence as what is asked."""
    message = request.data["message"]
    amounts = [{"kind": "amount", "quote": found[0]} for found in AMOUNT.finditer(message)]
    return {"facts": [*amounts, {"kind": "request", "quote": re.split(r"(?<=[.?!]) ", message)[-1]}]}


def file_case(request: Request) -> dict[str, Any]:
    """File the facts as they are."""
    facts = request.data["facts"]
    sums = [number for fact in facts if fact["kind"] == "amount" for number in AMOUNT.findall(fact["quote"])]
    return {
        "request": next(fact["quote"] for fact in facts if fact["kind"] == "request"),
        "amounts": [f"{Decimal(number):.2f}" for number in sums],
        "dates": [],
        "names": [],
        "references": [],
    }


def close_case(request: Request) -> dict[str, Any]:
    """Reply with the first policy."""
    first = request.data["policies"][0]
    return {
        "summary": request.data["case"]["request"],
        "reply": first["text"],
        "citations": [first["id"]],
        "facts_used": [0],
    }


def split_message(request: Request) -> dict[str, Any]:
    """Take each question for a request."""
    message = request.data["message"]
    questions = [each for each in re.split(r"(?<=[.?!])\s+", message) if each.endswith("?")]
    return {"requests": questions or [message]}


def cast_vote(request: Request) -> dict[str, Any]:
    """Vote by one word, whatever the view."""
    stolen = "stolen" in request.data["message"].lower()
    return {"view": request.data["view"], "answer": "yes" if stolen else "no", "reason": "the words say so"}


def confirm_wish(request: Request) -> dict[str, Any]:
    """Confirm an action where the message says so in a word."""
    answer = "yes" if "freeze" in request.data["message"].lower() else "no"
    return {**dict.fromkeys(("asked", "this_thing", "now", "whole"), answer), "reason": "the words say so"}


def make_plan(request: Request) -> dict[str, Any]:
    """Ask the policies once."""
    return {"subtasks": [{"id": "t1", "worker": POLICIES, "question": request.data["message"], "needs": []}]}


def choose_step(request: Request) -> dict[str, Any]:
    """Search once, then finish with what was found."""
    if not request.data["seen"]:
        return {"why": "nothing is known", "step": {"name": "search_policies", "query": request.data["message"][:400]}}
    if not request.data["policies"]:
        return {"why": "nothing was found", "step": {"name": "give_up", "reason": "no policy bears on it"}}
    return {"why": "a policy answers it", "step": {"name": "finish", "draft": write_draft(request)}}


def hand_over(request: Request) -> dict[str, Any]:
    """Hand over once, to whom the router says; finish with what came of it."""
    data = request.data
    if data["contributions"]:
        answered = any(each["reply"] for each in data["contributions"])
        return {"to": "finish" if answered else "person", "parts": [], "why": "a specialist has spoken"}
    route = data["router_says"]["route"]
    return {"to": route if route in data["specialists"] else "person", "parts": [], "why": "the router says so"}


CRITERIA = (
    Criterion(number=1, name="grounded", asks="Does the reply cite a policy?"),
    Criterion(number=2, name="polite", asks="Does the reply begin with thanks?"),
)
VIEWS = (
    View(name="words", sees=(), asks="Judge by what the message says, word for word."),
    View(name="customer", sees=("customer",), asks="Judge by whether the customer's cards fit what the message says."),
    View(name="sceptic", sees=("topics",), asks="Look for the harmless reading of the message first."),
)

BUSINESS = DeskBusiness(
    about="a small bank that issues cards",
    folder=Path(__file__).parent,
    actions=(FreezeCard,),
    tools=(ListCards,),
    knowledge=lambda: KNOWLEDGE,
    service=CardService(),
    reader=PlainReader(),
    criteria=CRITERIA,
    workers={POLICIES: Worker("searches the policies", search_policies)},
    fraud=FraudVote(views=VIEWS, route="security", protect=protect),
    long_path=long_path,
    wording=Wording(thing="a card"),
    unknown_customers=unknown_customers,
)

RESPONDERS = {
    "Case": file_case,
    "CaseReply": close_case,
    "AnswerReview": review_answer,
    "Confirmation": confirm_wish,
    "Draft": write_draft,
    "Evaluation": mark_draft,
    "Facts": find_facts,
    "Handover": hand_over,
    "Move": choose_step,
    "Plan": make_plan,
    "Requests": split_message,
    "RouteChoice": choose_route,
    "SingleAnswer": answer_single,
    "Vote": cast_vote,
}
"""What the offline model answers, by the record that it is asked for."""
