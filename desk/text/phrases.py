"""The set phrases with which a message begins and ends, also where no sign divides them from what is asked."""

import re

WINDOW = 200  # characters in which a phrase is looked for


def _any(words: str) -> str:
    """Return the pattern of one of some words or phrases, divided by `|` or by the end of a line."""
    return f"(?:{'|'.join(line.strip() for line in words.strip().splitlines())})"


def _phrases(*phrases: tuple[str, str]) -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in phrases)


ALARM = _any("urgent|emergency|help|stop|stolen|lost|fraud|scam|block|freeze|cancel|close|refund|card|account|money")
"""Words that are no names, whatever their capitals."""
STARTS = _any("where|when|why|how|what|who|which|please|can|could|i|i'm|my|is|are|it|not|no|still|but|the|a|and")
NAME = rf"(?!{ALARM}\b)(?-i:[A-Z](?:[\w'\u2019-]*[^\W\dA-Z])?\.?)(?![\w'])"
NAMES = rf"(?:{NAME}(?: ?{NAME}){{0,3}}|(?!(?:{ALARM}|{STARTS})\b)[\w'\u2019.-]{{1,20}})(?: x+)?"
"""Up to four names with capitals, or one word of any kind."""

ALL = _any(
    r"""there(?! (?:is|are|was|were|has|have|seems?|must|should|'s)\b)|everyone|everybody|team|guys|folks|sirs?|madam
    ma'am|mate|again|zusammen|both"""
)
DESK = _any(
    """all|to|the|at|of|and|or|my|you|customers?|clients?|services?|support|care|help ?desk|desk|bank|banking
    department|staff|colleagues|mr|mrs|ms|miss|dr|prof"""
)
HELLO = _any(
    """hi|hiya|hello|heya?|hallo|hullo|howdy|greetings|good (?:morning|afternoon|evening|day)
    (?:sch[oö]nen )?guten (?:tag|morgen|abend)|bonjour|hola|salut|ciao|moin|servus|namaste|salam|bonsoir|buongiorno
    buenos d[ií]as|buenas tardes|hej|yo"""
)
DEAR = _any("dear|morning|afternoon|evening|liebe[rs]?|sehr geehrte[rs]?|cher|ch[eè]re|estimad[oa]s?|caro|cara|gentile")
DIVIDED = r"(?:[^\S\n]*[,!:;.\u2013\u2014-]+\s*|[^\S\n]*\n\s*|\s*$)"
WELL = _any("well|fine|good|great|ok|okay|good (?:health|spirits)|a (?:good|great|nice|lovely) (?:day|week|weekend)")
OPENINGS = _phrases(
    ("greeting", rf"(?:{HELLO}|{DEAR})\b(?:[ /&]{{1,2}}(?:{ALL}\b|{DESK}\b\.?|{NAME})){{0,6}}(?: x+\b)?{DIVIDED}"),
    ("greeting", r"to whom(?:so ?ever)? it may concern\b[ ,.:;!-]*"),
    ("greeting", rf"{HELLO}\b(?: {ALL}\b){{0,3}}(?: x+\b)?(?=\s)\s*"),
    (
        "greeting",
        rf"(?:my name(?: is|'s)|this is)(?: {NAME}){{1,4}}(?:[.,;]\s*(?:and )?|\s+and (?=i (?:have|am)\b|i'))",
    ),
    (
        "greeting",
        (
            r"(?:and )?(?:i(?:'ve| have) been|i(?:'m| am)) (?:a|an|your) [a-z -]{0,40}?(?:customer|client|member)\b"
            r"[a-z ]{0,30}(?:[.,!]\s*|$)"
        ),
    ),
    (
        "small talk",
        (
            r"(?:i |we )?(?:really |do |just )?(?:hope|trust) (?:that )?"
            r"(?:you|this (?:e-?mail|mail|message|letter)|every(?:one|thing)|all|things|your (?:day|week|weekend))"
            r"(?:'re| all)?(?: (?:there|of you))? (?:are|is|finds you|had|have had|has been|going|doing|keeping) "
            rf"(?:all |very |keeping |doing |going |in )?{WELL}\b(?: today)?[ ,.!-]*(?:and )?"
        ),
    ),
    (
        "small talk",
        r"how(?:'s| is| are) (?:you|things|it going|everything|life)\b(?: (?:all|doing|today|guys|both))*[ ,.?!-]*",
    ),
    (
        "courtesy",
        (
            r"(?:i(?:'ve| have) )?(?:just )?(?:a |one )?(?:quick|short|simple|small) (?:question|query|one)\b"
            r"(?: for you| please)?[ ,.:;!-]*"
        ),
    ),
)
"""Phrases with which a message, or what is left of it, may begin."""

