"""The facts of a model file: read from sound ones, and never from what is none."""

import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baton.llama.gguf import Facts, read_facts
from tests.baton.llama.conftest import gguf


def test_a_files_facts_are_read_past_its_lists(tmp_path: Path) -> None:
    assert read_facts(gguf(tmp_path / "m.gguf", "A model")) == Facts("A model", 2048, has_template=True)


def test_a_model_that_was_not_made_to_chat_is_known(tmp_path: Path) -> None:
    assert not read_facts(gguf(tmp_path / "m.gguf", template=None)).has_template


@given(st.data())
def test_no_damage_is_more_than_a_refusal(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    path = gguf(tmp_path_factory.mktemp("damaged") / "m.gguf")
    whole = bytearray(path.read_bytes())
    for place in data.draw(st.lists(st.integers(0, len(whole) - 1), max_size=4)):
        whole[place] = data.draw(st.integers(0, 255))
    path.write_bytes(whole[: data.draw(st.integers(0, len(whole)))])
    try:
        read_facts(path)
    except ValueError as error:
        assert "GGUF file" in str(error)  # noqa: PT017 - either it can be read, or this is said


def test_lists_in_lists_without_end_are_damage(tmp_path: Path) -> None:
    path, nested = tmp_path / "m.gguf", struct.pack("<IQ", 9, 1) * 100_000
    path.write_bytes(
        b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + struct.pack("<Q", 1) + b"a" + struct.pack("<I", 9) + nested
    )
    with pytest.raises(ValueError, match="is a damaged GGUF file"):
        read_facts(path)
