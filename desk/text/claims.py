"""Claims in replies that the desk has acted."""

import re


class Claims:
    """Finds claims; `verbs` is a pattern of what may be claimed: "refunded|paid back"."""

    def __init__(self, verbs: str) -> None:
        self._pattern = re.compile(rf"\b(?:we|i)(?: have|'ve) (?:now |just |already )?(?:{verbs})\b", re.IGNORECASE)

    def stand_in(self, reply: str) -> bool:
        """Return whether a reply says that the desk has acted."""
        return bool(self._pattern.search(reply.replace("\u2019", "'")))
