"""Whose folders and addresses are believed: a stranger's are used only once the person said so. Light on purpose.

What is mine is believed, as git does with `safe.directory`; under sudo, also what belongs to whoever called it. What
was said once stands in a file of the person's own, outside every project (`baton trust`).
"""

import os
import shlex
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import mkstemp
from urllib.parse import urlsplit

from baton.errors import BadSetting, NotTrusted, StorageError

OTHERS_MAY_WRITE = 0o022
LOOPBACK = ("::1", "localhost")
EVERYTHING = {"1", "*"}
NOT_FROM_A_FOLDER = ("BATON_BUSINESS", "BATON_TRUST", "HOME", "XDG_CONFIG_HOME", "SUDO_UID")
"""What says whom to believe; a folder's `.env` may not."""

KEY = "_API_KEY"
ADDRESS = ("_BASE_URL", "_API_BASE", "_API_URL", "_ENDPOINT", "_PROXY")
"""How the names of keys and of the addresses that they travel to end; their first word is the maker's."""

SAME_MAKER = {"LANGCHAIN": "LANGSMITH"}
PROXIES = {"HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY"}  # every key travels through them


def mine(path: Path) -> bool:
    """Whether a file or folder is this user's own; for root under sudo, also that of whoever called sudo."""
    return path.stat().st_uid in _my_uids()


def refuse_strangers(folder: Path, *parts: Path) -> None:
    """Look, before parts of a folder are used, whose they are.

    Raises:
        NotTrusted: one of those that there are is another user's, and nobody said to trust the folder.
    """
    theirs = next((each for each in parts if each.exists() and not mine(each)), None)
    if theirs is None or _trusted(folder):
        return
    uid = theirs.stat().st_uid
    then = f"to use it all the same: baton trust {shlex.quote(str(folder))}"
    raise NotTrusted(f"{theirs} belongs to another user (uid {uid}), so nothing of it is used; {then}")


def refuse_open(path: Path, otherwise: str = "set BATON_HOME to a folder of your own") -> None:
    """Look, before something of one's own is used, whether only this user can have made it what it is.

    Raises:
        StorageError: it is another user's, or others may write it; the message says what to run.
    """
    found, named = path.stat(), shlex.quote(str(path))
    if found.st_uid not in _my_uids():
        told, run = f"belongs to another user (uid {found.st_uid})", f"chown -R {os.geteuid()} {named}"
    elif found.st_mode & OTHERS_MAY_WRITE:
        told, run = "can be written by others", f"chmod go-w {named}"
    else:
        return
    raise StorageError(f"{path} {told} and is not used; run: {run} (or {otherwise})")


def refuse_stray_keys(written: dict[str, str | None]) -> None:
    """Look, before a folder's `.env` is taken, where it would send keys that it does not hold itself.

    Raises:
        BadSetting: it says whom to believe.
        NotTrusted: a key of the environment would travel to an address of the file.
    """
    if said := next((name for name in NOT_FROM_A_FOLDER if name in written), None):
        raise BadSetting(f"{Path('.env').absolute()} sets {said}; take it out: this is for the environment alone")
    held = [name for name, key in os.environ.items() if name.endswith(KEY) and key and key != written.get(name)]
    for name, address in written.items():
        key = next((each for each in held if _travels(each, name.upper())), None)
        if key and address and name not in os.environ and not _trusted_address(address):
            told = f"{Path('.env').absolute()} sets {name}, and {key} of the environment would be sent there"
            raise NotTrusted(f"{told}; if it may: baton trust {shlex.quote(_origin(address))}")


def trust_file() -> Path:
    """Where is kept what the person trusts: folders and addresses, one a line."""
    said = Path(os.environ.get("XDG_CONFIG_HOME", ""))
    return (said if said.is_absolute() else Path.home() / ".config") / "baton" / "trusted"


def trusted() -> list[str]:
    """What was trusted so far.

    Raises:
        StorageError: the file cannot be read, or others can write it.
    """
    file = trust_file()
    try:
        text = file.read_text("utf-8")
        refuse_open(file, "move it away")
    except FileNotFoundError:
        return []
    except (OSError, ValueError) as error:
        raise StorageError(f"{file} cannot be read: {error}; correct it, or move it away") from error
    return text.splitlines()


def trust(what: str) -> str:
    """Note that a folder and all below it, or an address, is trusted from now on; returns what was noted.

    Raises:
        BadSetting: it is neither a folder that there is nor an address.
        StorageError: the note cannot be written.
    """
    named = _origin(what) if "://" in what else str(Path(what).expanduser().resolve())
    if "\n" in named or ("://" not in what and not Path(named).is_dir()):
        raise BadSetting(f"{what!r} is neither a folder nor an address such as https://models.example")
    known, file = trusted(), trust_file()
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, fresh = mkstemp(prefix=".new-", dir=file.parent)
        with os.fdopen(handle, "w", encoding="utf-8") as writing:
            writing.writelines(f"{each}\n" for each in dict.fromkeys([*known, named]))
        Path(fresh).replace(file)
    except OSError as error:
        raise StorageError(f"cannot write {file}: {error.strerror}; make its folder writable") from error
    return named


def _travels(key: str, name: str) -> bool:
    """Whether a key is sent to the address of that name: its maker's, or a proxy."""
    makers = {SAME_MAKER.get(maker, maker) for maker in (key.partition("_")[0], name.partition("_")[0])}
    return name.endswith(ADDRESS) and (name in PROXIES or len(makers) == 1)


def _my_uids() -> set[int]:
    uid = os.geteuid()
    caller = os.environ.get("SUDO_UID", "") if uid == 0 else ""
    return {uid, int(caller)} if caller.isdecimal() else {uid}


def _trusted(folder: Path) -> bool:
    said = os.environ.get("BATON_TRUST", "")
    if said in EVERYTHING:
        return True
    named = [Path(each).expanduser().resolve() for each in said.split(os.pathsep) if each]
    return any(folder.resolve().is_relative_to(each) for each in [*named, *_folders()])


def _folders() -> Iterator[Path]:
    return (Path(each) for each in trusted() if each.startswith("/"))


def _trusted_address(address: str) -> bool:
    """Loopback is: the key does not leave the machine."""
    origin = _origin(address)
    with suppress(ValueError):
        host = urlsplit(origin).hostname or ""
        if host in LOOPBACK or (host.startswith("127.") and host.replace(".", "").isdecimal()):
            return True
    return origin in trusted()


def _origin(address: str) -> str:
    """Scheme, host and port of an address: who it is that is asked. Raises BadSetting where it is none."""
    try:
        parts = urlsplit(address if "://" in address else f"http://{address}")
        host, port = parts.hostname, parts.port
    except ValueError:
        host = None
    if not host or set(address) & set("\\ \t\r\n"):  # which one library reads so and another otherwise
        raise BadSetting(f"{address!r} is no address; write it as https://models.example")
    named = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{named}{'' if port is None else f':{port}'}"
