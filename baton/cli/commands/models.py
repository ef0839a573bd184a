"""`baton models`: lists the models, asks them what they take, and serves one of this machine. Light on purpose."""

from typing import Annotated

import typer

from baton.cli.terminal.options import Json

app = typer.Typer(help="The models that are configured; one of this machine over HTTP.", invoke_without_command=True)


@app.callback()
def models(context: typer.Context, *, json: Json = False) -> int:
    """List the roles with their models; `probe` asks them what they take, `serve` serves one of this machine."""
    if context.invoked_subcommand is not None:
        return 0
    from baton.cli.terminal.output import say_json
    from baton.cli.work.model_list import list_models, show_models

    rows = list_models()
    if json:
        say_json(rows)
    else:
        show_models(rows)
    return 0


@app.command()
def probe(*, json: Json = False) -> int:
    """Ask the model of each role what it takes, and keep that; 1 where one cannot be asked."""
    import asyncio

    from baton.cli.terminal.output import say_json
    from baton.cli.work.model_probe import probe_models, show_probe

    rows = asyncio.run(probe_models())
    if json:
        say_json(rows)
    else:
        show_probe(rows)
    return int(any(row["fault"] for row in rows))


@app.command()
def serve(
    *,
    model: Annotated[str | None, typer.Option(help="local:NAME or llama:FILE; else what a role names.")] = None,
    port: Annotated[int, typer.Option(help="On 127.0.0.1.", min=0, max=65_535)] = 8020,
) -> int:
    """Serve a model of this machine over the OpenAI protocol until Ctrl-C."""
    from baton.cli.work.model_list import serve_model

    serve_model(model, port)
    return 0
