"""The folder of one served model, and what the processes that share it write there."""

import json
import os
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

ERROR = re.compile(r"^[\d.]+ E +(.*)$", re.MULTILINE)
STAMP = re.compile(r"^[\d.]+ [A-Z] +")


@dataclass(frozen=True, slots=True)
class Address:
    """Where the server answers (without a path), and the key that it asks for."""

    url: str
    key: str


@dataclass(frozen=True, slots=True)
class Order:
    """What the server shall be started with; the context is in tokens, for each slot."""

    name: str
    path: str
    context: int
    slots: int
    threads: int
    port: int
    key: str


@dataclass(frozen=True, slots=True)
class Files:
    """The paths in the folder: three that are locked, the order, the address, and the log of the server."""

    folder: Path

    @property
    def users(self) -> Path:
        """Locked, shared, by everybody who uses the server."""
        return self.folder / "users"

    @property
    def starting(self) -> Path:
        """Locked by the one who starts it."""
        return self.folder / "starting"

    @property
    def serving(self) -> Path:
        """Locked by keeper and engine."""
        return self.folder / "serving"

    @property
    def address(self) -> Path:
        """Written once the server answers."""
        return self.folder / "address.json"

    @property
    def log(self) -> Path:
        """What llama.cpp says; begun anew with each start."""
        return self.folder / "server.log"

    def write_order(self, order: Order) -> None:
        """Write what the server shall be started with; in a file, for other users see a command line."""
        self._write(self.folder / "order.json", asdict(order))

    def read_order(self) -> Order:
        """Read what the server shall be started with."""
        return Order(**json.loads((self.folder / "order.json").read_text("utf-8")))

    def write_address(self, address: Address) -> None:
        """Write the server's address."""
        self._write(self.address, asdict(address))

    def read_address(self) -> Address | None:
        """Read the server's address; None where none was written."""
        try:
            return Address(**json.loads(self.address.read_text("utf-8")))
        except FileNotFoundError:
            return None

    def _write(self, path: Path, values: dict[str, Any]) -> None:
        """Write a file whole or not at all; its folder is open to nobody else."""
        fresh = path.with_suffix(f".{os.getpid()}")
        fresh.write_text(json.dumps(values), "utf-8")
        fresh.replace(path)

    def fault(self) -> str:
        """Why the server did not start, in its own words: its first error, else its last line; empty without one."""
        try:
            text = self.log.read_text("utf-8", "replace").strip()
        except OSError:
            text = ""
        error = ERROR.search(text)
        return error[1] if error else STAMP.sub("", text.splitlines()[-1]) if text else ""