FORMAL = _any(
    r"""(?:with |and )?(?:(?:kind(?:est)?|best|warm(?:est)?|many|sincere) ){1,2}(?:and )?(?:regards?|wishes|greetings)
    (?:kind |best |warm |with )?regards|rgds|brgds|kind rgds|yours (?:sincerely|faithfully|truly|respectfully|ever)
    sincerely(?: yours)?|respectfully(?: yours)?|faithfully|all the (?:very )?best|warmly|cordially
    mit (?:freundlichen|besten) gr(?:ü|ue)(?:ß|ss)en|(?:viele|liebe|beste|freundliche) gr(?:ü|ue)(?:ß|ss)e|mfg
    (?:bien )?cordialement|bien à vous|(?:meilleures )?salutations(?: distingu[ée]es)?|(?:un )?saludos?
    saludos cordiales|atentamente|cordiali saluti|met vriendelijke groet(?:en)?|atenciosamente|pozdrawiam
    med v[äa]nliga? h[äa]lsning(?:ar)?"""
)
THANKS = _any("thanks|thank ?you|thank u|thx|thnx|tx|ty|cheers|ta|tia|much appreciated")
MUCH = _any(
    """(?:so|very) much|a (?:lot|million|bunch)|lots|again|guys|team|mate|in advance|and|very|kindly
    for (?:your|the|any|all)(?: \\w+)? (?:help|time|assistance|support|reply|advice|attention)
    for (?:reading|helping)(?: me| this)?"""
)
FRIENDLY = rf"(?:(?:many |with (?:many )?)?{THANKS}(?: {MUCH})*|yours|best|love|kr|br|vg|lg|x+|take care|peace|ciao)"
"""Words that also stand elsewhere: they close a letter only where a name follows, or nothing."""
SIGNED = rf"(?:[^\S\n]*[,.!-]?\s{{1,3}}{NAMES})?[^\w?]*"
THANKING = rf"(?:(?:many )?{THANKS}(?: in advance)?(?:,| and| ?&)? )?"
FORMAL_LINE = re.compile(rf"\W*{THANKING}{FORMAL}{SIGNED}", re.IGNORECASE)
FRIENDLY_LINE = re.compile(rf"\W*{THANKING}{FRIENDLY}{SIGNED}", re.IGNORECASE)
NAME_LINE = re.compile(rf"\W*{NAMES}[^\w?]*", re.IGNORECASE)
ENDINGS = _phrases(
    ("signature", rf"(?<!\w)(?:thanks,? )?{FORMAL}{SIGNED}$"),
    (
        "thanks",
        (
            rf"(?<!\w)(?:and )?(?:many |with (?:many )?)?{THANKS}(?: {MUCH})*"
            rf"(?:[\s,!.-]{{1,3}}{NAME}(?: {NAME})?(?: x+)?)?[\W_]*$"
        ),
    ),
)
"""Phrases with which a message, or what is left of it, may end."""


def opening(text: str, start: int, end: int) -> tuple[str, int] | None:
    """Return the kind of the phrase with which a stretch of a text begins and where it ends, or None."""
    for kind, pattern in OPENINGS:
        match = pattern.match(text, start, min(end, start + WINDOW))
        if match and match.end() > start:
            return kind, match.end()
    return None


def ending(text: str, start: int, end: int) -> tuple[str, int] | None:
    """Return the kind of the phrase with which a stretch of a text ends and where it begins, or None."""
    for kind, pattern in ENDINGS:
        if match := pattern.search(text, max(start, end - WINDOW), end):
            return kind, match.start()
    return None
