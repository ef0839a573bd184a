"""Answers of a model that are none, and odd ones that are."""

import json
from collections.abc import Callable, Mapping
from copy import deepcopy
from typing import Any

from tests.faults.inject.endpoint import Answer, Answering, Body

LONG = 10_000_000


def answer_after(change: Callable[[Body], Any]) -> Answer:
    """The right answer after `change`, which edits it or gives another in its place."""

    async def answer(asked: Answering) -> None:
        body = deepcopy(asked.right)
        await asked.send(200, json.dumps(change(body) or body).encode())

    return answer


def reply_with(content: Any, **more: Any) -> Answer:
    """The right envelope around another content; `more` goes into the message."""
    return answer_after(lambda body: body["choices"][0]["message"].update({"content": content, **more}))


def cut_short(finish: str, share: float) -> Answer:
    """An answer that was cut for a reason, a share of its text through."""

    def cut(body: Body) -> None:
        choice = body["choices"][0]
        text = choice["message"]["content"]
        choice["finish_reason"], choice["message"]["content"] = finish, text[: int(len(text) * share)]

    return answer_after(cut)


def raw(body: bytes, kind: str = "application/json") -> Answer:
    return lambda asked: asked.send(200, body, kind)


def _rename(body: Body) -> None:
    """The right facts under wrong names."""
    message = body["choices"][0]["message"]
    content = {f"{name}_": value for name, value in json.loads(message["content"]).items()}
    message["content"] = json.dumps(content)


def _grown(body: Body) -> None:
    """The right answer and something nobody asked for."""
    message = body["choices"][0]["message"]
    message["content"] = json.dumps({**json.loads(message["content"]), "approved_by": "the manager"})


def _number(body: Body) -> None:
    """The right names around values of wrong types."""
    message = body["choices"][0]["message"]
    message["content"] = json.dumps(dict.fromkeys(json.loads(message["content"]), 7))


def _twice(body: Body) -> None:
    """The right answer, and another one that fits as well."""
    message = body["choices"][0]["message"]
    message["content"] += f" or {json.dumps(_other(json.loads(message['content'])))}"


def _other(value: Any) -> Any:
    """A value of the same shape: texts of several words end otherwise, shares are smaller."""
    if isinstance(value, dict):
        return {name: _other(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_other(each) for each in value]
    if isinstance(value, str) and " " in value:
        return f"{value[:-1]}!"
    return value * 0.9 if isinstance(value, float) else value


TOOL = {"id": "t1", "type": "function", "function": {"name": "wire_money", "arguments": '{"amount": 500}'}}

BAD_ANSWERS: Mapping[str, Answer] = {
    "body is no JSON": raw(b"{'id': 1, choices: ["),
    "body is HTML": raw(b"<html><body>Welcome to the hotel's network</body></html>", "text/html"),
    "body is empty": raw(b""),
    "body is null": raw(b"null"),
    "body is a list": raw(b"[]"),
    "no choices": answer_after(lambda body: body.update(choices=[])),
    "null choices": answer_after(lambda body: body.update(choices=None)),
    "choices are text": answer_after(lambda body: body.update(choices="none")),
    "null message": answer_after(lambda body: body["choices"][0].update(message=None)),
    "null content": reply_with(None),
    "empty content": reply_with(""),
    "blank content": reply_with(" \n\t"),
    "content is a number": reply_with(7),
    "content is no JSON": reply_with("Dear customer, it is all right."),
    "content is half JSON": reply_with('{"reply": "We have refun'),
    "content is a list": reply_with("[]"),
    "content is null as text": reply_with("null"),
    "nested 100,000 deep": reply_with("[" * 100_000),
    "wrong names": answer_after(_rename),
    "wrong types": answer_after(_number),
    "more than asked": answer_after(_grown),
    "NaN": reply_with('{"confidence": NaN}'),
    "10 MB of text": reply_with("x" * LONG),
    "surrogates": reply_with('{"reply": "\ud83d"}'),
    "NUL": reply_with('{"reply": "\x00"}'),
    "refusal": reply_with(None, refusal="I cannot help with that."),
    "refusal beside content": answer_after(lambda body: body["choices"][0]["message"].update(refusal="No.")),
    "cut at the length, empty": cut_short("length", 0),
    "cut at the length, half": cut_short("length", 0.5),
    "cut at the length, whole": cut_short("length", 1),
    "content filter": cut_short("content_filter", 0.5),
    "a tool nobody offered": reply_with(None, tool_calls=[TOOL]),
    "cut for safety": cut_short("SAFETY", 1),
    "cut at MAX_TOKENS": cut_short("MAX_TOKENS", 1),
    "an unknown finish": cut_short("OTHER", 1),
    "thinking and no answer": reply_with("", reasoning_content="Let me see."),
    "thinking that does not end": reply_with("<think>Let me see."),
    "two answers": answer_after(_twice),
}


def _around(body: Body, before: str = "", after: str = "") -> None:
    """The right answer with something around it."""
    message = body["choices"][0]["message"]
    message["content"] = f"{before}{message['content']}{after}"


def _elsewhere(body: Body) -> None:
    """The right answer in the field of the thinking."""
    message = body["choices"][0]["message"]
    message["reasoning_content"], message["content"] = message["content"], ""


def around(before: str = "", after: str = "") -> Answer:
    return answer_after(lambda body: _around(body, before, after))


BENIGN: Mapping[str, Answer] = {
    "a fence": around("```json\n", "\n```"),
    "a fence and words": around("Here it is:\n```json\n", "\n```\nAnything else?"),
    "words": around("Sure! ", " I hope this helps."),
    "thinking before": around("<think>Let me see {it}.</think>\n"),
    "thinking without its first tag": around("Let me see.\n</think>\n"),
    "tokens after": around("", "<|im_end|>\n<|im_start|>user"),
    "channels": around("<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant<|channel|>final<|message|>"),
    "the answer in the field of the thinking": answer_after(_elsewhere),
    "no role": answer_after(lambda body: body["choices"][0]["message"].pop("role") and None),
    "no finish": answer_after(lambda body: body["choices"][0].update(finish_reason=None)),
    "a finish in capitals": answer_after(lambda body: body["choices"][0].update(finish_reason="STOP")),
    "usage in words": answer_after(lambda body: body.update(usage="free")),
    "usage of zeros": answer_after(lambda body: body.update(usage=dict.fromkeys(body["usage"], 0))),
    "details in words": answer_after(lambda body: body["usage"].update(prompt_tokens_details="none")),
    "no usage": answer_after(lambda body: body.pop("usage") and None),
    "null usage": answer_after(lambda body: body.update(usage=None)),
    "null usage fields": answer_after(
        lambda body: body.update(usage={"prompt_tokens": None, "completion_tokens": None})
    ),
    "negative usage": answer_after(lambda body: body["usage"].update(prompt_tokens=-100_000)),
    "usage beyond the reservation": answer_after(lambda body: body["usage"].update(completion_tokens=10**9)),
    "unknown fields": answer_after(lambda body: body.update(new_field={"deep": [1]})),
}
"""Odd, but with the right answer in it."""
