"""Choose the messages of a known customer that are investigated or voted on: by code, without a model."""

import re

from desk.business import LongPath

PAID = re.compile(
    r"\b(?:pay|paid|payments?|charged?|charges|transactions?|purchases?|withdraw\w*|spent)\b", re.IGNORECASE
)


def long_path(message: str, route: str) -> LongPath | None:
    """Return the long path that a routed message needs, or None."""
    if route == "disputes":
        return "investigate"
    return "vote" if route == "security" and PAID.search(message) else None
