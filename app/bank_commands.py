"""`baton bank`: the sample bank. Light on purpose: the bank is imported when it is needed."""

from typing import Annotated

import typer

from baton.cli.terminal.options import Json
from baton.errors import UsageError

app = typer.Typer(help="The sample bank: its log, its server, a fresh start.", no_args_is_help=True)


@app.command()
def log(*, json: Json = False) -> int:
    """List the requests that the bank received, oldest first."""
    import asyncio

    from app.bank_desk import read_log
    from baton.cli.terminal.output import say_json

    lines = asyncio.run(read_log())
    if json:
        for line in lines:
            say_json(line.model_dump())
    else:
        from app.bank_view import show_log

        show_log(lines)
    return 0


@app.command()
def serve(*, port: Annotated[int, typer.Option(help="On 127.0.0.1.", min=0, max=65_535)] = 8010) -> int:
    """Serve the sample bank over HTTP until Ctrl-C."""
    import asyncio

    from app.bank_desk import serve_bank

    asyncio.run(serve_bank(port))
    return 0


@app.command()
def reset(*, yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False) -> int:
    """Forget all customers' changes and the log, and seed the bank afresh."""
    import asyncio
    import sys

    from app.bank_desk import reset_bank
    from baton.cli.terminal.output import note

    if not yes:
        if not sys.stdin.isatty():
            raise UsageError("this forgets what the bank did; say --yes")
        typer.confirm("Forget what the sample bank did, its log included?", abort=True, err=True)
    note(f"the bank is as new: {asyncio.run(reset_bank())}")
    return 0
