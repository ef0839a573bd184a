"""`baton run` and `resume`: exit codes, objects, tables."""

import io
import json
import sys
from pathlib import Path

import pytest

from tests.baton.cli.conftest import Baton

PROMISED = set("thread_id run graph status output waiting_for urgent dead_letters usage latency_ms".split())


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
    result = baton("run", graph, message, "--json")
    assert (result.code, result.object["status"]) == (code, status)
    assert result.object.keys() == PROMISED | ({"error"} if status in {"failed", "dead_lettered"} else set())


def test_a_parked_run_says_why(baton: Baton, project: Path) -> None:
    text = "work: ValueError: it exploded"
    assert baton("run", "toy", "explode", "--json").object["error"] == text
    assert f"error        {text}\n" in baton("run", "toy", "explode").out
    (project / "in.txt").write_text("explode\n")
    assert text in baton("run", "toy", "--file", "in.txt").out


def test_a_csv_is_complained_about_by_record(baton: Baton, project: Path) -> None:
    (project / "in.csv").write_text("message,customer_id\nhello,C999\n")
    result = baton("run", "toy", "--file", "in.csv")
    assert (result.code, result.err) == (2, "record 1: the bank knows no customer 'C999'\n")


def test_a_person_reads_the_reply_and_the_facts(baton: Baton) -> None:
    result = baton("run", "toy", "hello \x1b[2J there", "--customer", "C007", "--thread-id", "mine")
    assert result.code == 0
    assert result.out.startswith("You said: hello \ufffd[2J there\n")
    assert "answered" in result.out
    assert "show mine" in result.out
    assert "\x1b" not in result.out


def test_a_message_comes_from_stdin(baton: Baton, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"from a pipe\n")))
    assert baton("run", "toy", "-", "--json").object["output"]["reply"] == "You said: from a pipe"


def test_a_file_is_worked_but_for_its_bad_lines(baton: Baton, project: Path) -> None:
    lines = [{"message": "hello"}, {"message": " "}, {"message": "refund"}, {"message": "hi", "customer_id": "C999"}]
    (project / "in.jsonl").write_text("\n".join(map(json.dumps, lines)))
    result = baton("run", "toy", "--file", "in.jsonl", "--json")
    assert result.code == 2
    assert {each["line"]: each["status"] for each in result.objects} == {1: "done", 3: "waiting"}
    assert "line 2: the message is empty" in result.err
    assert "line 4: the bank knows no customer 'C999'" in result.err


def test_a_records_own_id_stands_beside_its_line_and_what_is_not_taken_is_told_once(
    baton: Baton, project: Path
) -> None:
    lines = [
        {"id": "m1", "text": "hello", "client": "C001"},
        {"id": 7, "message": "refund", "client": 2},
        {"text": "x"},
    ]
    (project / "in.jsonl").write_text("\n".join(map(json.dumps, lines)))
    result = baton("run", "toy", "--file", "in.jsonl", "--json")
    assert {each["line"]: each.get("id") for each in result.objects} == {1: "m1", 2: 7, 3: None}
    assert (result.code, result.err) == (0, "not taken by toy: client\n")


def test_the_customer_of_a_record_is_known_to_the_bank_whatever_the_column_is_called(
    baton: Baton, project: Path
) -> None:
    (project / "in.csv").write_text("text,customer\nhello,C001\nhello,C999\n")
    result = baton("run", "toy", "--file", "in.csv", "--json")
    assert (result.code, result.err) == (2, "record 2: the bank knows no customer 'C999'\n")
    assert result.object["line"] == 1


def test_a_file_whose_lines_all_came_to_rest_is_a_success(baton: Baton, project: Path) -> None:
    (project / "in.txt").write_text("hello\nrefund\nexplode\n")
    result = baton("run", "toy", "--file", "in.txt")
    assert result.code == 0
    assert "1 waits for a person" in result.out
    assert "1 did not get through" in result.out


def test_many_runs_are_counted_by_route_and_outcome(baton: Baton, project: Path) -> None:
    (project / "in.txt").write_text("hello\n" * 41 + "refund\n")
    result = baton("run", "toy", "--file", "in.txt", "--concurrency", "8")
    assert result.code == 0
    rows = [line.split() for line in result.out.splitlines()]
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
    result = baton("resume", "--all")
    assert (result.code, result.err) == (0, f"nothing to go on with in {baton_home}\n")


def test_a_finished_run_is_shown_again(baton: Baton) -> None:
    baton("run", "toy", "hello", "--thread-id", "done")
    result = baton("resume", "done", "--json")
    assert (result.code, result.object["status"]) == (0, "done")


def test_context_values_reach_the_graph(baton: Baton) -> None:
    assert baton("run", "toy", "hello", "--set", "tone=warm").code == 0
    refused = baton("run", "toy", "hello", "--set", "tone=shrill")
    assert refused.code == 2
    assert "--set" in refused.err
