"""Which messages of a known customer are investigated, or voted on: code, which asks no model."""

import re

from desk.business import LongPath

PAID = re.compile(
    r"\b(?:pay|paid|payments?|charged?|charges|transactions?|purchases?|withdraw\w*|spent)\b", re.IGNORECASE
)


def long_path(message: str, route: str) -> LongPath | None:
    """Return the long path of a routed message; None where it needs neither."""
    if route == "disputes":
        return "investigate"
    return "vote" if route == "security" and PAID.search(message) else None
