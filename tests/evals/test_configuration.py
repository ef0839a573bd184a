"""The configuration of an experiment: another text or model than the one it began with is another experiment."""

from pathlib import Path
from typing import Any

import pytest

from baton.config.settings import settings
from baton.runs import registry
from evals.configuration import configuration


def texts() -> dict[str, str]:
    found: dict[str, Any] = configuration(registry.load("single_call"), {}, settings())
    return dict(found["texts"])


def test_every_text_that_answers_depend_on_has_a_hash() -> None:
    assert [*texts()] == ["routes", "policies", "embeddings", "prompts"]


@pytest.mark.parametrize("name", ["model.onnx", "onnx/model.onnx"])
def test_another_model_of_sentences_is_another_configuration(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    without = texts()
    monkeypatch.setenv("BATON_EMBEDDINGS", str(tmp_path))
    file = tmp_path / name
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(b"one")
    one = texts()
    file.write_bytes(b"other")
    assert len({texts()["embeddings"], one["embeddings"], without["embeddings"]}) == len(["none", "one", "other"])
    assert {**one, "embeddings": without["embeddings"]} == without
