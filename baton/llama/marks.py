"""Locks on files that say who is there: the operating system frees them, also on `kill -9`.

`flock` belongs to the open file, so that a process can hand its lock to a child; Linux and macOS have it.
"""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

POLL_S = 0.02


def open_mark(path: Path) -> int:
    """Open a file to be locked, made where it is missing, and return its descriptor; no child inherits it."""
    return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)


def lock(mark: int, *, shared: bool = False) -> bool:
    """Lock an open file, if that can be done at once; returns whether."""
    try:
        fcntl.flock(mark, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def wait_for_lock(mark: int, limit_s: float, *, shared: bool = False) -> bool:
    """Lock an open file, waiting until the time is up; returns whether."""
    end = time.monotonic() + limit_s
    while not lock(mark, shared=shared):
        if time.monotonic() > end:
            return False
        time.sleep(POLL_S)
    return True


def is_held(path: Path) -> bool:
    """Whether somebody holds the file's lock for himself alone."""
    with _opened(path) as mark:
        return not lock(mark, shared=True)


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    mark = open_mark(path)
    try:
        yield mark
    finally:
        os.close(mark)
