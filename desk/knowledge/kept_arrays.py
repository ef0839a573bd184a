"""Arrays in a file of the home: no pickle, and signed with the home's key under the file's name."""

import hashlib
import hmac
import io
from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from baton.config.home import make_home
from baton.runtime.resources import home_key

Arrays = Mapping[str, NDArray[Any]]
SEAL_BYTES = 32
M = TypeVar("M")


def load_or_train(files: str, spoken: str, build: Callable[[Arrays], M], train: Callable[[], Arrays]) -> M:
    """Return the model of the arrays that the home keeps, and where these are not there or of no use, of new ones.

    `files` is the pattern of their file's name, whose `*` is a hash of `spoken`: all that the model is trained on.
    """
    file = make_home() / files.replace("*", hashlib.sha256(spoken.encode()).hexdigest()[:16])
    arrays = read_arrays(file)
    try:
        if arrays is not None:
            return build(arrays)
    except Exception:  # noqa: BLE001, S110 - a signed file from another version may fail in any way
        pass
    arrays = train()
    write_arrays(file, arrays)
    return build(arrays)


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
