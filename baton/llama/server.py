"""A user's side of the server: finds the one that runs, or starts it, and holds the mark that keeps it there."""

import os
import secrets
import socket
import subprocess
import sys
from hashlib import sha256
from threading import Event, Lock
from typing import Any

from baton.config.home import home, make_home
from baton.config.settings import Settings
from baton.errors import BadSetting
from baton.llama.cores import free_cores
from baton.llama.files import Address, Files, Order
from baton.llama.marks import is_held, lock, open_mark, wait_for_lock
from baton.llama.weights import check_weights, find_weights

POLL_S = 0.05
STARTS = 3
LAST_END_S = 15.0  # how long a server that nobody used may take to end
SECRET = ("KEY", "TOKEN", "SECRET", "PASSWORD")
OF_MEMORY = ("memory", "alloc", "mmap")


class LlamaServer:
    """The server of one model for one user; may be called from any thread.

    The model's file, the context and the slots make a server: whoever wants others has a server of its own.
    """

    def __init__(self, configured: Settings, name: str) -> None:
        """Check the model, and note what is wanted; nothing is started.

        Raises:
            BadSetting: the model cannot be served here.
        """
        self.name, self._settings = name, configured
        check_weights(name)
        self._path = find_weights(name).resolve()
        self.files = Files(home() / "llama" / self._identity())
        self._mark: int | None = None
        self._lock, self._closed = Lock(), Event()

    @property
    def context(self) -> int:
        """The tokens that a call may have, prompt and answer together."""
        return self._settings.llama_context

    def ensure(self) -> Address:
        """Return the address of the server, started where it does not run.

        Raises:
            BadSetting: it cannot be started, or runs on another port than the one that is set.
            StorageError: the home cannot be used.
        """
        with self._lock:
            if self._closed.is_set():
                raise BadSetting(f"{self.name} is closed; open the models anew")
            if self._mark is None:
                self._mark = self._take_mark()
            address = self._running() or self._start()
        port = self._settings.llama_port
        if port and not address.url.endswith(f":{port}"):
            advice = f"not on port {port}; ask it there, or end those who use it"
            raise BadSetting(f"{self.name} is served at {address.url} already, {advice}")
        return address

    def running(self) -> Address | None:
        """The address of the server, where it runs already."""
        return self._running() if self.files.folder.is_dir() else None

    def close(self) -> None:
        """Stop using the server; it ends by itself once nobody does."""
        self._closed.set()
        with self._lock:
            if self._mark is not None:
                os.close(self._mark)
                self._mark = None

    def _identity(self) -> str:
        """The name of the server's folder: of a file with another content there is another server."""
        found = self._path.stat()
        parts = (self._path, found.st_size, found.st_mtime_ns, self.context, self._settings.llama_slots)
        return sha256("\0".join(map(str, parts)).encode()).hexdigest()[:12]

    def _take_mark(self) -> int:
        """Join the users, once a server that had none is gone.

        Raises:
            BadSetting: it does not go.
        """
        make_home()
        self.files.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        mark = open_mark(self.files.users)
        if not wait_for_lock(mark, LAST_END_S, shared=True):
            os.close(mark)
            raise BadSetting(f"{self.name}: a server that nobody uses does not end; end it, see {self.files.folder}")
        return mark

    def _running(self) -> Address | None:
        return self.files.read_address() if is_held(self.files.serving) else None

    def _start(self) -> Address:
        """Start the server, or wait for the user who does."""
        starting = open_mark(self.files.starting)
        try:
            while not lock(starting):
                self._wait()
            return self._running() or self._start_alone()
        finally:
            os.close(starting)

    def _start_alone(self) -> Address:
        """Start the server, and wait until it answers.

        Raises:
            BadSetting: it ended before; with the reason in llama.cpp's words.
        """
        if address := self._awaited_address():  # of a start whose user left
            return address
        fault, starts = "", 0
        while not fault and starts < STARTS:  # one that ends without a word was killed
            self._spawn()
            if address := self._awaited_address():
                return address
            fault, starts = self.files.fault(), starts + 1
        raise self._unfit(fault or "it ended without a word")

    def _unfit(self, fault: str) -> BadSetting:
        """The error of a server that does not start, with an advice."""
        less = "less of it: a smaller model, BATON_LLAMA_CONTEXT or BATON_LLAMA_SLOTS"
        advice = less if any(word in fault for word in OF_MEMORY) else "another file"
        return BadSetting(f"{self.name} cannot be served: {fault}; give {advice} (log: {self.files.log})")

    def _awaited_address(self) -> Address | None:
        """Wait while a server starts, and return its address; None once it has ended, or where there is none."""
        while is_held(self.files.serving):
            if address := self.files.read_address():
                return address
            self._wait()
        return None

    def _spawn(self) -> None:
        """Start the keeper with the lock `serving`, which it holds from its first moment on."""
        configured, port = self._settings, self._free_port()
        threads = configured.llama_threads or free_cores()
        sizes = {"context": self.context, "slots": configured.llama_slots, "threads": threads, "port": port}
        self.files.address.unlink(missing_ok=True)
        self.files.write_order(Order(self.name, str(self._path), key=secrets.token_hex(16), **sizes))
        mark = open_mark(self.files.serving)
        command = [sys.executable, "-P", "-m", "baton.llama.keeper", str(self.files.folder), str(mark)]
        try:
            wait_for_lock(mark, LAST_END_S)
            with self.files.log.open("wb") as log:
                options: Any = {"stdout": log, "stderr": log, "env": _environment(), "pass_fds": (mark,)}
                subprocess.run(command, check=False, stdin=subprocess.DEVNULL, **options)  # noqa: S603 - ours
        finally:
            os.close(mark)

    def _free_port(self) -> int:
        """The port that is set; 0 for any.

        Raises:
            BadSetting: it is in use.
        """
        port = self._settings.llama_port
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError as error:
                advice = "set BATON_LLAMA_PORT to another, or to 0 for any"
                raise BadSetting(f"{self.name} cannot listen on port {port}: {error.strerror}; {advice}") from None
        return port

    def _wait(self) -> None:
        """Wait a moment.

        Raises:
            BadSetting: this user was closed meanwhile.
        """
        if self._closed.wait(POLL_S):
            raise BadSetting(f"{self.name}: no server is waited for any longer")


def _environment() -> dict[str, str]:
    """The environment without the keys in it: llama.cpp needs none."""
    return {name: value for name, value in os.environ.items() if not name.upper().endswith(SECRET)}
