"""The project of `docs/own-graph.md`, made in an empty folder, has what the page promises."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from baton.testing import Call
from tests.scripted import Scripted, scripted_model
from tests.test_docs import QUIETLY, ROOT, blocks, commands, ends, write_files

pytestmark = pytest.mark.slow

__all__ = ["scripted_model"]

PAGE = ROOT / "docs" / "own-graph.md"
DONE, FAILED, WRONG_USE, WAITING, DEAD_LETTERED = 0, 1, 2, 3, 4
SLIPS = [
    ["--edit", '{"amount": 12.50}'],
    ["--edit", '{"amount": null}'],
    ["--edit", '{"betrag": "12.50"}'],
    ["--edit", '{"name": "refund", "args": {"amount": "1"}}'],
    ["--edit", "[12.50]"],
    ["--approve", "--digest", "0000000000000000"],
]
"""What a reviewer types by mistake: a number for a text, nothing, a name that is not there, another action."""

EXPECTED = {"flowers": WAITING, "small": DEAD_LETTERED}
"""How the runs that the page starts end, by thread id; every other command is done."""


def test_ten_lines_give_a_strangers_graph_the_plumbing(tmp_path: Path, scripted_model: Scripted) -> None:
    scripted_model.will({"payee": "Ann", "amount": "12.50"})
    project, home = tmp_path / "project", tmp_path / "home"
    project.mkdir()
    write_files(PAGE, project)
    lines = [words for block in blocks(PAGE) if block.marks == "own" for words in commands(block)]
    ended = ends(lines, project, BATON_HOME=home, BATON_MODEL_CHEAP="openai:scripted")
    expected = [EXPECTED.get(words[-1], DONE) if words[0] == "run" else DONE for words in lines]
    assert [code for _, code in ended] == expected, ended
    with closing(sqlite3.connect(home / "baton.db")) as told:
        check(told)


def test_a_reviewers_slips_are_told_and_then_it_is_paid_once(tmp_path: Path, scripted_model: Scripted) -> None:
    scripted_model.will({"payee": "Ann", "amount": "12.50"})
    project, home = tmp_path / "project", tmp_path / "home"
    project.mkdir()
    write_files(PAGE, project)
    run = ["run", "invoices", "Please pay Ann 12.50", "--thread-id", "slips"]
    decisions = [["decide", "slips", *slip] for slip in SLIPS]
    ended = ends(
        [run, *decisions, ["decide", "slips", "--approve"], ["decide", "slips", "--approve"]],
        project,
        BATON_HOME=home,
        BATON_MODEL_CHEAP="openai:scripted",
        BATON_USER="Kim",
    )
    assert [code for _, code in ended] == [WAITING, *(WRONG_USE for _ in SLIPS), DONE, WRONG_USE], ended
    with closing(sqlite3.connect(home / "baton.db")) as told:
        assert rows(told, "SELECT status FROM runs") == [("done",)]
        assert rows(told, "SELECT action, args, status FROM effects") == [
            ("pay", json.dumps({"action": "pay", "args": {"amount": "12.50", "payee": "Ann"}}), "done")
        ]
        assert rows(told, "SELECT decided_by, channel FROM approvals") == [("Kim", "command line")]
        assert rows(told, "SELECT count(*) FROM dead_letters") == [(0,)]


def test_the_pages_own_test_passes(tmp_path: Path) -> None:
    write_files(PAGE, tmp_path)
    [(_, code)] = ends([["pytest", *QUIETLY, "test_invoices.py"]], tmp_path)
    assert code == DONE


PAY = Call("pay", {"payee": "Ann", "amount": "12.50"})
RUN_ENDS = {"first": DONE, "once": DONE, "asked": WAITING, "small": WAITING, "spent": WAITING}
DECIDE_ENDS = {"asked": DONE, "small": FAILED, "spent": DEAD_LETTERED}
"""How the commands of the agent end, by thread id."""

PAID = ["Ann 12.50", "Ann 12.50", "Ann 10.0", "Ann 12.50", "Ann 12.50"]
"""What the receiver has been asked for in the end: by the tool as it was, with an effect, and as people decided."""


def test_an_agent_takes_on_the_plumbing_step_by_step(tmp_path: Path, scripted_model: Scripted) -> None:
    agent, home = tmp_path / "agent", tmp_path / "home"
    agent.mkdir()
    for block in blocks(PAGE):
        if block.file and block.file.startswith("agent/"):
            (tmp_path / block.file).write_text(block.text)
        for words in commands(block) if block.marks == "agent" else ():
            if words[0] == "run":
                scripted_model.model.will(PAY, "It is paid.")
            [(_, code)] = ends([words], agent, BATON_HOME=home)
            named = RUN_ENDS if words[0] == "run" else DECIDE_ENDS if words[0] == "decide" else {}
            expected = next((code for thread, code in named.items() if thread in words), DONE)
            assert code == expected, words
    assert (agent / "bank.txt").read_text().splitlines() == PAID
    with closing(sqlite3.connect(home / "baton.db")) as told:
        assert rows(told, "SELECT count(*) FROM model_calls WHERE thread_id = 'first'") == [(2,)]
        assert rows(told, "SELECT count(*) FROM effects WHERE status = 'done'") == [(4,)]
        assert rows(told, "SELECT reason FROM dead_letters") == [("over_budget",)]


def check(told: sqlite3.Connection) -> None:
    assert rows(told, "SELECT thread_id, status FROM runs ORDER BY created_at") == [
        ("flowers", "done"),
        ("small", "dead_lettered"),
    ]
    assert rows(told, "SELECT step, reason FROM dead_letters") == [("read", "over_budget")]
    assert rows(told, "SELECT action, status FROM effects") == [("pay", "done")]
    [(decision,)] = rows(told, "SELECT decision FROM approvals")
    assert json.loads(str(decision))["type"] == "approve"
    steps = rows(told, "SELECT step FROM spans WHERE thread_id = 'flowers' AND status = 'done' AND kind = 'step'")
    assert [step for (step,) in steps] == ["read", "approve", "pay"]
    assert rows(told, "SELECT count(*) FROM model_calls WHERE status = 'answered'") == [(1,)]


def rows(database: sqlite3.Connection, sql: str) -> list[tuple[object, ...]]:
    return [tuple(row) for row in database.execute(sql)]


def test_it_knows_no_bank_and_ten_lines_are_ours() -> None:
    [graph] = [block.text for block in blocks(PAGE) if block.file == "invoices.py"]
    marks = [line.rpartition("# ")[2] for line in graph.splitlines() if line.rpartition("# ")[2].isdecimal()]
    assert marks == [str(number) for number in range(1, 11)]
    assert not any(room in graph for room in ("bank", "nodes", "state.", "graphs"))
