"""Claims in replies that the desk has acted."""

import re

_CLAIM = re.compile(
    r"\b(?:we|i)(?: have|'ve) (?:now |just |already )?(?:refunded|frozen|blocked|ordered|reissued|replaced|closed"
    r"|opened|filed|raised|lowered|changed|set|paid back)\b",
    re.IGNORECASE,
)


def claims_done(reply: str) -> bool:
    """Return whether a reply says that the desk has acted."""
    return bool(_CLAIM.search(reply.replace("\u2019", "'")))
