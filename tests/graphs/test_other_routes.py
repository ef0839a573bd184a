"""Other routes and policies under the same business, by two settings: ten lines of routes, three policies."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow

HOUSE = Path(__file__).parents[2]
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
ROUTES = {
    "loans": ["Borrowing and renewing books.", "How do I renew a book?", "Can I keep my books for longer?"],
    "fines": ["What late books cost.", "What is the fine for a late book?", "Why must I pay for being late?"],
    "other": ["Not for this desk: a person looks.", "Do you have a job for me?", "Who won the match yesterday?"],
}
POLICIES = {
    "LOAN-01": ("loans", "Renewing a book", "A book can be renewed twice, each time for 21 days."),
    "LOAN-02": ("loans", "How many books", "A member can borrow 12 books at once."),
    "FINE-01": ("fines", "Fines for late books", "The fine for a late book is GBP 0.20 a day, and at most GBP 8.00."),
}


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of routes and one of policies."""
    folder = tmp_path_factory.mktemp("library")
    for name in ("routes", "policies"):
        (folder / name).mkdir()
    for route, (definition, *examples) in ROUTES.items():
        (folder / "routes" / f"{route}.txt").write_text("\n".join([f"# {definition}", *examples, ""]))
    for policy, (route, title, text) in POLICIES.items():
        front = f"---\nid: {policy}\ntitle: {title}\nroute: {route}\neffective: 2026-01-01\n---\n"
        (folder / "policies" / f"{policy.lower()}.md").write_text(f"{front}{text}\n")
    return folder


FINE = "What is the fine for a late book?"
ROOM = "Is the reading room open on Sundays?"
COMMANDS = {
    "doctor": ["doctor", "--json"],
    "routing answers": ["run", "routing", FINE, "--json", "--set", "route_threshold=0.3"],
    "support_desk answers": ["run", "support_desk", FINE, "--json", "--set", "route_threshold=0.3"],
    "routing unsure": ["run", "routing", ROOM, "--json", "--set", "route_threshold=0.95"],
    "support_desk unsure": ["run", "support_desk", ROOM, "--json", "--set", "route_threshold=0.95"],
}
DRIVER = """
import contextlib, io, json, sys
from baton.cli.main import main
told = {}
for name, words in json.loads(sys.argv[1]).items():
    said = io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True)
    with contextlib.redirect_stdout(said), contextlib.suppress(SystemExit):
        main(words)
    told[name] = json.loads(said.buffer.getvalue())
print(json.dumps(told))
"""
"""All commands in one process: importing what they need takes longer than they do."""


@pytest.fixture(scope="module")
def told(library: Path) -> dict[str, Any]:
    """What each command printed."""
    settings = {"BATON_HOME": "home", "BATON_ROUTES": "routes", "BATON_POLICIES": "policies"}
    environment = {**os.environ, **ONE_THREAD, **settings, "PYTHONPATH": str(HOUSE)}
    command = [sys.executable, "-c", DRIVER, json.dumps(COMMANDS)]
    done = subprocess.run(command, cwd=library, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    printed: dict[str, Any] = json.loads(done.stdout)
    return printed


def test_the_doctor_finds_it_sound(told: dict[str, Any]) -> None:
    checks = {each["name"]: each["state"] for each in told["doctor"]["checks"]}
    assert "fail" not in checks.values()


@pytest.mark.parametrize("graph", ["routing", "support_desk"])
def test_a_question_is_answered_from_its_policies(told: dict[str, Any], graph: str) -> None:
    output = told[f"{graph} answers"]["output"]
    assert (output["outcome"], output["route"], output["citations"]) == ("answered", "fines", ["FINE-01"])
    assert "GBP 0.20 a day" in output["reply"]
    assert output["actions"] == []


@pytest.mark.parametrize("graph", ["routing", "support_desk"])
def test_nobody_is_sure_after_so_few_examples(told: dict[str, Any], graph: str) -> None:
    output = told[f"{graph} unsure"]["output"]
    assert (output["outcome"], output["citations"]) == ("escalated", [])
    assert output["route"] in ROUTES
