"""The home, the folder of all that Baton writes. Imports little on purpose: commands that only read start at once."""

import os
import re
import stat
from pathlib import Path
from tempfile import mkstemp

from baton.config.trust import refuse_open, refuse_strangers, refuse_stray_keys
from baton.errors import BadSetting, StorageError

THREAD_ID = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]{0,63}")


def load_env() -> None:
    """Read `.env` of the working directory into the environment; a variable that is set already keeps its value.

    Raises:
        BadSetting: it cannot be read, or is not UTF-8.
        NotTrusted: it is another user's, or would send a key of the environment to an address of its own.
    """
    if Path(".env").is_file():
        from dotenv import dotenv_values  # noqa: PLC0415 - costs 60 ms, and most machines have no .env

        refuse_strangers(Path.cwd(), Path.cwd() / ".env")
        try:
            values = dotenv_values(".env", interpolate=False)  # ${NAME} could carry a key into an address
        except (OSError, ValueError) as error:
            raise BadSetting(f"cannot read {Path('.env').absolute()}: {error}") from error
        refuse_stray_keys(values)
        for name, value in values.items():
            if value is not None:
                os.environ.setdefault(name, value)


def home() -> Path:
    """The folder that keeps everything Baton writes (`BATON_HOME`, default `.baton`).

    Raises:
        BadSetting: it begins with `~name`, and there is no user of that name.
    """
    folder = os.environ.get("BATON_HOME") or ".baton"
    try:
        return Path(folder).expanduser().absolute()
    except RuntimeError as error:
        raise BadSetting(f"BATON_HOME is {folder!r}: no such user; name a folder") from error


def refuse_no_folder() -> None:
    """Refuse a home that is no folder; for commands that only read, to which it would look like an empty home.

    Raises:
        StorageError: the home is a file, or a link that leads nowhere.
    """
    folder = home()
    try:
        if stat.S_ISDIR(folder.stat().st_mode):
            return
    except FileNotFoundError:
        if not folder.is_symlink():
            return
    except OSError as error:
        raise StorageError(f"cannot use the home {folder}: {error.strerror}; set BATON_HOME to a folder") from error
    raise StorageError(f"cannot use the home {folder}: it is no folder; set BATON_HOME to one")


def database_file() -> Path:
    """The SQLite file of `BATON_DATABASE_URL` (default `baton.db` in the home).

    Raises:
        BadSetting: the URL is not `sqlite:///PATH`.
    """
    url = os.environ.get("BATON_DATABASE_URL")
    if not url:
        return home() / "baton.db"
    scheme, _, path = url.partition(":///")
    if scheme != "sqlite" or not path.strip("/"):
        raise BadSetting(f"BATON_DATABASE_URL is {url!r}; it must look like sqlite:///folder/file.db")
    return Path(path).absolute()


def make_home() -> Path:
    """Create the home, readable by its owner alone, and return it.

    Raises:
        StorageError: it cannot be made or written, or is another user's, or open to others.
    """
    folder = home()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        refuse_open(folder)
        handle, probe = mkstemp(prefix=".probe-", dir=folder)
        os.close(handle)
        Path(probe).unlink()
    except OSError as error:
        raise StorageError(
            f"cannot use the home {folder}: {error.strerror}; set BATON_HOME to a folder you can write"
        ) from error
    return folder
