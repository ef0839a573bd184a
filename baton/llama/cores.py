"""The processor cores that are free for a model."""

import os
from pathlib import Path

QUOTA = Path("/sys/fs/cgroup/cpu.max")


def free_cores() -> int:
    """The cores of this process that nothing else keeps busy, at least 1.

    llama.cpp's threads wait for each other by spinning: on a core that is busy, one slows down all.
    """
    return max(1, _cores() - round(os.getloadavg()[0]))


def _cores() -> int:
    """The cores that this process may use: those it is bound to, or fewer where a container has a quota."""
    binds = hasattr(os, "sched_getaffinity")  # macOS binds no process to cores
    cores = len(os.sched_getaffinity(0)) if binds else os.cpu_count() or 1
    try:
        quota, period = QUOTA.read_text("ascii").split()
    except (OSError, ValueError):
        return cores
    return cores if quota == "max" else max(1, min(cores, int(quota) // int(period)))
