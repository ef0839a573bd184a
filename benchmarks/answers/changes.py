"""Changes of a message that leave what it asks for: courtesies around it, capitals, no punctuation, typing errors."""

import json
import random
import re
from collections.abc import Callable
from pathlib import Path

from bank.knowledge import FOLDER

COURTESIES = FOLDER / "messages" / "courtesies.jsonl"
Change = Callable[[str, int], str]
"""Takes a message and its number, and returns the message changed."""
ERRORS_IN_TEN = 2
SHORTEST = 4  # letters of a word that gets an error
KEYS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
BETWEEN_LETTERS = re.compile(r"(?<=\w)['\u2019](?=\w)")
PUNCTUATION = re.compile(r"(?<!\d)[^\w\s£$€%]|[^\w\s£$€%](?!\d)")


def changes() -> dict[str, Change]:
    """Return every kind of change by name; additions by their half, which are not tuned on where it is "test"."""
    return {
        **_additions(COURTESIES),
        "upper case": _upper,
        "no punctuation": _without_punctuation,
        "typing errors": _typed,
    }


def _additions(file: Path) -> dict[str, Change]:
    """Return a change for each kind and half of the additions in a file; they take turns."""
    texts = dict[str, list[tuple[str, str]]]()
    for line in file.read_text("utf-8").splitlines():
        each = json.loads(line)
        texts.setdefault(f"{each['kind']} ({each['split']})", []).append((each["before"], each["after"]))

    def change(its: list[tuple[str, str]]) -> Change:
        return lambda message, number: message.join(its[number % len(its)])

    return {name: change(its) for name, its in texts.items()}


def _upper(message: str, _number: int) -> str:
    return message.upper()


def _without_punctuation(message: str, _number: int) -> str:
    return " ".join(PUNCTUATION.sub(" ", BETWEEN_LETTERS.sub("", message)).split())


def _typed(message: str, number: int) -> str:
    """Return a message with two errors in ten words: a letter left out, doubled, exchanged, or from the key beside."""
    chance, words = random.Random(number), message.split()
    for start in range(0, len(words), 10):
        places = [place for place in range(start, min(start + 10, len(words))) if len(words[place]) >= SHORTEST]
        for place in chance.sample(places, min(ERRORS_IN_TEN, len(places))):
            words[place] = _mistyped(words[place], chance)
    return " ".join(words)


def _mistyped(word: str, chance: random.Random) -> str:
    at = chance.randrange(len(word) - 1)
    kind = chance.randrange(4)
    if kind == 0:
        return word[:at] + word[at + 1 :]
    if kind == 1:
        return word[: at + 1] + word[at:]
    if kind == 2:
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    return word[:at] + _key_beside(word[at], chance) + word[at + 1 :]


def _key_beside(letter: str, chance: random.Random) -> str:
    for row in KEYS:
        if (place := row.find(letter.lower())) >= 0:
            return chance.choice(row[max(0, place - 1) : place] + row[place + 1 : place + 2])
    return letter
