"""Seals on what is read back later: a MAC over a blob and its place, or over a row, checked before it is relied on."""

import hmac
from collections.abc import Mapping
from hashlib import blake2b
from typing import Any

from baton.errors import TamperedCheckpoint

SEAL_BYTES = 32
KEY_BYTES = 32
Place = tuple[str | int | None, ...]
ASKED = ("interrupt_id", "thread_id", "step", "occurrence", "request", "digest", "place", "decision")
SEALED_BEFORE = {
    "runs": ("thread_id", "graph", "input", "context", "fingerprint", "budget_tokens", "budget_nanousd"),
    "outputs": ("thread_id", "output"),
    "approvals": ASKED,
}
"""As SEALED, in a database that knew one run a thread; such a seal holds for a thread's first run."""
SEALED = {
    **{rows: ("run", *columns) for rows, columns in SEALED_BEFORE.items()},
    "effects": ("key", "thread_id", "action", "args", "status", "receipt"),
    "approvals": ("run", *ASKED, "decided_by", "channel"),
}
"""The columns that the seal of a row holds together; the output of a run comes later and has a seal of its own."""


class Seals:
    """Seals with one key (at most 64 bytes): keyed BLAKE2b, one call and no HMAC set-up for blobs this small."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def sealed(self, blob: bytes, *place: str | int | None) -> bytes:
        """The blob behind its seal, which holds at `place` and nowhere else."""
        return self._seal(blob, place) + blob

    def opened(self, sealed: bytes, *place: str | int | None) -> bytes:
        """The blob that was sealed for this place.

        Raises:
            TamperedCheckpoint: it was changed, moved here, or sealed with another key.
        """
        blob = sealed[SEAL_BYTES:]
        if not hmac.compare_digest(sealed[:SEAL_BYTES], self._seal(blob, place)):
            raise TamperedCheckpoint(
                "a stored checkpoint was changed, or not written with this home's key; restore the database or the key"
            )
        return blob

    def mark(self, rows: str, row: Mapping[str, Any]) -> bytes:
        """The seal of a row of that kind (see SEALED); `row` may hold more than is sealed."""
        return self._mark(rows, row, SEALED[rows])

    def check(self, rows: str, row: Mapping[str, Any], seal: Any) -> None:
        """Refuse to rely on a row that is not as it was sealed.

        Raises:
            TamperedCheckpoint: it was changed, moved, sealed with another key or not at all.
        """
        if seal is None:
            raise TamperedCheckpoint(
                f"a row of {rows} has no seal: finish its run with the older Baton that wrote it; if none did, it was"
                " changed: restore the database"
            )
        known = [self.mark(rows, row)]
        if row["run"] == 1 and rows in SEALED_BEFORE:
            known.append(self._mark(rows, row, SEALED_BEFORE[rows]))
        if not (isinstance(seal, bytes) and any(hmac.compare_digest(seal, each) for each in known)):
            raise TamperedCheckpoint(
                f"a row of {rows} was changed, or not sealed with this home's key; restore the database or the key"
            )

    def _mark(self, rows: str, row: Mapping[str, Any], columns: tuple[str, ...]) -> bytes:
        content = ascii(tuple(row[name] for name in columns)).encode()
        return blake2b(content, key=self._key, digest_size=SEAL_BYTES, person=rows.encode()).digest()

    def _seal(self, blob: bytes, place: Place) -> bytes:
        named = ascii(place).encode()  # what `ascii` writes does not depend on the version of Python, as `repr` does
        return blake2b(b"%d:%b%b" % (len(named), named, blob), key=self._key, digest_size=SEAL_BYTES).digest()
