"""Embeddings by a model of the user's own: what it changes, and what is said of a folder that holds none."""

import asyncio
import sys
from datetime import date
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from bank.knowledge import knowledge
from baton.errors import BadSetting
from desk.knowledge.embeddings import Embeddings, load_embeddings
from desk.knowledge.index import PolicyIndex
from desk.knowledge.router import load_or_train_router
from tests.bank.stage import few_routes
from tests.desk.knowledge.sentence_model import write_model

PLANT, BIRD = [1.0, 0.0, 0.1], [0.0, 1.0, 0.1]
WORDS = {
    **dict.fromkeys(("fern", "cactus", "leaf", "bush", "shrub"), PLANT),
    **dict.fromkeys(("robin", "owl", "finch", "wren"), BIRD),
    "time": [0.0, 0.0, 1.0],
}
MESSAGES = {
    "plants": ("my fern is dry", "water for a cactus", "the leaf is brown"),
    "birds": ("a robin sings", "what eats an owl", "an owl at night"),
    "other": ("what is the time", "tell me a joke"),
}
POLICY = "---\nid: {id}\ntitle: {title}\nroute: {route}\neffective: 2026-01-01\n---\n{text}\n"

installed = pytest.mark.skipif(
    not (find_spec("onnxruntime") and find_spec("tokenizers")),
    reason="the extra `embeddings` is not installed",
)


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return write_model(tmp_path / "model", WORDS)


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A desk of plants and birds."""
    few_routes(tmp_path / "routes", MESSAGES)
    (tmp_path / "policies").mkdir()
    for name, route, text in (("A", "birds", "Finches are counted in May."), ("B", "plants", "Ferns need water.")):
        file = tmp_path / "policies" / f"{name}.md"
        file.write_text(POLICY.format(id=name, title=f"Of {route}", route=route, text=text))
    monkeypatch.setenv("BATON_ROUTES", str(tmp_path / "routes"))
    monkeypatch.setenv("BATON_POLICIES", str(tmp_path / "policies"))
    load_or_train_router.cache_clear()


@installed
def test_a_text_becomes_the_mean_of_its_words_at_length_1(model: Path) -> None:
    vectors = load_embeddings(model).vectors(["fern", "fern owl", "fern owl owl owl"])
    assert np.linalg.norm(vectors, axis=1) == pytest.approx([1, 1, 1])
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2]


@installed
def test_a_text_has_the_same_vector_alone_and_among_longer_ones(model: Path) -> None:
    texts = [f"fern {'owl ' * number}" for number in range(40)]
    together = load_embeddings(model).vectors(texts)
    assert np.abs(together - [load_embeddings(model).vector(text) for text in texts]).max() < 1e-6


@installed
@pytest.mark.parametrize("text", ["", " ", "\n", "zzz", "\ud800", "owl " * 5000, "\u0130\u00df"])
def test_any_text_has_a_vector(model: Path, text: str) -> None:
    assert np.isfinite(load_embeddings(model).vector(text)).all()


@installed
def test_the_first_token_is_taken_where_the_folder_says_so(model: Path) -> None:
    mean = Embeddings(model)
    (model / "1_Pooling").mkdir()
    (model / "1_Pooling" / "config.json").write_text('{"pooling_mode_cls_token": true}')
    first = Embeddings(model)
    assert first.vector("fern owl owl owl") == pytest.approx(first.vector("fern"))
    assert first.fingerprint != mean.fingerprint, "vectors that were kept of the one are none of the other"


@installed
def test_where_no_policy_is_in_force_a_search_finds_nothing(model: Path) -> None:
    assert PolicyIndex({}, date(2026, 11, 22), embeddings=load_embeddings(model)).search("my fern", "") == []


@installed
def test_a_word_that_no_example_and_no_policy_has_is_understood(
    desk: None, model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert asyncio.run(knowledge().search("wren", "")) == []
    monkeypatch.setenv("BATON_EMBEDDINGS", str(model))
    write_model(model, {**WORDS, "finches": BIRD, "ferns": PLANT})
    assert knowledge().guess("shrub").route == "plants"
    assert asyncio.run(knowledge().search("wren", "")) == ["A.1"]


@installed
def test_a_router_with_embeddings_is_kept_beside_the_other(
    desk: None, model: Path, baton_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = knowledge().guess("my fern")
    monkeypatch.setenv("BATON_EMBEDDINGS", str(model))
    knowledge().load()
    assert len(list(baton_home.glob("router-*.arrays"))) == 2
    monkeypatch.delenv("BATON_EMBEDDINGS")
    assert knowledge().guess("my fern") == plain


@installed
def test_the_vectors_of_the_passages_are_kept_in_the_home(
    desk: None, model: Path, baton_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    embeddings = load_embeddings(model)
    kept = embeddings.kept(["fern", "owl"])
    [file] = baton_home.glob("vectors-*.arrays")
    monkeypatch.setattr(embeddings, "vectors", lambda texts: pytest.fail(f"{texts} are asked for again"))
    assert (embeddings.kept(["fern", "owl"]) == kept).all()
    assert file.stat().st_mode & 0o077 == 0


def refused(folder: Path) -> str:
    with pytest.raises(BadSetting) as error:
        load_embeddings(folder)
    assert "\n" not in str(error.value)
    return str(error.value)


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    assert "which is no folder; name a folder with model.onnx and tokenizer.json" in refused(tmp_path / "nowhere")


@pytest.mark.parametrize("name", ["model.onnx", "tokenizer.json"])
def test_a_folder_without_model_or_tokenizer_is_refused(model: Path, name: str) -> None:
    (model / name).unlink()
    assert f"{model} holds no {name}; name a folder" in refused(model)


@installed
@pytest.mark.parametrize("name", ["model.onnx", "tokenizer.json"])
@pytest.mark.parametrize("content", [b"", b"{}", b"\x00\xff no model", b"<html>not found</html>"])
def test_a_broken_file_is_refused(model: Path, name: str, content: bytes) -> None:
    (model / name).write_bytes(content)
    assert str(model / name) in refused(model)


@installed
def test_a_model_that_takes_no_text_is_refused(tmp_path: Path) -> None:
    assert "asks for pixels, as no sentence model does" in refused(write_model(tmp_path / "m", WORDS, takes="pixels"))


@installed
def test_a_tokenizer_of_another_model_is_refused(model: Path, tmp_path: Path) -> None:
    few = write_model(tmp_path / "few", {"fern": PLANT})
    (model / "model.onnx").write_bytes((few / "model.onnx").read_bytes())
    assert "cannot be asked for a sentence" in refused(model)


def test_without_the_extra_the_setting_says_what_to_install(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    assert "needs the extra `embeddings`: pip install" in refused(model)


def test_the_doctor_refuses_such_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BATON_EMBEDDINGS", str(tmp_path / "nowhere"))
    with pytest.raises(BadSetting, match="BATON_EMBEDDINGS"):
        knowledge().check()
