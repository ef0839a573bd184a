"""Small talk: a sentence that has nothing to do with the desk, beside one that surely has."""

import re
from collections.abc import Callable
from functools import cache
from itertools import islice

from desk.business import Knowledge
from desk.records import OTHER
from desk.text.asking import ORDERS, WISH
from desk.text.markup import plain
from desk.text.moods import TAKES_BACK
from desk.text.sentences import clauses

IDLE = 0.4  # of a sentence that is not for this desk
MAYBE = 0.3  # the most, of a sentence that surely is
SURELY_IDLE, PERHAPS = 0.8, 0.7  # the same, where a sentence is surely idle: the other may be less sure
SUREST_IDLE = 0.9  # of a sentence with a grievance
MOST_WORDS, LONGEST = 25, 300  # words and characters of one
MOST_SENTENCES = 50  # of a message, in which one for the desk is looked for
ASKS = re.compile(
    r"\b(?:please|pls|plz|(?:can|could|would|will|may|do|does|should|must|is|are) (?:you|i|we|it|this|that|they|there)"
    r"|i(?:'d| would) like|(?:i|we) (?:want|need|wish|demand|require|question)|tell me|let me know"
    r"|how(?! time| things| (?:was|were|are) your?\b)|hows(?! (?:it going|things|life|you|your)\b)|why|wheres|whens"
    r"|(?<=\w )what"
    r"|what'?s|(?<![\w,] )which"
    r"|what (?:\w+ )?(?:is|are|was|were|do|does|did|can|could|should|would|will|has|have|if|about|to|kind|happen\w*)"
    r"|(?<![\w,] )who)\b",
    re.IGNORECASE,
)
QUESTION = re.compile(
    r"\A(?!\W*how (?:was|were|are) your?\b)(?=.*\?)"
    r"(?:(?!.*\byou\b)|(?=.*\b(?:i|me|my|mine|we|us|our|ours|your|yours|what|when|where|how)\b))",
    re.IGNORECASE | re.DOTALL,
)
"""A question, but for one that is about the reader and nothing of the writer's: "Did you see the match?"."""
REFERS = re.compile(
    r"^\W*(?:this|these|those|they|he|she|him|her|that)\b(?!(?: is|['\u2019]s) (?:all|enough|me|it)\b)"
    r"|(?<=\w)\W+(?:it|its|this one|that one|them|they(?! say\b)|those|these|he|she|him|her)"
    r"\b(?! (?:is|was|has|'s|gets)\b|'s)",
    re.IGNORECASE,
)
REPROACHES = re.compile(
    r"\A(?=.*\b(?:your?|service|company|bank|this)\b)"
    r"(?=.*(?:\b(?:not|never|no|nothing|nobody|worst|bad|sad|angry|disappoint\w*|unhappy|(?:un|dis)satisf\w+)\b|n't\b))",
    re.IGNORECASE | re.DOTALL,
)
TELLS = re.compile(
    r"\b(?:i|we|he|she|they) (?:was|were|went) (?:\w+ ){0,2}?(?:in|on|at|to|with|from|abroad|out|away)\b(?! to\b)"
    r"|\b(?:i|we)(?: am|'m| are|'re) (?:in|from|at|under|over|abroad|an?|not)\b"
    r"|\b(?:someone|somebody|(?:a|some|this|that|the|one|another) (?:man|woman|guy|person|lady|caller|stranger))\b"
    r"|\b(?:rang|called|phoned|texted|e?-?mailed|contacted|messaged|approached|asked|told|gave|offered) (?:me|us)\b"
    r"|^\W*(?:when|if|because|since|after|before|while|although)\b"
    r"|\b(?:was|were|am|are|'m|'re) (?:hoping|expecting|promised|told)\b"
    r"|\b(?:i|we) (?:can|could)(?: ?not|n?['\u2019]?t)\b(?! (?:wait|believe|complain|get over|help but|grumble)\b)"
    r"|\bunable to\b",
    re.IGNORECASE,
)
"""Where the writer was, who came up to them, what they hoped for and cannot do: how a case is told."""
GRIEVANCE = re.compile(
    r"\b(?:charg(?:ed|es|ing)|fees?|refund\w*|reimburs\w*|money|quid|tenners?|fivers?|wages|salary|payments?|owed?|wrong|missing"
    r"|lost|stolen|nicked|ignor\w+|broken?|damaged|faulty|ripped|torn|peel\w+|cracked|snapped|declin\w+|refus\w+|reject\w+"
    r"|fail\w*|block\w*|locked|fraud\w*|scam\w*)\b",
    re.IGNORECASE,
)
"""Money, and what happens to things: a sentence with it may be a request though it names nothing of the desk's."""
FIGURE = re.compile(r"(?<!since )(?<!\d)\d|[£$€]")
FRAMES = re.compile(
    r"[:,]\W*\Z"
    r"|\b(?:say|says|said|saying|wrote|writes?|written|reads|told|tells|texts?|texted|posted|replied|answered|asked"
    r"|messages?|messaged|e-?mails?|e-?mailed|letters?|notes?|quotes?|quoted|following)\b",
    re.IGNORECASE,
)
"""What somebody else said or wrote may follow: without this it would be the writer's own."""
CASE = (ASKS, re.compile(WISH, re.IGNORECASE), ORDERS, QUESTION, REPROACHES, FRAMES, FIGURE, TAKES_BACK)
"""What small talk has none of."""
STORY = (REFERS, TELLS)
"""What it has none of either, unless a sentence is surely idle."""


def small_talk(knowledge: Knowledge, message: str) -> Callable[[str], bool]:
    """Return the predicate on the sentences of a message whether one is small talk.

    It asks nothing, takes nothing back, names no figure, frames nothing that others said, is by the router for no route
    of the desk, and another sentence of the message is for one. Unless it is surely idle, the other must be more sure,
    and it tells no part of a story. One with a grievance must be idle beyond doubt.
    """

    @cache
    def least_idle() -> float:
        text, _ = plain(message)
        parts = islice(clauses(text, 0, len(text)), MOST_SENTENCES)
        return min((knowledge.probabilities(text[start:end])[OTHER] for start, end in parts), default=1.0)

    def is_small_talk(sentence: str) -> bool:
        if len(sentence) > LONGEST or len(sentence.split()) > MOST_WORDS:
            return False
        if any(each.search(sentence) for each in CASE):
            return False
        idle = knowledge.probabilities(sentence)[OTHER]
        if GRIEVANCE.search(sentence) and idle < SUREST_IDLE:
            return False
        if idle >= SURELY_IDLE:
            return least_idle() <= PERHAPS
        return idle >= IDLE and least_idle() <= MAYBE and not any(each.search(sentence) for each in STORY)

    return is_small_talk
