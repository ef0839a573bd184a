"""Refuses what is too long for a model before it is asked, with the numbers."""

import json
from typing import Any

import httpx2

from baton.errors import TooLong
from baton.llama.files import Address

FRAME_TOKENS = 32  # of a chat template around each message, estimated from above
LIMIT_S = 30.0


def may_be_too_long(body: dict[str, Any], context: int) -> bool:
    """Whether a request may need more tokens than the context has; no text has more tokens than bytes."""
    messages = body["messages"]
    return len(json.dumps(messages)) + FRAME_TOKENS * len(messages) + _answer_tokens(body) > context


def refuse_too_long(body: dict[str, Any], context: int, address: Address, name: str) -> None:
    """Count the tokens of a request with the server's own tokenizer, and refuse it where the context is too short.

    Raises:
        TooLong: prompt and answer together need more tokens than the context has.
        httpx2.HTTPError: the server is gone.
    """
    with httpx2.Client(base_url=address.url, headers=bearer(address), timeout=LIMIT_S, trust_env=False) as client:
        written = client.post("/apply-template", json={"messages": body["messages"]})
        if written.is_error:
            return  # so is the request itself, in the words of the model's template
        content = {"content": written.json()["prompt"], "add_special": True, "parse_special": True}
        count = len(client.post("/tokenize", json=content).json()["tokens"])
    if count + (answer := _answer_tokens(body)) > context:
        raise TooLong(
            f"{name}: the prompt has {count:,} tokens, the answer may have {answer:,}, and a call has {context:,};"
            f" set BATON_LLAMA_CONTEXT to {count + answer} or more"
        )


def bearer(address: Address) -> dict[str, str]:
    """The header with the server's key."""
    return {"Authorization": f"Bearer {address.key}"}


def _answer_tokens(body: dict[str, Any]) -> int:
    return int(body.get("max_completion_tokens") or body.get("max_tokens") or 0)
