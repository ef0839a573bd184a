"""Sentence embeddings by a model that the user has: a folder with `model.onnx` and `tokenizer.json`.

    text -> tokens -> model -> one vector, of length 1

Of a vector for each token the mean is taken, or the first one where the folder's `1_Pooling/config.json` says so: the
layout of sentence-transformers. Nothing is ever fetched.
"""

import hashlib
import json
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from baton.config.home import make_home
from baton.errors import BadSetting
from desk.knowledge.kept_arrays import read_arrays, write_arrays

Vectors = NDArray[np.float32]
SETTING = "BATON_EMBEDDINGS"
ADVICE = f"name a folder with model.onnx and tokenizer.json in {SETTING}, or unset it"
TOKENS = 256  # of a text that are read; a sentence has a few dozen
AT_ONCE = 16
PROBE = ["a", "a word " * TOKENS]
KINDS = {"tensor(int64)": np.int64, "tensor(int32)": np.int32}
OF_TOKENS = 3  # the dimensions of an answer with a vector for each token


class Embeddings:
    """Turns texts into vectors (d) of length 1; several threads may ask it."""

    def __init__(self, folder: Path) -> None:
        """Raises BadSetting where the folder does not hold such a model."""
        model, tokenizer = _file(folder, "model.onnx", "onnx/model.onnx"), _file(folder, "tokenizer.json")
        self._takes_first = _takes_first(folder / "1_Pooling" / "config.json")
        pooling = b"first" if self._takes_first else b""
        self.fingerprint = hashlib.sha256(model.read_bytes() + tokenizer.read_bytes() + pooling).hexdigest()
        self._session, self._tokenizer = _session(model), _tokenizer(tokenizer)
        self._kinds = {each.name: KINDS.get(each.type) for each in self._session.get_inputs()}
        self.vector = lru_cache(maxsize=256)(self._vector)  # router and search ask for the same text
        self._probe(model)

    def vectors(self, texts: Sequence[str]) -> Vectors:
        """Return the vectors (n, d) of some texts; alike long ones are asked for together."""
        order = sorted(range(len(texts)), key=lambda index: len(texts[index]))
        batches = [
            [texts[index] for index in order[start : start + AT_ONCE]] for start in range(0, len(order), AT_ONCE)
        ]
        vectors: Vectors = np.concatenate([self._batch(each) for each in batches])[np.argsort(order)]
        return vectors

    def kept(self, texts: Sequence[str]) -> Vectors:
        """Return the vectors (n, d) of some texts; they are kept in the home, for a few hundred take seconds."""
        content = json.dumps([self.fingerprint, *texts]).encode()
        file = make_home() / f"vectors-{hashlib.sha256(content).hexdigest()[:16]}.arrays"
        vectors = (read_arrays(file) or {}).get("vectors")
        if vectors is None:
            vectors = self.vectors(texts)
            write_arrays(file, {"vectors": vectors})
        return vectors

    def _vector(self, text: str) -> Vectors:
        vector: Vectors = self.vectors([text])[0]
        return vector

    def _batch(self, texts: list[str]) -> Vectors:
        encoded = self._tokenizer.encode_batch([text.encode("utf-8", "replace").decode() for text in texts])
        return self._ask(np.array([each.ids for each in encoded]), np.array([each.attention_mask for each in encoded]))

    def _ask(self, ids: NDArray[Any], mask: NDArray[Any]) -> Vectors:
        """Return the vectors (n, d) of encoded texts (n, tokens)."""
        data = {"input_ids": ids, "attention_mask": mask}
        feeds = {name: data.get(name, np.zeros_like(mask)).astype(kind) for name, kind in self._kinds.items()}
        answer: NDArray[Any] = self._session.run(None, feeds)[0]
        if answer.ndim == OF_TOKENS:
            shares = mask[:, :, None] / np.maximum(mask.sum(1), 1)[:, None, None]
            answer = answer[:, 0] if self._takes_first else (answer * shares).sum(1)
        lengths = np.linalg.norm(answer, axis=1, keepdims=True)
        vectors: Vectors = (answer / np.maximum(lengths, 1e-9)).astype(np.float32)
        return vectors

    def _probe(self, model: Path) -> None:
        """Ask the model once; raises BadSetting where it takes or answers something else than sentences."""
        if unknown := self._kinds.keys() - {"input_ids", "attention_mask", "token_type_ids"}:
            raise BadSetting(f"{model} asks for {', '.join(sorted(unknown))}, as no sentence model does; {ADVICE}")
        try:
            self._ask(np.array([[self._tokenizer.get_vocab_size() - 1]]), np.array([[1]]))  # the last word it may meet
            vectors = self._batch(PROBE)
        except Exception as error:
            raise BadSetting(f"{model} cannot be asked for a sentence: {_line(error)}; {ADVICE}") from error
        if vectors.ndim != len(PROBE) or len(vectors) != len(PROBE) or not np.isfinite(vectors).all():
            raise BadSetting(f"{model} does not answer with one vector for a text; {ADVICE}")


@lru_cache(maxsize=2)
def load_embeddings(folder: Path) -> Embeddings:
    """Return the model of a folder, read once.

    Raises:
        BadSetting: the folder holds no such model, or the extra `embeddings` is not installed.
    """
    if not folder.is_dir():
        raise BadSetting(f"{SETTING} is {str(folder)!r}, which is no folder; {ADVICE}")
    return Embeddings(folder)


def _file(folder: Path, *names: str) -> Path:
    file = next((folder / name for name in names if (folder / name).is_file()), None)
    if file is None:
        raise BadSetting(f"{folder} holds no {names[0]}; {ADVICE}")
    return file


def _session(model: Path) -> Any:
    try:
        import onnxruntime  # noqa: PLC0415 - an extra that few install
    except ImportError as error:
        raise BadSetting(f"{SETTING} needs the extra `embeddings`: pip install -e '.[embeddings]'") from error
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1  # a desk works many messages at once
    options.log_severity_level = 4
    try:
        return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    except Exception as error:
        raise BadSetting(f"{model} is no ONNX model that can be read: {_line(error)}; {ADVICE}") from error


def _tokenizer(file: Path) -> Any:
    from tokenizers import Tokenizer  # noqa: PLC0415 - comes with the extra

    try:
        tokenizer = Tokenizer.from_file(str(file))
    except Exception as error:
        raise BadSetting(f"{file} is no tokenizer that can be read: {_line(error)}; {ADVICE}") from error
    filled, cut = tokenizer.padding or {}, tokenizer.truncation or {}
    tokenizer.enable_padding(
        **{name: filled[name] for name in ("pad_id", "pad_type_id", "pad_token") if name in filled}
    )
    tokenizer.enable_truncation(min(TOKENS, cut.get("max_length", TOKENS)))
    return tokenizer


def _takes_first(file: Path) -> bool:
    try:
        return file.is_file() and bool(json.loads(file.read_text("utf-8")).get("pooling_mode_cls_token"))
    except (ValueError, AttributeError) as error:
        raise BadSetting(f"{file} does not say how to pool: {_line(error)}; {ADVICE}") from error


def _line(error: Exception) -> str:
    return " ".join(str(error).split())[:200]
