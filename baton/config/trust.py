"""Trust in folders and addresses: another user's are used only after this user said so. Imports little on purpose.

The user's own folders are trusted, as git does with `safe.directory`; under sudo, also those of the user who called it.
`baton trust` writes the others to a file of the user's own, outside every project.
"""

import os
import shlex
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import mkstemp
from urllib.parse import urlsplit

from baton.errors import BadSetting, NotTrusted, StorageError

OTHERS_MAY_WRITE = 0o022
LOOPBACK = ("::1", "localhost")
TRUST_ALL = {"1", "*"}
ODD_NAMES = "surrogateescape"  # the name of a folder is bytes, and need be no UTF-8
ENVIRONMENT_ONLY = ("BATON_BUSINESS", "BATON_TRUST", "HOME", "XDG_CONFIG_HOME", "SUDO_UID")
"""Variables that decide about trust, so a folder's `.env` may not set them."""

KEY = "_API_KEY"
ADDRESS = ("_BASE_URL", "_API_BASE", "_API_URL", "_ENDPOINT", "_PROXY")
"""The endings of the names of keys, and of the addresses that they are sent to; the first word is the maker's."""

SAME_MAKER = {"LANGCHAIN": "LANGSMITH"}
ROLE_KEY, ROLE_ADDRESS = "BATON_API_KEY_", "BATON_ENDPOINT_"
"""Begin the names of the key and the address of one role; its key goes to the address of all where it has no other."""

PROXIES = {"HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY"}  # every key travels through them


def is_mine(path: Path) -> bool:
    """Whether a file or folder belongs to this user; for root under sudo, also to the user who called sudo."""
    return path.stat().st_uid in _my_uids()


def refuse_strangers(folder: Path, *parts: Path) -> None:
    """Refuse to use parts of a folder that belong to another user; parts that do not exist are passed over.

    Raises:
        NotTrusted: a part is another user's, and the folder is not trusted.
    """
    theirs = next((each for each in parts if each.exists() and not is_mine(each)), None)
    if theirs is None or _is_trusted(folder):
        return
    uid = theirs.stat().st_uid
    advice = f"to use it all the same: baton trust {shlex.quote(str(folder))}"
    raise NotTrusted(f"{theirs} belongs to another user (uid {uid}), so nothing of it is used; {advice}")


def refuse_open(path: Path, otherwise: str = "set BATON_HOME to a folder of your own") -> None:
    """Refuse to use a file or folder that another user owns or may write.

    Raises:
        StorageError: it is another user's, or others may write it; the message says what to run.
    """
    status, quoted = path.stat(), shlex.quote(str(path))
    if status.st_uid not in _my_uids():
        fault, command = f"belongs to another user (uid {status.st_uid})", f"chown -R {os.geteuid()} {quoted}"
    elif status.st_mode & OTHERS_MAY_WRITE:
        fault, command = "can be written by others", f"chmod go-w {quoted}"
    else:
        return
    raise StorageError(f"{path} {fault} and is not used; run: {command} (or {otherwise})")


def refuse_stray_keys(values: dict[str, str | None]) -> None:
    """Refuse a folder's `.env` whose values would send a key of the environment to an address of the file.

    Raises:
        BadSetting: it sets a variable that decides about trust.
        NotTrusted: a key that the file does not hold itself would be sent to an address of the file.
    """
    file = Path(".env").absolute()
    if variable := next((name for name in ENVIRONMENT_ONLY if name in values), None):
        raise BadSetting(f"{file} sets {variable}; take it out: this is for the environment alone")
    keys = [name for name, key in os.environ.items() if _is_key(name) and key and key != values.get(name)]
    for name, address in values.items():
        key = next((each for each in keys if _is_sent_to(each, name.upper())), None)
        if key and address and name not in os.environ and not _is_trusted_address(address):
            fault = f"{file} sets {name}, and {key} of the environment would be sent there"
            raise NotTrusted(f"{fault}; if it may: baton trust {shlex.quote(_origin(address))}")


def trust_file() -> Path:
    """The file of the folders and addresses that this user trusts, one a line."""
    folder = Path(os.environ.get("XDG_CONFIG_HOME", ""))
    return (folder if folder.is_absolute() else Path.home() / ".config") / "baton" / "trusted"


