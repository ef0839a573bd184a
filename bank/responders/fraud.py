"""Patterns of customers' reports of fraud, and of innocent explanations."""

import re

KIN = (
    r"(?:wife|husband|partner|son|daughter|kids?|children|mum|mother|dad|father|brother|sister|flatmate|housemate"
    r"|girlfriend|boyfriend|nan|gran(?:ny|ddad)?)"
)
SELF = rf"(?:i|we|nobody|no ?one|neither of us|not one of us|none of us|my {KIN})"
DOES = (
    r"(?:bought|buy|order(?:ed)?|stay(?:ed)?|ate|eat|been|shop(?:ped)?|used?|heard|wear|members?(?:hip)?|accounts?"
    r"|sign(?:ed)?|agreed?|make|made|did|do|add(?:ed)?|start(?:ed)?|allow(?:ed)?|authori[sz]ed?|withdr[ae]w|pa(?:y|id)"
    r"|spen[dt]|bet|play|own|there|town|visit(?:ed)?|set foot|approved?|place)"
)
STRANGER = r"(?:some(?:one|body)|stranger|person|they|he|she|whoever|carer|colleague|cleaner|lodger|ex)"
TOOK = r"(?:using|used|spen[dt]\w*|bought|buying|taken|paying|withdraw\w*|emptied|sent himself|logged)"
GAVE = r"(?:gave|given|told|read|sent|typed|entered|handed|collected|has|saved)"
DETAILS = r"(?:code|pin|passcode|password|card (?:number|details)|my card|her card|his card)"


def _any(*parts: str) -> re.Pattern[str]:
    return re.compile("|".join(parts), re.IGNORECASE)


CONTESTED = _any(
    r"\b(?:wasn't|was not|isn't|is not|not|weren't) (?:me|us|mine|ours|my (?:doing|payment|purchase|transaction))\b",
    rf"\b{SELF}\b[^.?!;]{{0,25}}?(?:\b(?:never|not|neither|no)\b|n't\b)[^.?!;]{{0,20}}?\b{DOES}\b",
    rf"\b(?:nobody|no ?one|not one of us|none of us|neither of us)\b[^.?!;]{{0,30}}\b{DOES}\b",
    r"(?:^|[.?!,;] |and )never (?:been|heard|ordered|bought|used|had|lived|left|went|ate)\b",
    r"\b(?:did|bought|made|ordered) (?:neither|none)\b|\b(?:signed|bought|ordered|agreed to|did) nothing\b",
    r"\b(?:don't|do not|can't|cannot|didn't|did not) (?:\w+ )?(?:recogni[sz]e|know (?:this|that|them|the|who|what))\b",
    r"\b(?:can't|cannot) place\b|\bcontest\b|\bwrong person\b|\bmeans nothing to me\b",
    r"\b(?:address|man|woman|person|payee|place|shop) (?:that |whom )?i (?:do not|don't) know\b|\bunknown to me\b",
    r"\b(?:unauthori[sz]ed|unrecogni[sz]ed|without my (?:permission|knowledge|consent|say))\b",
    r"\bknow(?:s|ing)? nothing (?:of|about)\b|\bno idea (?:what|who|where)\b",
)
"""The customer denies having done something."""

TAKEN = _any(
    r"\b(?:stolen|stole|nicked|pinched|snatched|pickpocket\w*|mugged|robbed|burgl\w+|thie(?:f|ves)|lifted|break-in)\b",
    r"\b(?:clone[ds]?|skimm\w+|hacked|fraud\w*|phish\w*|compromised|conned|tricked|impost[eo]r|in my name)\b",
    r"\b(?:bag|purse|wallet|phone|card|letterbox|cards)\b.{0,20}\b(?:taken|cut open|broken open|forced|grabbed)\b",
    rf"\b{STRANGER}\b.{{0,40}}\b{TOOK}\b",
    rf"\b{GAVE}\b.{{0,40}}\b{DETAILS}\b.{{0,40}}\b(?:text|phone|caller|man|link|page|gone|since|door|lunch|later)\b",
    r"\bsafe account\b|\bclicked (?:on )?(?:a|the) link\b|\bremote(?:ly)?\b.{0,20}\b(?:access|app|control)\b",
    r"\bfalse front\b|\blog(?:ged)? in on a (?:page|site)\b|\badded to some(?:one|body)('s| else's)?\b",
    r"\bpolice(?:man)?\b.{0,40}\bcard\b",
)
"""Somebody else has, or was given, the customer's things or details."""

