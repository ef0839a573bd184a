"""Writes reports and plots. Of a report the whole file or none of it: until it is on the disk the old one stays.

What is no file, such as `/dev/stdout`, is written to: nothing may take its place.
"""

import os
from contextlib import suppress
from pathlib import Path
from tempfile import mkstemp

from baton.errors import StorageError, UsageError
from baton.storage.sqlite_file import no_room


def write_report(file: Path, text: str) -> None:
    """Write a text into a file, in place of what it held; a link stays, and leads to the new text.

    Raises:
        UsageError: there is no such folder, or it cannot be written to, or the file is a folder.
        StorageError: the disk is full, or fails.
    """
    content = text.encode("utf-8", "replace")
    try:
        if file.is_dir():
            raise UsageError(f"{file} is a folder; name a file in it")
        if not file.parent.is_dir():
            raise UsageError(f"there is no folder {file.parent}; make it, or name another with --out")
        if file.exists() and not file.is_file():
            file.write_bytes(content)
        else:
            _replace(Path(os.path.realpath(file)), content)
    except OSError as error:
        raise _refusal(file, error) from error


def _replace(file: Path, content: bytes) -> None:
    """Put a new file in the place of one, once it is on the disk."""
    handle, draft = mkstemp(prefix=".report-", dir=file.parent)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        Path(draft).replace(file)
    finally:
        with suppress(FileNotFoundError):
            Path(draft).unlink()


def refuse_unwritable(svg: Path | None) -> None:
    """Return nothing where a plot can be written there: that its folder is missing is said before any work is done.

    Raises:
        UsageError: it is a folder, or its folder does not exist or cannot be looked at.
    """
    if svg is None:
        return
    try:
        is_folder, has_folder = svg.is_dir(), svg.parent.is_dir()
    except OSError as error:
        raise UsageError(f"cannot write {svg}: {error.strerror}") from None
    if is_folder or not has_folder:
        raise UsageError(f"cannot write {svg}: {'it is a folder' if is_folder else 'its folder does not exist'}")


def write_plot(file: Path, svg: str) -> None:
    """Write a plot into a file.

    Raises:
        UsageError: it cannot be written.
    """
    try:
        file.write_text(svg, "utf-8")
    except OSError as error:
        raise UsageError(f"cannot write {file}: {error.strerror}") from None


def _refusal(file: Path, error: OSError) -> UsageError | StorageError:
    """Return the error that says what to do."""
    if no_room(error):
        return StorageError(f"cannot write {file}: its disk is full; free some space, then go on. Nothing was written")
    return UsageError(f"cannot write {file}: {error.strerror}; name another file with --out")
