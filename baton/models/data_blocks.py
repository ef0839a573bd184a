"""Data blocks: what a customer wrote travels in one, never in a prompt's instructions."""

import json
from typing import Any

FENCE = "```json\n"


def data_block(data: dict[str, Any]) -> str:
    """Data as one fenced JSON block that nothing inside it can close."""
    return f"{FENCE}{without_backticks(json.dumps(data, ensure_ascii=False, default=str))}\n```"


def without_backticks(text: str) -> str:
    """JSON text with its backticks escaped, so that it can neither close a fenced block nor open one."""
    return text.replace("`", "\\u0060")
