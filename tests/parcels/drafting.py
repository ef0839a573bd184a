"""How the offline model drafts: what a message asks for, which parcel it means, and what the policies say to it."""

import re
from collections import Counter
from typing import Any

from tests.parcels.service import ID, READER

Data = dict[str, Any]
OPENING = "Thank you for your message."
STOP = frozenset(
    "a an and are at be by can do does for from have how i in is it my of on or that the to we you".split()
)
ASKS = re.compile(r"\?|\b(?:please|want|need|can you|could you|tell me|how|when|where|why|what)\b", re.IGNORECASE)
QUESTION = re.compile(r"\?|\b(?:how|what|when|whether|if)\b", re.IGNORECASE)
NEGATED = re.compile(r"\b(?:not|never|no need to|\w+n't)\s+(?:\w+\s+){0,2}$", re.IGNORECASE)
WISHES = {
    "compensate": re.compile(r"\b(?:pay me|compensat\w+|refund|my money)\b", re.IGNORECASE),
    "redeliver": re.compile(r"\bredeliver|\b(?:deliver|bring|come|try)\b.{0,40}\b(?:again|once more)\b", re.IGNORECASE),
}
FITTING = {"compensate": ("damaged", "lost"), "redeliver": ("missed", "redirected")}
DONE = {
    "compensate": "We have paid EUR {amount} for your parcel {parcel_id}.",
    "redeliver": "We have arranged that your parcel {parcel_id} comes again in the {part_of_day}.",
}


def words(text: str) -> set[str]:
    """Return the words of a text that carry meaning, their endings cut."""
    found = re.findall(r"[a-z]{2,}", text.lower())
    return {re.sub(r"(?:ing|ed|es|s)$", "", each) for each in found} - STOP


def sentences(text: str) -> list[str]:
    """Return the sentences of a text."""
    return [part for part in re.split(r"(?<=[.!?])\s+", " ".join(text.split())) if part]


def separate(message: str) -> list[str]:
    """Return the requests of a message: each sentence that asks, with the story before it."""
    pieces, story = list[str](), list[str]()
    for sentence in sentences(message):
        story.append(sentence)
        if ASKS.search(sentence):
            pieces.append(" ".join(story))
            story = []
    if story and pieces:
        pieces[-1] = " ".join([pieces[-1], *story])
    return list(dict.fromkeys(pieces)) or [" ".join(message.split())]


def wish(message: str) -> str | None:
    """Return the action that a sentence plainly asks for."""
    for sentence in (each for each in sentences(message) if not QUESTION.search(each)):
        for name, pattern in WISHES.items():
            if (found := pattern.search(sentence)) and not NEGATED.search(sentence[: found.start()]):
                return name
    return None


def proposal(message: str, customer: Data | None, allowed: list[str]) -> Data | None:
    """Return the action that is asked for, where it is allowed and one parcel of the customer's is meant."""
    wanted = wish(message)
    if customer is None or wanted not in allowed:
        return None
    named = {found.upper() for found in ID.findall(message)}
    meant = [each for each in customer["parcels"] if each["parcel_id"] in named or not named]
    meant = [each for each in meant if named or each["status"] in FITTING[wanted]]
    if len(meant) != 1 or len(named) > 1:
        return None
    given = {"name": wanted, "parcel_id": meant[0]["parcel_id"]}
    if wanted == "redeliver":
        parts = [each for each in ("afternoon", "evening") if each in message.lower()]
        return {**given, "part_of_day": parts[0] if parts else "morning"}
    amounts = [f"{each:.2f}" for each in READER.amounts(message) if each > 0]
    return {**given, "amount": amounts[0] if amounts else meant[0]["value"]} if len(amounts) <= 1 else None


def best(asked: str, policies: list[Data], most: int = 1) -> list[Data]:
    """Return the passages that share most with what is asked, rare words weighing more."""
    held = [words(f"{each['title']} {each['text']}") for each in policies]
    spread, wanted = Counter(word for each in held for word in each), words(asked)
    fits = [sum(1 / spread[word] for word in wanted & each) / (len(each) + 10) for each in held]
    return [policies[place] for place in sorted(range(len(held)), key=lambda place: -fits[place])[:most]]


def worded(chosen: list[Data], *ahead: str) -> Data:
    """Return `reply` and `citations` that rest on passages."""
    texts = dict.fromkeys(each["text"] for each in chosen)
    return {
        "reply": " ".join([OPENING, *ahead, *texts]),
        "citations": list(dict.fromkeys(each["id"] for each in chosen)),
    }


def drafted(message: str, data: Data, *ahead: str) -> Data:
    """Return a draft from `policies`, `customer`, `actions` and, after an investigation, its `findings`."""
    action, policies = proposal(message, data.get("customer"), list(data.get("actions", []))), data["policies"]
    chosen = best(message, policies, 2 if data.get("unmet") else 1)
    for each in data.get("findings", []):
        chosen += best(each["question"], [policy for policy in policies if policy["id"] in each["citations"]])
    told = [DONE[action["name"]].format(**action)] if action else list(ahead)
    return {**worded(chosen, *told), "action": action}
