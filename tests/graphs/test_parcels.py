"""A second business is a folder: `tests/parcels/` in the place of the bank, and no other file is touched for it."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from desk.business import Refused
from tests.parcels import depot
from tests.parcels.actions import Compensate, Redeliver

pytestmark = pytest.mark.slow

HOUSE = Path(__file__).parents[2]
FOLDER = HOUSE / "tests" / "parcels"
INBOX = FOLDER / "inbox.jsonl"
DATASET = FOLDER / "datasets" / "desk.jsonl"
MEASURED = 5  # lines of it: an answer, two actions, one that waits, one that is refused
GRAPHS = sorted(json.loads((HOUSE / "langgraph.json").read_text("utf-8"))["graphs"])
MESSAGES = {each["id"]: each["message"] for each in map(json.loads, INBOX.read_text("utf-8").splitlines())}
DONE_ALONE = {("redeliver", "P502"), ("compensate", "P503"), ("redeliver", "P506"), ("redeliver", "P507")}
"""What the messages ask for that needs nobody; P504 waits for a person, and P505 is asked too much for."""
DRIVER = """
import contextlib, io, json, sys
from baton.cli.main import main

def baton(*words):
    said, code = io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True), None
    with contextlib.redirect_stdout(said):
        try:
            main(words)
        except SystemExit as end:
            code = end.code
    return code, said.buffer.getvalue().decode()

def runs(*words):
    code, said = baton(*words, "--json")
    return [json.loads(line) for line in said.splitlines()]
"""
WORK = """
import re
from tests.parcels.depot import log
told = {"demo": baton("demo"), "first log": log()}
[approve] = re.findall(r"decide (\\S+) (--approve) --digest (\\w+)", told["demo"][1])
thread, yes, digest = approve
told["approved"] = [baton("decide", thread, yes, "--digest", digest)[0] for _ in range(2)]
told["second log"] = log()
others = [name for name in json.loads(sys.argv[1]) if name != "support_desk"]
told["graphs"] = {name: runs("run", name, "--file", sys.argv[2]) for name in others}
told["graphs"]["support_desk"] = json.loads(baton("runs", "--graph", "support_desk", "--json")[1])
told["last log"] = log()
told["rooms"] = sorted({name.partition(".")[0] for name in sys.modules})
print(json.dumps(told))
"""
MEASURE = """
from tests.parcels.depot import log
told = {"checked": baton("eval", "check", sys.argv[1])[0]}
told["summary"] = json.loads(baton("eval", "run", "support_desk", "--limit", sys.argv[2], "--json")[1])
print(json.dumps({**told, "log": log()}))
"""
CUT_OFF = """
import os, signal
from tests.parcels import depot
performed = depot.perform

def perform(*asked):
    performed(*asked)
    os.kill(os.getpid(), signal.SIGKILL)

depot.perform = perform
baton("demo")
"""
GO_ON = """
from tests.parcels.depot import log
ended = runs("resume", "--all")
print(json.dumps({"runs": ended, "log": log()}))
"""


def started(script: str, home: Path, *arguments: str) -> "subprocess.Popen[str]":
    """A process of its own that works for the parcel desk."""
    settings = {"BATON_HOME": str(home), "BATON_BUSINESS": str(FOLDER), "BATON_LEASE_S": "1", "PYTHONPATH": str(HOUSE)}
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "COLUMNS": "200", **settings}
    command = [sys.executable, "-c", DRIVER + script, *arguments]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def printed(process: "subprocess.Popen[str]") -> dict[str, Any]:
    out, err = process.communicate()
    assert process.returncode == 0, err
    found: dict[str, Any] = json.loads(out)
    return found


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What comes of the inbox: in one process all of it, and in two another home's, whose first is killed."""
    home = tmp_path_factory.mktemp("parcels")
    work = started(WORK, home / "whole", json.dumps(GRAPHS), str(INBOX))
    killed = started(CUT_OFF, home / "cut off")
    killed.communicate()
    went_on = printed(started(GO_ON, home / "cut off"))
    return {**printed(work), "killed": killed.returncode, "went on": went_on}


def acted(log: list[dict[str, Any]]) -> Counter[tuple[str, str]]:
    """How often each action was carried out, by the depot's own log."""
    return Counter(
        (each["action"], each["parcel_id"]) for each in log if each["result"] == "done" and not each["replayed"]
    )


@pytest.mark.parametrize("graph", GRAPHS)
def test_every_graph_works_its_inbox(told: dict[str, Any], graph: str) -> None:
    ended = told["graphs"][graph]
    assert [each["status"] for each in ended] == ["done"] * len(MESSAGES)
    routes = {file.stem for file in (FOLDER / "routes").glob("*.txt")}
    policies = {file.stem.upper() for file in (FOLDER / "policies").glob("*.md")}
    outputs = [each["output"] for each in ended]
    assert {each["route"] for each in outputs} <= routes
    assert {name for each in outputs for name in each["citations"]} <= policies
    assert Counter(each["outcome"] for each in outputs)["answered"] >= len(MESSAGES) // 3


def test_only_the_desk_acts_and_only_what_needs_nobody(told: dict[str, Any]) -> None:
    assert acted(told["first log"]) == dict.fromkeys(DONE_ALONE, 1)


