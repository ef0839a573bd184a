"""Signatures on stored blobs and rows: a MAC over a blob and its context, or over a row, verified before use."""

import hmac
from collections.abc import Mapping
from hashlib import blake2b
from typing import Any

from baton.errors import TamperedCheckpoint

SIGNATURE_BYTES = 32
KEY_BYTES = 32
Context = tuple[str | int | None, ...]
"""The values that a blob is signed together with, as its thread and checkpoint: it is valid nowhere else."""

ASKED = ("interrupt_id", "thread_id", "step", "occurrence", "request", "digest", "place", "decision")
SIGNED_BEFORE = {
    "runs": ("thread_id", "graph", "input", "context", "fingerprint", "budget_tokens", "budget_nanousd"),
    "outputs": ("thread_id", "output"),
    "approvals": ASKED,
}
"""As SIGNED, in a database that knew one run a thread; such a signature is valid for a thread's first run."""
SIGNED = {
    **{rows: ("run", *columns) for rows, columns in SIGNED_BEFORE.items()},
    "effects": ("key", "thread_id", "action", "args", "status", "receipt"),
    "approvals": ("run", *ASKED, "decided_by", "channel"),
}
"""The columns that a row's signature covers; the output of a run comes later and has a signature of its own."""


class Signer:
    """Signs with one key (at most 64 bytes): keyed BLAKE2b, one call and no HMAC set-up for blobs this small."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def sign(self, blob: bytes, *context: str | int | None) -> bytes:
        """Return the blob behind its signature, which is valid in this context only."""
        return self._signature(blob, context) + blob

    def verify(self, signed: bytes, *context: str | int | None) -> bytes:
        """Verify a blob in this context and return it without its signature.

        Raises:
            TamperedCheckpoint: it was changed, moved here, or signed with another key.
        """
        blob = signed[SIGNATURE_BYTES:]
        if not hmac.compare_digest(signed[:SIGNATURE_BYTES], self._signature(blob, context)):
            raise TamperedCheckpoint(
                "a stored checkpoint was changed, or not written with this home's key; restore the database or the key"
            )
        return blob

    def sign_row(self, rows: str, row: Mapping[str, Any]) -> bytes:
        """Return the signature of a row of that kind (see SIGNED); `row` may have more columns than it covers."""
        return self._sign_columns(rows, row, SIGNED[rows])

    def verify_row(self, rows: str, row: Mapping[str, Any], seal: Any) -> None:
        """Verify a row against its signature, the column `seal`.

        Raises:
            TamperedCheckpoint: it was changed, moved, signed with another key or not at all.
        """
        if seal is None:
            raise TamperedCheckpoint(
                f"a row of {rows} has no seal: finish its run with the older Baton that wrote it; if none did, it was"
                " changed: restore the database"
            )
        known = [self.sign_row(rows, row)]
        if row["run"] == 1 and rows in SIGNED_BEFORE:
            known.append(self._sign_columns(rows, row, SIGNED_BEFORE[rows]))
        if not (isinstance(seal, bytes) and any(hmac.compare_digest(seal, each) for each in known)):
            raise TamperedCheckpoint(
                f"a row of {rows} was changed, or not sealed with this home's key; restore the database or the key"
            )

    def _sign_columns(self, rows: str, row: Mapping[str, Any], columns: tuple[str, ...]) -> bytes:
        content = ascii(tuple(row[name] for name in columns)).encode()
        return blake2b(content, key=self._key, digest_size=SIGNATURE_BYTES, person=rows.encode()).digest()

    def _signature(self, blob: bytes, context: Context) -> bytes:
        named = ascii(context).encode()  # the same in every version of Python, which `repr` is not
        return blake2b(b"%d:%b%b" % (len(named), named, blob), key=self._key, digest_size=SIGNATURE_BYTES).digest()
