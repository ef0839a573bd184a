"""Files that say what they are before their text."""

from pathlib import Path

import pytest

from baton.errors import BadSetting
from baton.records import Record
from desk.knowledge.front_matter import read_front_matter


class Label(Record):
    name: str
    size: int = 1


def read_label(folder: Path, content: str | bytes) -> tuple[Label, str]:
    file = folder / "label.md"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_front_matter(file, Label)


def test_a_file_is_its_record_and_its_text(tmp_path: Path) -> None:
    assert read_label(tmp_path, "---\nname: a\n---\n\nText\n---\nmore\n") == (Label(name="a"), "\nText\n---\nmore\n")


@pytest.mark.parametrize("content", [b"\xef\xbb\xbf---\nname: a\n---\ntext", b"---\r\nname: a\r\n---\r\ntext"])
def test_other_editors_files_are_read_too(tmp_path: Path, content: bytes) -> None:
    assert read_label(tmp_path, content) == (Label(name="a"), "text")


@pytest.mark.parametrize(
    "content, fault",
    [
        ("", "it must be front matter"),
        ("just a text", "it must be front matter"),
        ("---\nname: a\n", "it must be front matter"),
        ("---\nname: a\n---\n \n", "it must be front matter"),
        ("---\nsize: 2\n---\ntext", "name: Field required"),
        ("---\nname: a\nsize: big\n---\ntext", "size: "),
        ("---\nname: a\ncolour: red\n---\ntext", "colour: "),
        ("---\n\n---\ntext", "front matter: "),
        ("---\n- a\n---\ntext", "front matter: "),
        ("---\nname: [\n---\ntext", "parsing"),
        ("---\nname: 2026-13-01\n---\ntext", "month must be in"),
        (b"---\nname: \xff\n---\ntext", "utf-8"),
    ],
)
def test_a_file_that_cannot_be_used_is_named_with_its_fault(tmp_path: Path, content: str | bytes, fault: str) -> None:
    with pytest.raises(BadSetting) as refused:
        read_label(tmp_path, content)
    told = str(refused.value)
    assert told.startswith(f"{tmp_path / 'label.md'}: ")
    assert fault in told
    assert "\n" not in told


def test_a_file_that_there_is_not_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match=r"gone\.md"):
        read_front_matter(tmp_path / "gone.md", Label)


def test_a_file_cannot_run_anything(tmp_path: Path) -> None:
    with pytest.raises(BadSetting):
        read_label(tmp_path, "---\nname: !!python/object/apply:os.getcwd []\n---\ntext")
