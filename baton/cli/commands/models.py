"""`baton models`: lists the models, and serves one of this machine over HTTP. Light on purpose."""

from typing import Annotated

import typer

from baton.cli.terminal.options import Json

app = typer.Typer(help="The models that are configured; one of this machine over HTTP.", invoke_without_command=True)


@app.callback()
def models(context: typer.Context, *, json: Json = False) -> int:
    """List the roles with their models; `serve` serves one of this machine."""
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
def serve(
    *,
    model: Annotated[str | None, typer.Option(help="local:NAME or llama:FILE; else what a role names.")] = None,
    port: Annotated[int, typer.Option(help="On 127.0.0.1.", min=0, max=65_535)] = 8020,
) -> int:
    """Serve a model of this machine over the OpenAI protocol until Ctrl-C."""
    from baton.cli.work.model_list import serve_model

    serve_model(model, port)
    return 0
