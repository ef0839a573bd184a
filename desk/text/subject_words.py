"""The words of a text that say what it is about."""

import re

WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")
PLAIN = frozenset(  # words that say nothing of the subject
    (
        "a about account advise after again all already alright also although am an and any anyone anything"
        " anyway app are arrive as asap ask asking at available away back bank be because been before being but by"
        " came can can't cannot certain come correct could couldn't did didn't do does doesn't doing don't done"
        " due else ended everything find fine fix for from get getting give go goes going got guys had happen"
        " happened happening happens has hasn't have haven't having he help her here him his how i i'd i'll i'm"
        " i've if immediately in instead into is isn't issue it it's its just keep kindly know let like long look"
        " looking made make many matter may me mean might more most much must my need next no not now of off okay"
        " on one option options or other our out over please pls plz possible problem rather really reason right"
        " say see shall she should since so solve some someone something soon sorry step steps still sure take"
        " tell than thank thanks that that's the their them then there these they thing think this those time to"
        " today too try trying u understand until up urgent us use verify very want wanted was wasn't way we well"
        " went were what what's when where which while who why will wish with without won't wonder wondering work"
        " worked working would wrong yes yet you your"
    ).split()
)


def subject_words(text: str) -> set[str]:
    """Return the words that carry meaning, in lower case."""
    return {word for word in WORD.findall(text.lower().replace("\u2019", "'")) if word not in PLAIN}
