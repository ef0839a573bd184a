"""What a customer reads where nobody's draft is sent."""

SORRY = (
    "We cannot do what you ask: {reason}. If you think that this is wrong, answer this message and a person will look."
)
PASSED_ON = "Thank you for your message. We have passed on what you ask for; a colleague will see to it."
THE_REST = "A colleague will read the rest of your message and answer you."
HOLDING = "Thank you for your message. A colleague will read it and answer you."
ASIDE = "A colleague will see to this part of your message."


def sorry(reason: str) -> str:
    """What is read of an action that is not done, and why not."""
    return SORRY.format(reason=reason.rstrip("."))


def joined(texts: list[str]) -> str:
    """Texts as paragraphs, each once, the thanks of the first said once."""
    return opened_once(list(dict.fromkeys(texts)))


def opened_once(texts: list[str]) -> str:
    """Texts as paragraphs, the thanks of the first said once."""
    opening = texts[0].partition(". ")[0] + ". "
    return "\n\n".join([texts[0], *(text.removeprefix(opening) for text in texts[1:])])
