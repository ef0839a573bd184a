"""Files of messages: what is read, what is refused, and how it is counted."""

import json
from pathlib import Path

import pytest

from baton.cli.work.inputs import GraphInput, one_input, one_message, read_inputs
from baton.errors import UsageError
from graphs.single_call import graph as desk
from tests.baton.cli.project.toy import graph as toy


def graph_input(message: str, customer: str | None, line: int) -> GraphInput:
    return GraphInput({"message": message, "customer_id": customer}, line)


def write(tmp_path: Path, name: str, content: bytes | str) -> Path:
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def test_a_line_of_text_is_a_message(tmp_path: Path) -> None:
    path = write(tmp_path, "a.txt", "\ufeffone\r\ntwo\u2028still two\n\nfour\n\n\n")
    messages, bad = read_inputs(toy, path, None)
    assert [(each.line, each.text) for each in messages] == [(1, "one"), (2, "two\u2028still two"), (4, "four")]
    assert [(each.line, each.reason) for each in bad] == [(3, "the message is empty")]


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n"])
@pytest.mark.parametrize("name,header", [("a.txt", ""), ("a.csv", "message{end}"), ("a.jsonl", "")])
def test_a_line_ends_at_cr_lf_or_both(tmp_path: Path, end: str, name: str, header: str) -> None:
    texts = ["freeze my card", "still\u2028one\x85message\x0b", "the last"]
    lines = [json.dumps({"message": each}, ensure_ascii=False) if name == "a.jsonl" else each for each in texts]
    path = write(tmp_path, name, header.format(end=end) + end.join(lines) + end)
    messages, bad = read_inputs(toy, path, None)
    assert [each.text for each in messages] == texts
    assert bad == []


@pytest.mark.parametrize("column", ["message", "text", " Message "])
def test_a_csv_is_read_by_its_header(tmp_path: Path, column: str) -> None:
    path = write(tmp_path, "a.csv", f'customer_id,{column}\nC001,"two\nlines, really"\n,no one\n')
    messages, bad = read_inputs(toy, path, "C009")
    assert messages == [graph_input("two\nlines, really", "C001", 1), graph_input("no one", "C009", 2)]
    assert bad == []


def test_a_csv_without_the_column_says_what_it_has(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"a\.csv has no column 'message' or 'text', only 'body', 'when'"):
        read_inputs(toy, write(tmp_path, "a.csv", "body,when\nx,y\n"), None)


def test_a_csv_with_two_columns_of_a_name_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"a\.csv has two columns 'message'; rename one"):
        read_inputs(toy, write(tmp_path, "a.csv", "message,Message\nx,y\n"), None)


def test_a_broken_csv_row_does_not_hide_the_others(tmp_path: Path) -> None:
    path = write(tmp_path, "a.csv", 'message\nfine\n"quoted" badly\na, b\nalso fine\n"open\nto the end\n')
    messages, bad = read_inputs(toy, path, None)
    assert [each.line for each in messages] == [1, 4]
    assert [each.line for each in bad] == [2, 3, 5]
    assert "put the message in double quotes" in bad[1].reason


def test_jsonl_takes_objects_only(tmp_path: Path) -> None:
    lines = [json.dumps({"message": "hi", "customer_id": "C001", "id": "m1"}), "[1]", "{", '{"message": 3}', "{}"]
    lines += [json.dumps({"message": "\ud800"}), json.dumps({"message": "a\0b"}), '{"message": "x", "customer_id": 7}']
    messages, bad = read_inputs(toy, write(tmp_path, "a.jsonl", "\n".join(lines)), None)
    assert messages == [graph_input("hi", "C001", 1)]
    assert [each.line for each in bad] == [2, 3, 4, 5, 6, 7, 8]
    assert [each.reason for each in bad[2:6]] == [
        "the message is not text",
        "the message is missing",
        "the message is not valid Unicode text",
        "the message holds a NUL character, so it is not text",
    ]


@pytest.mark.parametrize(
    "record,customer",
    [
        ({"text": "hi"}, None),
        ({"text": "hi", "message": ""}, None),
        ({"message": "hi", "text": "hi", "customer": "C001"}, "C001"),
        ({"message": "hi", "customer": "", "customer_id": "C001"}, "C001"),
        ({"message": "hi", "customer": "C001", "customer_id": None}, "C001"),
    ],
)
def test_what_people_call_a_message_and_its_customer_is_taken_from_every_file(
    tmp_path: Path, record: dict[str, str | None], customer: str | None
) -> None:
    rows = "\n".join(",".join(each or "" for each in row) for row in (record.keys(), record.values()))
    for path in (write(tmp_path, "a.jsonl", json.dumps(record)), write(tmp_path, "a.csv", f"{rows}\n")):
        assert read_inputs(toy, path, None) == ([graph_input("hi", customer, 1)], [])


@pytest.mark.parametrize(
    "record,message",
    [
        ({"message": "hi", "customer": "C001", "customer_id": "C002"}, "the customer is not the customer_id"),
        ({"message": "hi", "text": "ho"}, "the text is not the message; give one of them"),
        ({"message": "hi", "customer": 7}, "the customer_id is not text"),
    ],
)
def test_a_record_that_says_two_things_is_refused(tmp_path: Path, record: dict[str, object], message: str) -> None:
    _, [bad] = read_inputs(toy, write(tmp_path, "a.jsonl", json.dumps(record)), None)
    assert message in bad.reason


def test_a_record_keeps_its_own_id_and_the_names_of_what_the_graph_does_not_take(tmp_path: Path) -> None:
    path = write(tmp_path, "a.csv", "id,message,Client,\nm1,hi,C001,\n,ho,,\n")
    messages, _ = read_inputs(toy, path, None)
    expected = [("m1", frozenset({"client"})), (None, frozenset({"client"}))]
    assert [(each.id, each.unread) for each in messages] == expected


@pytest.mark.parametrize("text", ["", " \t\n"])
def test_an_empty_message_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="the message is empty"):
        one_message(text)


def test_what_the_graph_does_not_take_is_told_before_anything_is_queued() -> None:
    with pytest.raises(UsageError, match=r"has 16,386 bytes; at most 16,384 are taken"):
        one_input(desk, "\u00e9" * 8_193, {}, None)


@pytest.mark.parametrize(
    "name,content,message",
    [
        ("a.txt", b"fine\n\xff\xfe", r"a\.txt is not UTF-8 text \(byte 5\); save it as UTF-8"),
        ("a.pdf", b"x", r"a\.pdf has no suffix that baton reads; name it \.txt, \.csv or \.jsonl"),
        ("a.txt", b"\n\n", r"a\.txt holds no messages"),
        ("a.csv", b"", r"a\.csv holds no messages"),
        ("a.csv", b"message\n", r"a\.csv holds no messages"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        read_inputs(toy, write(tmp_path, name, content), None)


def test_a_missing_file_and_a_folder_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="No such file"):
        read_inputs(toy, tmp_path / "none.txt", None)
    (tmp_path / "folder.txt").mkdir()
    with pytest.raises(UsageError, match="is a folder"):
        read_inputs(toy, tmp_path / "folder.txt", None)
