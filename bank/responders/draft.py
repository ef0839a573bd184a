"""Draft a reply: the paragraph of the policies that answers the message best, and at most one proposal."""

from collections.abc import Iterable
from typing import Any

from bank.clerk.wishes import wish
from bank.knowledge import knowledge
from bank.responders.passages import OPENING, Paragraph, best, quote_reply
from bank.responders.proposals import proposal
from bank.responders.revision import revision
from bank.responders.things import names_only_own
from baton.offline.transport import Request

DONE = {
    "freeze_card": "We have frozen your card at once; nobody can pay with it now.",
    "reissue_card": "We have ordered your new card.",
    "refund": "We have refunded GBP {amount} to your account.",
    "file_dispute": "We have opened a dispute for this payment.",
    "change_limit": "We have set the card's daily limit to GBP {daily_limit}.",
    "close_account": "We have closed your account.",
}
ONLY_OWN = "We can act only on your own cards, accounts and payments."
TOPICS = {
    "freeze_card": "lost or stolen card frozen at once replaced free",
    "reissue_card": "replacement replaced costs GBP damaged card change of name free after loss theft fraud",
    "refund": "refund posted charge",
    "file_dispute": "dispute provisional decision",
    "change_limit": "daily limit",
    "close_account": "close account balance approves",
}
"""The topics that a customer for whom we act also wants to read about."""


def draft(request: Request) -> dict[str, Any]:
    """Return a `Draft` from the data `message`, `topics`, `policies`, `customer` and `actions` (those allowed).

    With an old `draft` and its `unmet` criteria it revises that one; with `findings` it reports each of them.
    """
    data = request.data
    if data.get("unmet"):
        return revision(request)
    message, policies = str(data.get("message", "")), list(data.get("policies", []))
    customer, actions = data.get("customer"), list(data.get("actions", []))
    if findings := list(data.get("findings", [])):
        return _synthesis(
            make_draft(message, [], customer, actions, lines=_finding_lines(findings)), policies, findings
        )
    return make_draft(message, policies, customer, actions, topic=next(iter(data.get("topics", {})), ""))


def make_draft(
    message: str,
    policies: list[dict[str, str]],
    customer: dict[str, Any] | None,
    actions: list[str],
    *,
    lines: Iterable[str] = (),
    topic: str = "",
) -> dict[str, Any]:
    """Return the draft on a topic; without an action its reply starts with `lines`, before the quoted policies."""
    action = proposal(message, customer, actions)
    said = TOPICS[action["name"]] if action else topic.partition("/")[2].replace("_", " ")
    query = knowledge().spelling.corrected(f"{message} {said}")
    ahead = [*_ahead(message, customer, action), *([] if action else lines)]
    return {**quote_reply(best(query, policies), ahead), "action": action}


def _synthesis(
    draft_data: dict[str, Any], policies: list[dict[str, str]], findings: list[dict[str, Any]]
) -> dict[str, Any]:
    """Return the draft of an investigation: the policies found for each question answer it."""
    paragraphs = list[Paragraph]()
    for each in findings:
        topic = TOPICS[draft_data["action"]["name"]] if draft_data["action"] and wish(each["question"]) else ""
        paragraphs += best(f"{each['question']} {topic}", [one for one in policies if one["id"] in each["citations"]])
    quotation = quote_reply(list({each.text: each for each in paragraphs}.values()))
    return {**draft_data, **quotation, "reply": draft_data["reply"] + quotation["reply"].removeprefix(OPENING)}


def _finding_lines(findings: list[dict[str, Any]]) -> list[str]:
    """Return a sentence on each finding of the customer's own things."""
    summaries = dict.fromkeys(each["summary"] for each in findings if each["rows"])
    return [f"{summary[:1].upper()}{summary[1:]}." for summary in summaries]


def _ahead(message: str, customer: dict[str, Any] | None, action: dict[str, Any] | None) -> list[str]:
    """Return the reply's sentences before the quotes: what was done, or why it was not."""
    if action is not None:
        return [DONE[action["name"]].format(**action)]
    return [ONLY_OWN] if customer and wish(message) and not names_only_own(message, customer) else []
