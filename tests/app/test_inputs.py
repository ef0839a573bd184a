"""Files of messages: what is read, what is refused, and how it is counted."""

import json
from pathlib import Path

import pytest

from app.inputs import Message, messages_of, one_message
from baton.errors import UsageError


def written(tmp_path: Path, name: str, content: bytes | str) -> Path:
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def test_a_line_of_text_is_a_message(tmp_path: Path) -> None:
    path = written(tmp_path, "a.txt", "\ufeffone\r\ntwo\u2028still two\n\nfour\n\n\n")
    messages, faults = messages_of(path, None)
    assert [(each.line, each.text) for each in messages] == [(1, "one"), (2, "two\u2028still two"), (4, "four")]
    assert [(each.line, each.reason) for each in faults] == [(3, "the message is empty")]


@pytest.mark.parametrize("column", ["message", "text", " Message "])
def test_a_csv_is_read_by_its_header(tmp_path: Path, column: str) -> None:
    path = written(tmp_path, "a.csv", f'customer_id,{column}\nC001,"two\nlines, really"\n,no one\n')
    messages, faults = messages_of(path, "C009")
    assert messages == [Message("two\nlines, really", "C001", 1), Message("no one", "C009", 2)]
    assert faults == []


def test_a_csv_without_the_column_says_what_it_has(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"a\.csv has no column 'message' or 'text', only 'body', 'when'"):
        messages_of(written(tmp_path, "a.csv", "body,when\nx,y\n"), None)


def test_a_csv_with_two_columns_of_a_name_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"a\.csv has two columns 'message'; rename one"):
        messages_of(written(tmp_path, "a.csv", "message,Message\nx,y\n"), None)


def test_a_broken_csv_row_does_not_hide_the_others(tmp_path: Path) -> None:
    path = written(tmp_path, "a.csv", 'message\nfine\n"quoted" badly\na, b\nalso fine\n"open\nto the end\n')
    messages, faults = messages_of(path, None)
    assert [each.line for each in messages] == [1, 4]
    assert [each.line for each in faults] == [2, 3, 5]
    assert "put the message in double quotes" in faults[1].reason


def test_jsonl_takes_objects_only(tmp_path: Path) -> None:
    lines = [json.dumps({"message": "hi", "customer_id": "C001", "id": "m1"}), "[1]", "{", '{"message": 3}', "{}"]
    lines += [json.dumps({"message": "\ud800"}), json.dumps({"message": "a\0b"}), '{"message": "x", "customer_id": 7}']
    messages, faults = messages_of(written(tmp_path, "a.jsonl", "\n".join(lines)), None)
    assert messages == [Message("hi", "C001", 1)]
    assert [each.line for each in faults] == [2, 3, 4, 5, 6, 7, 8]
    assert [each.reason for each in faults[2:6]] == [
        "the message is not text",
        "the message is missing",
        "the message is not valid Unicode text",
        "the message holds a NUL character, so it is not text",
    ]


@pytest.mark.parametrize("text", ["", " \t\n"])
def test_an_empty_message_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="the message is empty"):
        one_message(text, None)


def test_the_limit_is_in_bytes_and_told() -> None:
    assert one_message("x" * 16_384, None).text
    with pytest.raises(UsageError, match=r"has 16,386 bytes; the limit is 16,384"):
        one_message("\u00e9" * 8_193, None)


@pytest.mark.parametrize(
    "name,content,told",
    [
        ("a.txt", b"fine\n\xff\xfe", r"a\.txt is not UTF-8 text \(byte 5\); save it as UTF-8"),
        ("a.pdf", b"x", r"a\.pdf has no suffix that baton reads; name it \.txt, \.csv or \.jsonl"),
        ("a.txt", b"\n\n", r"a\.txt holds no messages"),
        ("a.csv", b"", r"a\.csv holds no messages"),
        ("a.csv", b"message\n", r"a\.csv holds no messages"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, name: str, content: bytes, told: str) -> None:
    with pytest.raises(UsageError, match=told):
        messages_of(written(tmp_path, name, content), None)


def test_a_missing_file_and_a_folder_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="No such file"):
        messages_of(tmp_path / "none.txt", None)
    (tmp_path / "folder.txt").mkdir()
    with pytest.raises(UsageError, match="is a folder"):
        messages_of(tmp_path / "folder.txt", None)