def read_trusted() -> list[str]:
    """The folders and addresses in the user's file of trust; none where there is no file.

    Raises:
        StorageError: the file cannot be read, or others can write it.
    """
    file = trust_file()
    try:
        text = file.read_text("utf-8", ODD_NAMES)
        refuse_open(file, "move it away")
    except FileNotFoundError:
        return []
    except (OSError, ValueError) as error:
        raise StorageError(f"{file} cannot be read: {error}; correct it, or move it away") from error
    return text.splitlines()


def trust(name: str) -> str:
    """Trust a folder and all below it, or an address, from now on; returns the line that was written to the file.

    Raises:
        BadSetting: it is neither a folder that exists nor an address.
        StorageError: the file cannot be written.
    """
    line = _origin(name) if "://" in name else _folder_named(name)
    if len(line.splitlines()) != 1 or ("://" not in name and not _is_folder(line)):
        raise BadSetting(f"{name!r} is neither a folder nor an address such as https://models.example")
    lines, file = read_trusted(), trust_file()
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write_lines(file, dict.fromkeys([*lines, line]))
    except OSError as error:
        raise StorageError(f"cannot write {file}: {error.strerror}; make its folder writable") from error
    return line


def _folder_named(name: str) -> str:
    """The folder of that name, from the root on; the name itself where it begins with `~name` and there is no user."""
    try:
        return str(Path(name).expanduser().resolve())
    except RuntimeError:
        return name


def _is_folder(path: str) -> bool:
    """Whether there is such a folder; one that cannot be looked at counts as none."""
    try:
        return Path(path).is_dir()
    except OSError:
        return False


def _write_lines(file: Path, lines: Iterable[str]) -> None:
    """Write a file whole or not at all."""
    handle, draft = mkstemp(prefix=".new-", dir=file.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", errors=ODD_NAMES) as stream:
            stream.writelines(f"{each}\n" for each in lines)
        Path(draft).replace(file)
    finally:
        Path(draft).unlink(missing_ok=True)


def _is_key(name: str) -> bool:
    return name.endswith(KEY) or name.startswith(ROLE_KEY)


def _is_sent_to(key: str, name: str) -> bool:
    """Whether a key is sent to the address in the variable `name`: its maker's, that of a role, or a proxy."""
    if name in PROXIES:
        return True
    is_of_role, is_of_openai = key.startswith(ROLE_KEY), key.startswith("OPENAI_")
    if name.startswith(ROLE_ADDRESS):
        return is_of_openai or (is_of_role and key.removeprefix(ROLE_KEY) == name.removeprefix(ROLE_ADDRESS))
    if is_of_role:
        return name.startswith(("OPENAI_", "AZURE_")) and name.endswith(ADDRESS)
    makers = {SAME_MAKER.get(maker, maker) for maker in (key.partition("_")[0], name.partition("_")[0])}
    return name.endswith(ADDRESS) and len(makers) == 1


def _my_uids() -> set[int]:
    uid = os.geteuid()
    caller = os.environ.get("SUDO_UID", "") if uid == 0 else ""
    return {uid, int(caller)} if caller.isdecimal() else {uid}


def _is_trusted(folder: Path) -> bool:
    variable = os.environ.get("BATON_TRUST", "")
    if variable in TRUST_ALL:
        return True
    folders = [Path(_folder_named(each)) for each in variable.split(os.pathsep) if each]
    return any(folder.resolve().is_relative_to(each) for each in [*folders, *_trusted_folders()])


def _trusted_folders() -> Iterator[Path]:
    return (Path(each) for each in read_trusted() if each.startswith("/"))


def _is_trusted_address(address: str) -> bool:
    """Whether the user trusts an address; a loopback address always, for the key does not leave the machine."""
    origin = _origin(address)
    with suppress(ValueError):
        host = urlsplit(origin).hostname or ""
        if host in LOOPBACK or (host.startswith("127.") and host.replace(".", "").isdecimal()):
            return True
    return origin in read_trusted()


def _origin(address: str) -> str:
    """Scheme, host and port of an address, which identify its owner.

    Raises:
        BadSetting: the text is no address.
    """
    try:
        parts = urlsplit(address if "://" in address else f"http://{address}")
        host, port = parts.hostname, parts.port
    except ValueError:
        host = None
    if not host or set(address) & set("\\ \t\r\n"):  # which libraries read in different ways
        raise BadSetting(f"{address!r} is no address; write it as https://models.example")
    bracketed = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{bracketed}{'' if port is None else f':{port}'}"
