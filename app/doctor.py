"""`baton doctor`. Light on purpose: the checks are imported when it is called."""

from app.options import Json


def doctor(*, json: Json = False) -> int:
    """Check the installation, the settings, the database, the graphs, the bank and the models."""
    from app.checks import examine
    from app.output import say_json

    findings, settings = examine()
    if json:
        say_json({"checks": [each.as_object() for each in findings], "settings": settings})
    else:
        from app.doctor_view import show_findings

        show_findings(findings, settings)
    return 1 if any(each.state == "fail" for each in findings) else 0
