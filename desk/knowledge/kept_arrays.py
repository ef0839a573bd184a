"""Arrays in a file of the home: no pickle, and signed with the home's key under the file's name."""

import hmac
import io
from collections.abc import Mapping
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

import numpy as np
from numpy.typing import NDArray

from baton.runtime.resources import home_key

Arrays = Mapping[str, NDArray[Any]]
SEAL_BYTES = 32


def read_arrays(file: Path) -> Arrays | None:
    """Return the arrays of a file by name; None where it is missing, forged, cut or swapped."""
    if not file.is_file():
        return None
    content = file.read_bytes()
    seal, blob = content[:SEAL_BYTES], content[SEAL_BYTES:]
    if not hmac.compare_digest(seal, seal_of(file.name, blob)):
        return None
    try:
        with np.load(io.BytesIO(blob), allow_pickle=False) as arrays:
            return dict(arrays)
    except Exception:  # noqa: BLE001 - a signed file from another version may fail in any way
        return None


def write_arrays(file: Path, arrays: Arrays) -> None:
    """Write arrays to a file at once; another process may write the same one."""
    whole = io.BytesIO()
    np.savez(whole, allow_pickle=False, **arrays)
    blob = whole.getvalue()
    with NamedTemporaryFile(dir=file.parent, prefix=f".{file.name.partition('-')[0]}-", delete=False) as partial:
        partial.write(seal_of(file.name, blob) + blob)
    Path(partial.name).replace(file)


def seal_of(name: str, blob: bytes) -> bytes:
    """Return the signature of a file's content under its name."""
    return hmac.digest(home_key(), f"arrays:{name}:".encode() + blob, "sha256")
