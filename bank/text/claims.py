"""Claims in replies that the desk has acted, by what the bank can do."""

from desk.text.claims import Claims

claims_done = Claims(
    "refunded|frozen|blocked|ordered|reissued|replaced|closed|opened|filed|raised|lowered|changed|set|paid back"
).stand_in
"""Returns whether a reply says that the desk has acted."""
