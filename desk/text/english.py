"""Tells a sentence in another language from an English one: rules of English grammar say nothing about it."""

import re

ENGLISH = frozenset(
    "a about after all also an and any are as at be because been before but by can cannot could day do does each"
    " for from get had has have how i if in into is it its may more must no not of on once one only or our out"
    " over please see she should so some than thank that the their then there they this to under until up us was"
    " we were what when where which who why will with within without would yes you your".split()
)
OTHERS = frozenset(
    "ihr ihre ihren ihrem wurde wurden wird ist und nicht wir haben sie der das ein eine mit auf sich votre vos"
    " nous avons est les une vous avez sur pour avec le la du des su sus hemos sido el los las una para con se ya"
    " ha sua suo stata stato abbiamo il gli della del per non seu sua foi nossa seus uma uw wij hebben het een"
    " zijn van de niet ditt din har inte och vi er av kort kortet blitt blevet zosta\u0142a zosta\u0142 nie jest"
    " na pana pani twoja kart\u0119 karta bank\u0131 kart\u0131n\u0131z hesab\u0131n\u0131z".split()
)
"""Short words of other languages in Latin letters that no English sentence is made of."""
LEAST = 3  # words


def is_english(sentence: str) -> bool:
    """Return whether a sentence in lower case may be English; one of a word or two may be anything."""
    words = re.findall(r"[^\W\d_]+", sentence)
    others = sum(word in OTHERS for word in words)
    return len(words) < LEAST or not others or sum(word in ENGLISH for word in words) > others
