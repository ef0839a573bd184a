"""Customers' wishes: the words in which they ask for each of the bank's actions, and what a message wishes."""

import re

from desk.records import Wish
from desk.text.orders import Act, askings, tells

KIND = (
    r"(?:(?:bank|debit|visa|physical|plastic|virtual|lost|stolen|missing|harbour|payment|old|active|other|first"
    r"|second|frozen"
    r"|expired|damaged|broken|everyday|main)\s+){0,3}"
)
WHOSE = r"(?:(?:my|the|this|that|our|both|both my|his|her|their)\s+)?(?:[a-z]+'s\s+)?"
CARD = (
    rf"{WHOSE}{KIND}cards?\b(?:\s+(?:ending(?: in)?|with)\s+\d{{4}})?"
    r"|(?:my|the|this|that)\s+(?:one\s+)?(?:ending\s+(?:in\s+)?)?\d{4}\b|\bk\d{4}\b|mine\b"
)
NEW = (
    r"(?:(?:an?|the|my|another)\s+)?(?:(?:new|replacement|fresh|spare)\s+)(?:(?:bank|debit|physical|plastic|virtual"
    r"|visa)\s+){0,2}"
    r"(?:card|one)\b|a replacement\b|the replacement\b|another (?:card|one)\b"
)
AFTER_CARD = (  # what follows says where, for what or for how long it shall be stopped
    r"\b(?:online|internet|contactless|cash|withdraw\w*|abroad|foreign|subscriptions?|charging|stripe)\b"
    r"|(?:\bcards?|\bit|\b\d{4})\s+(?:please\s+)?(?:at(?! once\b)|for(?! (?:me|us|good|now|the safety"
    r"|(?:my )?(?:safety|security))\b)"
    r"|from(?! (?:now|today)\b)|in|on(?! my behalf\b)|against|except|but|with(?! immediate)|above|over|under|below"
    r"|outside"
    r"|payments?|transactions?)\b"
)
SPENT = r"(?:payments?|charges?|transactions?|purchases?|withdrawals?|money|refund|fees?|amount)"
ACTS: dict[str, Act] = {  # in this order: who closes an account may well mention a card
    "close_account": Act(
        do=(
            r"(?:close|terminate|shut|delete|cancel|end)\s+(?:down\s+)?[^.!?;\n]{0,30}?(?:\baccounts?\b|\ba\d{3}\b)"
            r"|close it\b"
        ),
        done=r"[^.!?;\n]{0,40}?\bclosed\b",
        about=r"\baccounts?\b|\ba\d{3}\b",
        things="accounts?",
    ),
    "change_limit": Act(
        do=(
            r"(?:raise|increase|lower|reduce|change|set|put|drop|cut|decrease|bring|make|move|adjust|bump|double"
            r"|halve|up|cap|restrict"
            r"|limit)\s+[^.!?;\n]{0,40}?\b(?:limit\b|\d{4}\s+(?:to|at|up|down)\b|card\s+to\b)"
        ),
        done=r"[^.!?;\n]{0,40}?\blimit\b[^.!?;\n]{0,40}?\b(?:raised|lowered|reduced|set|changed|increased|cut|at|to|of)\b",
        wanted=r"(?:an?\s+)?(?:(?:new|higher|lower|daily|card)\s+){0,3}limit\b",
        asked=(
            r"(?:my|the)\s+(?:daily\s+|card\s+)?limit\s+(?:should|must|has to|needs to)\b"
            r"|(?:can|could|may)\s+my\s+(?:\w+\s+)?limit\s+(?:please\s+)?(?:go|be)\b"
        ),
        about=r"\blimit|\bcap\b|\ba day\b",
        things="limits?|cards?",
        partial=r"\b(?:online|internet|contactless|cash|withdraw\w*|abroad|shops?|weekdays?|weekends?|holidays?|times)\b",
    ),
    "reissue_card": Act(
        do=(
            rf"(?:send|order|issue|post|mail|get|give|do|make|provide)\s+(?:out\s+)?(?:me\s+|us\s+)?(?:{NEW})"
            rf"|(?:replace|reissue|renew)\s+(?:{CARD}|it\b|one\b|that one\b)"
        ),
        done=rf"(?:{CARD}|it|one)\s+(?:[\w']+\s+){{0,4}}?(?:replaced|reissued|renewed)\b",
        wanted=NEW,
        about=r"\bcards?\b|\bk\d{4}\b",
        things="cards?",
    ),
    "freeze_card": Act(
        do=(
            rf"(?:freeze|block|lock|suspend|stop|disable|deactivate|cancel|kill|halt)\s+(?:{CARD})"
            rf"|put\s+an?\s+(?:stop|hold|block|freeze)\s+on\s+(?:{CARD}|it\b)"
            r"|(?:freeze|block|lock|suspend|stop|disable|deactivate)\s+(?:it|this|everything)\b(?! from\b)"
        ),
        done=rf"(?:{CARD}|it|one)\s+(?:[\w']+\s+){{0,3}}?(?:frozen|blocked|locked|stopped|suspended|cancelled|disabled|deactivated)\b",
        asked=(
            r"(?:freeze|block|stop)(?:\s+it)?[\s,]+(?:please|pls|plz)\b"
            r"|(?:freeze|block|stop) it\s+(?:right\s+)?(?:now|asap)"
        ),
        about=r"\bcards?\b|\bwallet|\bpurse\b|\b(?:ending|ends)\b|\bk\d{4}\b",
        things="cards?|wallet|purse",
        partial=AFTER_CARD,
    ),
    "file_dispute": Act(
        do=(
            r"(?:dispute|contest|charge\s?back)\s+(?!(?:idea|case|form|has|is|was|about|over|with|against)\b)\S+"
            r"|(?:file|open|raise|start|make|lodge|log|begin|initiate)\s+(?:an?|the|my)\s+(?:\w+\s+)?(?:dispute"
            r"|chargeback|claim)\b"
            r"|take (?:it|this|that|them) up with\b"
        ),
        done=r"[^.!?;\n]{0,60}?\b(?:disputed|contested|charged back)\b",
        wanted=r"an?\s+(?:dispute|chargeback)\b",
        asked=r"(?:i|we)\s+(?:hereby\s+)?(?:dispute|contest)\s+\S+|\bget\s+(?:that|this|the|it)\b[^.!?;\n]{0,30}?\b(?:disputed|contested)\b",
        things=SPENT,
        partial=r"\b(?:items?|shipping|postage|overcharge\w*|too much|extra)\b",
    ),
    "refund": Act(
        do=(
            r"(?:refund|reimburse)\b(?!\s+(?:policy|from|has|have|is|was|takes?|will|i|that i|arriv\w+|status)\b)"
            r"|(?:give|pay|send|put|return|credit|transfer|hand)\s+(?:me\s+|us\s+)?(?:[^.!?;\n]{0,60}?\bback\b)"
            r"|return\s+(?:me\s+|us\s+|to me\s+)?(?:the|my|one|that|this)\b"
        ),
        done=r"[^.!?;\n]{0,60}?\b(?:refunded|reimbursed|paid back|given back|put back|returned|back)\b",
        wanted=(
            r"(?:my|the|our)?\s?money back\b|(?:an?|the|my|full)\s+(?:full\s+)?refund\b"
            r"|(?:the\s+)?(?:second|other)(?:\s+\w+)?\s+back\b"
        ),
        asked=(
            r"(?:can|could|may)\s+(?:i|we)\s+(?:please\s+)?(?:have|get)\s+[^.!?;\n]{0,60}?\b(?:back|refunded"
            r"|refund)\b"
            r"|refund(?:\s+\w+){0,3}[\s,]+(?:please|pls|plz)\b"
        ),
        things=SPENT,
        partial=r"\b(?:vat|tax|tip|delivery|shipping|postage|discount|interest|items?|overcharge\w*|too much|change)\b",
    ),
}
"""The acts of the desk, each in customers' words."""
ROUTES: dict[str, str] = {  # where the desk deals with a wish
    "close_account": "account",
    "change_limit": "cards",
    "reissue_card": "cards",
    "freeze_card": "security",
    "file_dispute": "disputes",
    "refund": "disputes",
}


