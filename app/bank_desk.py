"""The bank outside a run: reads its log, serves it, resets it."""

from pathlib import Path

from bank.clerk.desk import FILE, desk_bank
from bank.ledger.records import LogLine
from bank.ledger.server import app
from bank.ledger.sqlite_bank import SqliteBank
from bank.settings import bank_settings
from baton.cli.terminal.output import say
from baton.cli.terminal.serving import listen, serve
from baton.config.home import make_home
from baton.config.settings import settings
from baton.errors import UsageError


async def read_log() -> list[LogLine]:
    """Return every request to act, oldest first, of the bank that the desk works with.

    Raises:
        BatonError: the bank cannot be reached.
    """
    configured = settings()
    make_home()
    async with desk_bank(configured) as bank:
        return await bank.log()


async def serve_bank(port: int) -> None:
    """Serve the embedded bank until it is stopped; print its address and the setting that names it.

    Raises:
        UsageError: the port is in use.
    """
    path = _bank_file()
    with listen(port) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        bank = await SqliteBank.open(path)
        try:
            say(f"the sample bank is at {url} (Ctrl-C ends it)\nwork with it: export BATON_BANK_URL={url}")
            await serve(app(bank), listener)
        finally:
            await bank.aclose()


async def reset_bank() -> Path:
    """Seed the embedded bank afresh and return its file.

    Raises:
        UsageError: the desk works with another bank.
    """
    if url := bank_settings().bank_url:
        raise UsageError(f"the bank at {url} is not ours to reset; unset BATON_BANK_URL for the sample bank")
    path = _bank_file()
    bank = await SqliteBank.open(path)
    try:
        await bank.reset()
    finally:
        await bank.aclose()
    return path


def _bank_file() -> Path:
    configured = settings()
    make_home()
    return configured.home / FILE
