"""A lending library in place of the bank: ten lines of routes, three policies, the real command line."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

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
    """The folders that docs/your-business.md asks for."""
    folder = tmp_path_factory.mktemp("library")
    for name in ("routes", "policies"):
        (folder / name).mkdir()
    for route, (definition, *examples) in ROUTES.items():
        (folder / "routes" / f"{route}.txt").write_text("\n".join([f"# {definition}", *examples, ""]))
    for policy, (route, title, text) in POLICIES.items():
        front = f"---\nid: {policy}\ntitle: {title}\nroute: {route}\neffective: 2026-01-01\n---\n"
        (folder / "policies" / f"{policy.lower()}.md").write_text(f"{front}{text}\n")
    return folder


def baton(library: Path, *words: str, code: int = 0) -> str:
    """What a command prints, started as a person starts it."""
    settings = {"BATON_HOME": "home", "BATON_ROUTES": "routes", "BATON_POLICIES": "policies"}
    environment = {**os.environ, **ONE_THREAD, **settings, "PYTHONPATH": str(HOUSE)}
    command = [sys.executable, "-m", "app", *words]
    done = subprocess.run(command, cwd=library, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stderr
    return done.stdout


def output(library: Path, graph: str, message: str, *more: str) -> dict[str, Any]:
    run = json.loads(baton(library, "run", graph, message, "--json", *more))
    resolution: dict[str, Any] = run["output"]
    return resolution


def test_the_business_is_ten_lines_and_three_rules() -> None:
    assert sum(map(len, ROUTES.values())) <= 10
    assert len(POLICIES) == 3


def test_the_doctor_finds_it_sound(library: Path) -> None:
    checks = {each["name"]: each["state"] for each in json.loads(baton(library, "doctor", "--json"))["checks"]}
    assert "fail" not in checks.values()


@pytest.mark.parametrize("graph", ["routing", "support_desk"])
def test_a_question_is_answered_from_its_policies(library: Path, graph: str) -> None:
    told = output(library, graph, "What is the fine for a late book?", "--set", "route_threshold=0.3")
    assert (told["outcome"], told["route"], told["citations"]) == ("answered", "fines", ["FINE-01"])
    assert "GBP 0.20 a day" in told["reply"]
    assert told["actions"] == []


@pytest.mark.parametrize("graph", ["routing", "support_desk"])
def test_nobody_is_sure_after_so_few_examples(library: Path, graph: str) -> None:
    told = output(library, graph, "Is the reading room open on Sundays?", "--set", "route_threshold=0.95")
    assert (told["outcome"], told["citations"]) == ("escalated", [])
    assert told["route"] in ROUTES


def test_its_runs_are_kept_and_shown(library: Path) -> None:
    baton(library, "run", "support_desk", "How do I renew a book?", "--thread-id", "renewal")
    assert "renewal" in {run["thread_id"] for run in json.loads(baton(library, "runs", "--json"))}
    steps = [step["step"] for step in json.loads(baton(library, "show", "renewal", "--json"))["steps"]]
    assert steps[0] == "classify"
    assert steps[-1] in {"reply", "escalate"}
