"""`baton doctor`. Light on purpose: the checks are imported when it is called."""

from typing import Annotated

import typer

from baton.cli.terminal.options import Json


def doctor(
    context: typer.Context,
    *,
    json: Json = False,
    probe: Annotated[bool, typer.Option(help="Ask the model of each role a few small questions.")] = False,
) -> int:
    """Check the installation, the project, the settings, the database, the graphs and the models."""
    from baton.cli.doctor.checks import examine
    from baton.cli.terminal.output import say_json

    findings, settings = examine(getattr(context.find_root().command, "commands", {}), probe=probe)
    if json:
        say_json({"checks": [each.as_object() for each in findings], "settings": settings})
    else:
        from baton.cli.doctor.doctor_view import show_findings

        show_findings(findings, settings)
    return 1 if any(each.state == "fail" for each in findings) else 0