REPORTS: dict[str, re.Pattern[str]] = {
    "freeze_card": re.compile(
        r"\bcard\b.{0,20}\b(?:was|is|been|got|gone)\b.{0,15}\b(?:stolen|lost|nicked)\b"
        r"|\b(?:lost|stole|nicked)\b.{0,15}\b(?:card|wallet|purse|handbag)\b",
        re.IGNORECASE,
    ),
    "file_dispute": re.compile(
        r"\b(?:paid|charged|bought|ordered)\b.{0,80}\b(?:never|not|n't)\b.{0,15}\b(?:arrived?|come?|came|delivered"
        r"|got)\b",
        re.IGNORECASE,
    ),
    "refund": re.compile(
        r"\b(?:charged|billed|debited|taken|took)\b.{0,25}\b(?:twice|two times|double)\b|\bdouble charge", re.IGNORECASE
    ),
}
"""What is told that an action mends, in the order of urgency. Who tells it has not asked for the action yet."""


def wishes(request: str) -> list[Wish]:
    """Return what a message wishes of the bank's actions, each once, with the sentence that says it."""
    found = {name: [each for each in askings(request, act) if each.is_wish] for name, act in ACTS.items()}
    return [Wish(name, places[0].words) for name, places in found.items() if places]


def wish(request: str) -> str | None:
    """Return the name of the first action that a message wishes, else of the first that would mend what it tells."""
    wished = next((each.action for each in wishes(request)), None)
    return wished or next((name for name, pattern in REPORTS.items() if tells(request, pattern)), None)
