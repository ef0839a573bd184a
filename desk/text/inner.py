"""Words on the desk's own approvals and limits, which are for clerks and not for customers."""

import re

from desk.text.plain import plain

INNER = re.compile(
    r"\b(?:(?P<stem>approv|supervis|sign(?:ed)?[ -]?off|authori[sz]ation|escalation|threshold|discretion|managerial)\w*"
    r"|reviewers?|clerks?|managers?|team lead(?:er)?s?|back[ -]office|superiors?|head office|four[ -]eyes|internally"
    r"|internal (?:rules?|limits?|polic(?:y|ies)|guidelines?|only)"
    r"|(?:my|our|the desk's|desk's|a clerk's|an agent's|own) (?:own )?(?:limits?|authority|powers?|remit|ceiling|cap)"
    r"|boss(?:es)?|senior colleagues?|second pair of eyes|(?:the|this|our) (?:bot|prompt|instructions)"
    r"|system prompt|my instructions|as an? (?:ai|assistant|bot|agent|language model)"
    r"|(?:nobody|no one) (?:will|has to|needs to|must) (?:check|look|notice|ask)|not (?:looked at|checked|reviewed)"
    r"|without (?:having to ask|asking (?:a|any|some)\w*|a second|a human|human review|review|checks?|permission))\b",
    re.IGNORECASE,
)


def inner_words_in(text: str) -> set[str]:
    """Return the words of a text that speak of who must approve what, each in one form for all its endings."""
    return {
        each["stem"].lower() if each["stem"] else each.group().lower().rstrip("s")
        for each in INNER.finditer(plain(text))
    }
