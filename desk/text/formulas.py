"""Sentences that are formulas: greetings, thanks, wishes and courtesies.

A sentence is one where each of its words belongs to the formula, in any order: "thank you so much for your help" is
thanks, "thank you for the card" is not.
"""

import re
from typing import NamedTuple

LONGEST = 24  # words of a sentence that can be a formula
WIDEST = 200  # its characters
WORDS = re.compile(r"[^\W\d_]+(?:['\u2019-][^\W\d_]+)*")


class Formula(NamedTuple):
    """One kind of formula: the words that carry it, how early one must come, and those that may stand beside them."""

    kind: str
    heads: frozenset[str]
    words: frozenset[str]
    within: int


def _formula(kind: str, heads: str, words: str, within: int = LONGEST) -> Formula:
    return Formula(kind, frozenset(heads.split()), frozenset(f"{heads} {words}".split()), within)


WISHES = (
    "i we do does it things everything everyone everybody you you're your yours are is be were was had has been having"
    " keeping keep doing going well fine ok okay good great better best lovely nice pleasant wonderful fantastic super"
    " safe healthy warm dry all this that the a an and of in to too with for from at on my me us email e-mail mail"
    " message letter note finds find health spirits day days evening afternoon morning night week weekend one time rest"
    " family families team there staff colleagues care god new year christmas xmas easter holiday holidays ramadan eid"
    " diwali hanukkah thanksgiving festive season birthday long bank ahead today tonight tomorrow monday tuesday"
    " wednesday thursday friday saturday sunday where whoever reads really just sir madam guys mate both happy merry"
)


FORMULAS = (
    _formula(
        "greeting",
        "hi hiya hello hey heya hallo hullo howdy greetings morning afternoon evening dear welcome yo bonjour hola"
        " salut ciao moin servus namaste salam bonsoir buongiorno hej goedemorgen",
        "there all both again to you the at of and or everyone everybody team guys folks friends sir sirs madam ma'am"
        " mate good day from mr mrs ms miss dr zusammen customer customers client service services support care help"
        " desk helpdesk bank banking department staff colleagues whom it may concern very my x",
    ),
    _formula(
        "thanks",
        "thanks thank thankyou thx thnx tx ty cheers ta tia grateful gratitude appreciate appreciated appreciation"
        " obliged merci danke gracias grazie",
        "you ya u very so much many a an lot lots million bunch again in advance ahead for your the any all this that's"
        " help helping time assistance attention support reply replying response responding answer answering getting"
        " back to me us quick quickly speedy swift prompt promptly kind kindly kindness patience understanding advice"
        " cooperation consideration reading looking into and everything is really truly greatly would be will i we am"
        " are most best kindest it hugely sincerely as always soon possible if could can indeed from have been being"
        " in advance mate guys team all beaucoup vielen dank muchas mille",
    ),
    _formula("small talk", "hope hoping hopefully trust wishing wish bless season's happy merry", WISHES, within=4),
    _formula("small talk", "have take stay enjoy keep", WISHES, within=1),
    _formula(
        "courtesy",
        "help question query queries questions hear hearing reply response respond answer know advise assist assistance"
        " here there await awaiting forward",
        "please kindly can could would will may might you someone anyone anybody somebody me us i we i'm have have got"
        " a an one just quick short small simple little for let with this something anything the following matter"
        " issue looking look to from your back soon want need some about it asap as possible hope hoping able my if"
        " that be is are great good appreciated ask team sir madam there in at earliest convenience advance so thanks"
        " thank much very early by return of know do not don't hesitate contact wondering was were",
    ),
    _formula(
        "courtesy",
        "sorry apologies apologise excuse forgive pardon",
        "to for the my any all bother bothering trouble troubling disturb disturbing you again so late this long"
        " message email mail typos typo spelling grammar mistakes english bad poor broken about if i i'm we am and"
        " please rambling rant ranting in advance once more really very it is not good",
    ),
)
COURTESY = "courtesy"
"""What asks for nothing by itself ("can you help me?"), and is the request where there is no other."""


def formula_of(sentence: str) -> str | None:
    """Return the kind of formula that a whole sentence is, or None."""
    words = [word.lower().replace("\u2019", "'") for word in WORDS.findall(sentence[: WIDEST + 1])]
    if not words or len(words) > LONGEST or len(sentence) > WIDEST or any(letter.isdigit() for letter in sentence):
        return None
    for formula in FORMULAS:
        if formula.heads.intersection(words[: formula.within]) and formula.words.issuperset(words):
            return formula.kind if formula.kind == COURTESY or "?" not in sentence else None
    return None
