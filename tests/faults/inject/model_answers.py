"""Answers of a model that are none, and odd ones that are."""

import json
from collections.abc import Callable, Mapping
from copy import deepcopy
from typing import Any

from tests.faults.inject.endpoint import Answer, Answering, Body

LONG = 10_000_000


def changed(change: Callable[[Body], Any]) -> Answer:
    """The right answer after `change`, which edits it or gives another in its place."""

    async def answer(asked: Answering) -> None:
        body = deepcopy(asked.right)
        await asked.send(200, json.dumps(change(body) or body).encode())

    return answer


def saying(content: Any, **more: Any) -> Answer:
    """The right envelope around another content; `more` goes into the message."""
    return changed(lambda body: body["choices"][0]["message"].update({"content": content, **more}))


def ending(finish: str, share: float) -> Answer:
    """An answer that was cut for a reason, a share of its text through."""

    def cut(body: Body) -> None:
        choice = body["choices"][0]
        text = choice["message"]["content"]
        choice["finish_reason"], choice["message"]["content"] = finish, text[: int(len(text) * share)]

    return changed(cut)


def raw(body: bytes, kind: str = "application/json") -> Answer:
    return lambda asked: asked.send(200, body, kind)


def _renamed(body: Body) -> None:
    """The right facts under wrong names."""
    message = body["choices"][0]["message"]
    content = {f"{name}_": value for name, value in json.loads(message["content"]).items()}
    message["content"] = json.dumps(content)


def _grown(body: Body) -> None:
    """The right answer and something nobody asked for."""
    message = body["choices"][0]["message"]
    message["content"] = json.dumps({**json.loads(message["content"]), "approved_by": "the manager"})


def _numbered(body: Body) -> None:
    """The right names around values of wrong types."""
    message = body["choices"][0]["message"]
    message["content"] = json.dumps(dict.fromkeys(json.loads(message["content"]), 7))


TOOL = {"id": "t1", "type": "function", "function": {"name": "wire_money", "arguments": '{"amount": 500}'}}

BAD_ANSWERS: Mapping[str, Answer] = {
    "body is no JSON": raw(b"{'id': 1, choices: ["),
    "body is HTML": raw(b"<html><body>Welcome to the hotel's network</body></html>", "text/html"),
    "body is empty": raw(b""),
    "body is null": raw(b"null"),
    "body is a list": raw(b"[]"),
    "no choices": changed(lambda body: body.update(choices=[])),
    "null choices": changed(lambda body: body.update(choices=None)),
    "choices are text": changed(lambda body: body.update(choices="none")),
    "null message": changed(lambda body: body["choices"][0].update(message=None)),
    "null content": saying(None),
    "empty content": saying(""),
    "blank content": saying(" \n\t"),
    "content is a number": saying(7),
    "content is no JSON": saying("Dear customer, it is all right."),
    "content is half JSON": saying('{"reply": "We have refun'),
    "content is a list": saying("[]"),
    "content is null as text": saying("null"),
    "nested 100,000 deep": saying("[" * 100_000),
    "wrong names": changed(_renamed),
    "wrong types": changed(_numbered),
    "more than asked": changed(_grown),
    "NaN": saying('{"confidence": NaN}'),
    "10 MB of text": saying("x" * LONG),
    "surrogates": saying('{"reply": "\ud83d"}'),
    "NUL": saying('{"reply": "\x00"}'),
    "refusal": saying(None, refusal="I cannot help with that."),
    "refusal beside content": changed(lambda body: body["choices"][0]["message"].update(refusal="No.")),
    "cut at the length, empty": ending("length", 0),
    "cut at the length, half": ending("length", 0.5),
    "cut at the length, whole": ending("length", 1),
    "content filter": ending("content_filter", 0.5),
    "a tool nobody offered": saying(None, tool_calls=[TOOL]),
    "an error inside 200": raw(b'{"error": {"message": "overloaded", "code": 500}}'),
}

BENIGN: Mapping[str, Answer] = {
    "no usage": changed(lambda body: body.pop("usage") and None),
    "null usage": changed(lambda body: body.update(usage=None)),
    "null usage fields": changed(lambda body: body.update(usage={"prompt_tokens": None, "completion_tokens": None})),
    "negative usage": changed(lambda body: body["usage"].update(prompt_tokens=-100_000)),
    "usage beyond the reservation": changed(lambda body: body["usage"].update(completion_tokens=10**9)),
    "unknown fields": changed(lambda body: body.update(new_field={"deep": [1]})),
}
"""Odd, but with the right answer in it."""
