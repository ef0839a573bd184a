"""The keeper of one server: `python -m baton.llama.keeper FOLDER MARK`, started by `LlamaServer` alone.

It starts the engine, and ends it once nobody holds the lock on `users`. It is a process of its own, for the engine does
nothing else while it loads a model. MARK is the descriptor of the lock `serving`, which both inherit.
"""

import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from baton.llama.files import Files
from baton.llama.marks import lock, open_mark

POLL_S = 0.5


def keep(files: Files, mark: int) -> None:
    """Run the engine until it ends by itself or nobody uses it."""
    users = open_mark(files.users)
    command = [sys.executable, "-P", "-m", "baton.llama.engine", str(files.folder), str(os.getpid())]
    with subprocess.Popen(command, pass_fds=(mark,)) as engine:  # noqa: S603 - our own module
        try:
            while engine.poll() is None and not lock(users):
                with suppress(subprocess.TimeoutExpired):
                    engine.wait(POLL_S)
        finally:
            engine.kill()
            files.address.unlink(missing_ok=True)


def main() -> None:
    """Leave the process that started this one, and keep the server."""
    folder, mark = sys.argv[1:]
    if os.fork():
        os._exit(0)  # whoever started it need not wait for its end
    os.setsid()  # Ctrl-C in one terminal is not for the server of all
    keep(Files(Path(folder)), int(mark))


if __name__ == "__main__":
    main()