INNOCENT = _any(
    rf"\bmy {KIN}\b.{{0,40}}\b(?:used|bought|ordered|paid|borrowed|booked|has the card|took|made|did|signed)\b",
    r"\b(?:turn(?:s|ed) out|it was me|that was me|was mine after all|my own|i forgot|i'd forgotten|had forgotten)\b",
    r"\b(?:i|we) (?:now |then )?(?:remember|recall)(?:ed)?\b|\bfound (?:it|my|the)\b|\bslipped my mind\b",
    r"\b(?:subscription|free trial|trial period|renew\w*)\b|\bby mistake\b|\bas agreed\b|\bblessing\b|\bnever mind\b",
    r"\b(?:trades?|goes|shows?|listed|appears?) (?:up )?(?:as|under)\b",
    r"\b(?:i let|i lent|i allowed|i said (?:he|she|they) could|i gave (?:him|her|them) (?:my|the) card)\b",
    r"\b(?:twice|double|two times|deposit|refund\w*|overcharg\w*|wrong amount|misplaced|mislaid|fee)\b",
    r"\b(?:what (?:happens|would happen|if)|in case|if (?:my|i|it|a|someone|somebody)|how (?:do|can|would|does))\b",
    r"\b(?:told me that|have heard|a friend|before i go|nothing has happened|just want to know|hypothetical\w*)\b",
)
"""Explanations without a thief."""

ALARM = _any(
    r"\b(?:urgent\w*|emergency|immediately|at once|right now|right away|straight ?away|asap|quick(?:ly)?|hurry)\b",
    r"\b(?:as (?:i|we) (?:write|speak|type)|still going|happening now|another one|one after (?:the )?other)\b",
    r"\b(?:three|four|five|six|seven|several|loads|dozens?|[3-9])\b.{0,20}\b(?:payments?|charges?|purchases?)\b|!!",
)
"""Haste, and events in progress."""

ELSEWHERE = _any(
    r"\b(?:card|phone|purse|wallet|bag)\b.{0,30}\b(?:gone|missing|stolen|taken|nicked|snatched|not here|vanished)\b",
    r"\b(?:i|we)(?:'ve| have| had)? never been (?:to|in|there|near)\b|\bnot (?:even )?in (?:the country|town)\b",
    r"\b(?:i was|i'm|i am|we were)\b.{0,30}\b(?:abroad|asleep|at home|at work|in bed|in hospital|on a plane)\b",
    r"\b(?:card|it)\b.{0,25}\b(?:in my (?:pocket|purse|wallet|hand|drawer)|never left|with me|right here|next to me)\b",
    r"\b(?:copied|photograph\w*|cloned|skimm\w+|breach|leaked|gave|read out|typed)\b",
)
"""The customer or the card was elsewhere, or the details were copied."""

AT_HAND = _any(rf"\bmy {KIN}\b", r"\bonly (?:i|me)\b|\bnobody else (?:has|knows|uses)\b|\bat home somewhere\b")
"""People and places close to the customer."""

ASKING = _any(r"\?", r"\b(?:please|i'd like|i would like|i want|i need|sorry|thanks?|just wanted)\b")
"""A question or a request, rather than a report."""


def allegation(message: str) -> str | None:
    """Return the words of a message that report misuse by others; None where it reports none."""
    match = CONTESTED.search(message) or TAKEN.search(message)
    return match.group() if match else None
