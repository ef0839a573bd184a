"""Split a message: its requests as the desk finds them, short enough for a model's answer."""

from typing import Any

from bank.knowledge import knowledge
from baton.offline.transport import Request
from desk.text.requests import requests_in

ROOM = 2_000  # characters of all requests: a model's answer has a cap too


def requests(request: Request) -> dict[str, Any]:
    """Return a `Requests` from the data `message`; of long requests the last words, for a story comes first."""
    parts = requests_in(str(request.data.get("message", "")), knowledge())
    return {"requests": [_brief(each, ROOM // len(parts)) for each in parts]}


def _brief(text: str, room: int) -> str:
    """Return as many of a text's last words as fit into `room` characters."""
    return text if len(text) <= room else text[-room:].partition(" ")[2] or text[-room:]
