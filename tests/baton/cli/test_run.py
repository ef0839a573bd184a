"""`baton run` and `resume`: exit codes, objects, tables."""

import io
import json
import sys
from pathlib import Path

import pytest

from tests.baton.cli.conftest import Baton

PROMISED = {"thread_id", "run", "graph", "status", "output", "waiting_for", "dead_letters", "usage", "latency_ms"}


@pytest.mark.parametrize(
    "graph,message,code,status",
    [
        ("toy", "hello", 0, "done"),
        ("toy", "refund", 3, "waiting"),
        ("toy", "explode", 4, "dead_lettered"),
        ("bare", "hello", 1, "failed"),
    ],
)
def test_the_exit_code_says_how_it_ended(baton: Baton, graph: str, message: str, code: int, status: str) -> None:
    said = baton("run", graph, message, "--json")
    assert (said.code, said.object["status"]) == (code, status)
    assert said.object.keys() == PROMISED | ({"error"} if status in {"failed", "dead_lettered"} else set())


def test_a_parked_run_says_why(baton: Baton, project: Path) -> None:
    told = "work: ValueError: it exploded"
    assert baton("run", "toy", "explode", "--json").object["error"] == told
    assert f"error        {told}\n" in baton("run", "toy", "explode").out
    (project / "in.txt").write_text("explode\n")
    assert told in baton("run", "toy", "--file", "in.txt").out


def test_a_csv_is_complained_about_by_record(baton: Baton, project: Path) -> None:
    (project / "in.csv").write_text("message,customer_id\nhello,C999\n")
    said = baton("run", "toy", "--file", "in.csv")
    assert (said.code, said.err) == (2, "record 1: the bank knows no customer 'C999'\n")


def test_a_person_reads_the_reply_and_the_facts(baton: Baton) -> None:
    said = baton("run", "toy", "hello \x1b[2J there", "--customer", "C007", "--thread-id", "mine")
    assert said.code == 0
    assert said.out.startswith("You said: hello \ufffd[2J there\n")
    assert "answered" in said.out
    assert "show mine" in said.out
    assert "\x1b" not in said.out


def test_a_message_comes_from_stdin(baton: Baton, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"from a pipe\n")))
    assert baton("run", "toy", "-", "--json").object["output"]["reply"] == "You said: from a pipe"


def test_a_file_is_worked_but_for_its_bad_lines(baton: Baton, project: Path) -> None:
    lines = [{"message": "hello"}, {"message": " "}, {"message": "refund"}, {"message": "hi", "customer_id": "C999"}]
    (project / "in.jsonl").write_text("\n".join(map(json.dumps, lines)))
    said = baton("run", "toy", "--file", "in.jsonl", "--json")
    assert said.code == 2
    assert {each["line"]: each["status"] for each in said.objects} == {1: "done", 3: "waiting"}
    assert "line 2: the message is empty" in said.err
    assert "line 4: the bank knows no customer 'C999'" in said.err


def test_a_records_own_id_stands_beside_its_line_and_what_is_not_taken_is_told_once(
    baton: Baton, project: Path
) -> None:
    lines = [
        {"id": "m1", "text": "hello", "client": "C001"},
        {"id": 7, "message": "refund", "client": 2},
        {"text": "x"},
    ]
    (project / "in.jsonl").write_text("\n".join(map(json.dumps, lines)))
    said = baton("run", "toy", "--file", "in.jsonl", "--json")
    assert {each["line"]: each.get("id") for each in said.objects} == {1: "m1", 2: 7, 3: None}
    assert (said.code, said.err) == (0, "not taken by toy: client\n")


def test_the_customer_of_a_record_is_known_to_the_bank_whatever_the_column_is_called(
    baton: Baton, project: Path
) -> None:
    (project / "in.csv").write_text("text,customer\nhello,C001\nhello,C999\n")
    said = baton("run", "toy", "--file", "in.csv", "--json")
    assert (said.code, said.err) == (2, "record 2: the bank knows no customer 'C999'\n")
    assert said.object["line"] == 1


def test_a_file_whose_lines_all_came_to_rest_is_a_success(baton: Baton, project: Path) -> None:
    (project / "in.txt").write_text("hello\nrefund\nexplode\n")
    said = baton("run", "toy", "--file", "in.txt")
    assert said.code == 0
    assert "1 waits for a person" in said.out
    assert "1 did not get through" in said.out


def test_many_runs_are_counted_by_route_and_outcome(baton: Baton, project: Path) -> None:
    (project / "in.txt").write_text("hello\n" * 41 + "refund\n")
    said = baton("run", "toy", "--file", "in.txt", "--concurrency", "8")
    assert said.code == 0
    rows = [line.split() for line in said.out.splitlines()]
    assert ["cards", "41", "0", "41"] in rows
    assert ["all", "41", "1", "42"] in rows


def test_a_failed_line_fails_the_file_and_can_be_resumed(baton: Baton, project: Path) -> None:
    (project / "in.txt").write_text("hello\n")
    assert baton("run", "bare", "--file", "in.txt").code == 1
    [row] = json.loads(baton("runs", "--json").out)
    assert baton("resume", row["thread_id"]).code == 1
    again = baton("resume", "--all", "--json")
    assert (again.code, again.object["thread_id"]) == (1, row["thread_id"])


def test_there_may_be_nothing_to_resume(baton: Baton, baton_home: Path) -> None:
    said = baton("resume", "--all")
    assert (said.code, said.err) == (0, f"nothing to go on with in {baton_home}\n")


def test_a_finished_run_is_shown_again(baton: Baton) -> None:
    baton("run", "toy", "hello", "--thread-id", "done")
    said = baton("resume", "done", "--json")
    assert (said.code, said.object["status"]) == (0, "done")


def test_context_values_reach_the_graph(baton: Baton) -> None:
    assert baton("run", "toy", "hello", "--set", "tone=warm").code == 0
    refused = baton("run", "toy", "hello", "--set", "tone=shrill")
    assert refused.code == 2
    assert "--set" in refused.err