def test_an_amount_above_the_limit_waits_for_a_person_and_is_paid_once(told: dict[str, Any]) -> None:
    code, said = told["demo"]
    assert "1 waits for a person" in said
    assert "compensate for customer K103: parcel_id P504, amount 120.00" in said
    assert [code, told["approved"]] == [0, [0, 2]]  # the second answer is refused: the first stands
    paid = [each for each in told["second log"] if each["parcel_id"] == "P504"]
    assert [(each["action"], each["result"], each["replayed"]) for each in paid] == [("compensate", "done", 0)]
    assert told["last log"] == told["second log"]  # the other graphs only propose


def test_it_is_measured_on_its_own_dataset_and_the_depot_is_left_alone(tmp_path: Path) -> None:
    told = printed(started(MEASURE, tmp_path, str(DATASET), str(MEASURED)))
    summary = told["summary"]
    assert (told["checked"], told["log"]) == (0, [])
    assert (summary["dataset"], summary["errors"]) == ("parcels/datasets/desk.jsonl", 0)
    assert summary["completed"] == summary["metrics"]["task_completion"]["n"] == MEASURED


def test_the_demo_shows_every_message(told: dict[str, Any]) -> None:
    lines = told["demo"][1].splitlines()
    assert sum(bool(re.match(r"demo-\w{6}-\d\d ", line)) for line in lines) == len(MESSAGES)


def test_nothing_of_the_bank_is_there(told: dict[str, Any]) -> None:
    assert "desk" in told["rooms"]
    assert "bank" not in told["rooms"]


def test_killed_when_it_has_just_acted_it_goes_on_and_acts_once(told: dict[str, Any]) -> None:
    assert told["killed"] == -signal.SIGKILL
    went_on = told["went on"]
    assert {each["status"] for each in went_on["runs"]} == {"done", "waiting"}
    assert acted(went_on["log"]) == dict.fromkeys(DONE_ALONE, 1)
    assert any(each["replayed"] for each in went_on["log"])  # the one that was cut off asked again, by the same key


class Edit(NamedTuple):
    """A text of one file that another takes the place of; without a text the file is taken out."""

    file: str
    old: str = ""
    new: str = ""


def broken(folder: Path, name: str, edit: Edit) -> Path:
    """A copy of the business under another name, with an edit."""
    copy = folder / name
    shutil.copytree(FOLDER, copy, ignore=shutil.ignore_patterns("__pycache__"))
    for file in [*copy.glob("*.py"), copy / "baton.toml"]:
        file.write_text(file.read_text("utf-8").replace("tests.parcels", name))
    file, text = copy / edit.file, (copy / edit.file).read_text("utf-8")
    assert edit.old in text
    if edit.old:
        file.write_text(text.replace(edit.old, edit.new))
    else:
        file.unlink()
    return copy


BROKEN = {
    "idle": Edit("business.py", "actions=ACTIONS", "actions=()"),
    "ruleless": Edit("approval_rules.toml", 'redeliver = "never"'),
    "silent": Edit("policies/safe-01.md"),
}
"""Without actions, with an action that no rule names, with a route that no policy has."""


@pytest.fixture(scope="module")
def refused(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[int, str, str]]:
    """Exit code and output of a run for each broken copy; they lie outside the checkout, for a business may."""
    folder, begun = tmp_path_factory.mktemp("broken"), dict[str, subprocess.Popen[str]]()
    for name, edit in BROKEN.items():
        settings = {"BATON_HOME": str(folder / "home"), "BATON_BUSINESS": str(broken(folder, name, edit))}
        environment = {**os.environ, **settings, "PYTHONPATH": str(HOUSE)}
        command = [sys.executable, "-m", "baton", "run", "routing", "Where is my parcel?"]
        begun[name] = subprocess.Popen(
            command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
    said = {name: process.communicate() for name, process in begun.items()}
    return {name: (begun[name].returncode, out, err) for name, (out, err) in said.items()}


@pytest.mark.parametrize(
    "name,file,wrong",
    [
        ("idle", "baton.toml", "the business has no actions"),
        ("ruleless", "approval_rules.toml", "[person] says nothing about redeliver"),
        ("silent", "routes/safety.txt", "has the route 'safety'"),
    ],
)
def test_what_cannot_be_a_business_is_told_in_a_line_that_names_the_file(
    refused: dict[str, tuple[int, str, str]], name: str, file: str, wrong: str
) -> None:
    code, out, err = refused[name]
    [line] = err.splitlines()
    assert (code, out) == (2, "")
    assert f"{name}/{file}" in line
    assert wrong in line


def test_the_depot_acts_once_per_key_and_keeps_its_word(baton_home: Path) -> None:
    baton_home.mkdir()
    again = Redeliver(name="redeliver", parcel_id="P502", part_of_day="morning")
    assert depot.perform("K101", again, "a") == depot.perform("K101", again, "a")
    for _ in range(2):
        with pytest.raises(Refused, match="is in transit"):
            depot.perform("K101", again, "b")
    with pytest.raises(depot.KeyReused):
        depot.perform("K101", Compensate(name="compensate", parcel_id="P502", amount="1.00"), "a")
    assert [(each["result"], each["replayed"]) for each in depot.log()] == [
        *(("done", 0), ("done", 1), ("wrong_status", 0), ("wrong_status", 1))
    ]
