"""Seals on what is read back later: a MAC over a blob and the place it belongs to, checked before it is unpacked."""

import hmac
from hashlib import blake2b

from baton.errors import TamperedCheckpoint

SEAL_BYTES = 32
Place = tuple[str | int | None, ...]


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

    def _seal(self, blob: bytes, place: Place) -> bytes:
        named = ascii(place).encode()  # what `ascii` writes does not depend on the version of Python, as `repr` does
        return blake2b(b"%d:%b%b" % (len(named), named, blob), key=self._key, digest_size=SEAL_BYTES).digest()
