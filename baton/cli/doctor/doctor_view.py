"""The doctor's findings, as tables."""

from typing import TYPE_CHECKING

from baton.cli.terminal.output import print_text
from baton.cli.terminal.rows import Rows

if TYPE_CHECKING:
    from baton.cli.doctor.checks import Finding
    from baton.cli.doctor.checks_settings import SettingRow

COLOURS = {"ok": "green", "warn": "yellow", "fail": "red"}


def show_findings(findings: "list[Finding]", settings: "list[SettingRow]") -> None:
    """Print each finding, the settings that have not their default, and every advice."""
    rows = Rows("", "check", "found", wide="found")
    for each in findings:
        rows.add((each.state, COLOURS[each.state]), each.name, each.found)
    rows.show()
    own_values = [each for each in settings if each["source"] != "default"]
    for setting in own_values:
        print_text(f"{setting['name']}={setting['value']}  ({setting['source']})")
    print_text(f"{len(settings) - len(own_values)} of {len(settings)} settings have their defaults", "dim")
    for each in findings:
        if each.advice:
            print_text(f"\n{each.state}: {each.name}: {each.found}\n  {each.advice}", COLOURS[each.state])
