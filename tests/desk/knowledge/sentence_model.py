"""A model of sentences so small that a test can write it: it looks each word up in a table of vectors.

ONNX files are protocol buffers; the few fields that such a model needs are written here by hand.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

FLOAT, INT64 = 1, 7


def write_model(folder: Path, table: Mapping[str, Sequence[float]], *, takes: str = "input_ids") -> Path:
    """Write `model.onnx` and `tokenizer.json` for words with these vectors; an unknown word has a vector of zeros."""
    folder.mkdir(parents=True, exist_ok=True)
    vectors = np.array([[0.0] * len(next(iter(table.values()))), *table.values()], dtype=np.float32)
    (folder / "model.onnx").write_bytes(_model(vectors, takes))
    vocabulary = {word: number for number, word in enumerate(["[UNK]", *table])}
    tokenizer = {
        "version": "1.0",
        "normalizer": {"type": "Lowercase"},
        "pre_tokenizer": {"type": "Whitespace"},
        "model": {"type": "WordLevel", "vocab": vocabulary, "unk_token": "[UNK]"},
    }
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer))
    return folder


def _model(vectors: np.ndarray[tuple[int, int], np.dtype[np.float32]], takes: str) -> bytes:
    """Return a model that answers `Gather(vectors, input_ids)`: (texts, tokens) becomes (texts, tokens, d)."""
    node = _text(1, "vectors") + _text(1, takes) + _text(2, "answer") + _text(4, "Gather")
    weights = b"".join(_number(1, each) for each in vectors.shape) + _number(2, FLOAT) + _text(8, "vectors")
    weights += _bytes(9, vectors.tobytes())
    graph = _bytes(1, node) + _text(2, "g") + _bytes(5, weights)
    graph += _bytes(11, _value(takes, INT64, 2)) + _bytes(12, _value("answer", FLOAT, 3))
    return _number(1, 8) + _bytes(7, graph) + _bytes(8, _number(2, 13))


def _value(name: str, kind: int, dimensions: int) -> bytes:
    shape = b"".join(_bytes(1, _text(2, f"{name}{number}")) for number in range(dimensions))
    return _text(1, name) + _bytes(2, _bytes(1, _number(1, kind) + _bytes(2, shape)))


def _varint(number: int) -> bytes:
    low, rest = number & 0x7F, number >> 7
    return bytes([low | 0x80]) + _varint(rest) if rest else bytes([low])


def _number(field: int, number: int) -> bytes:
    return _varint(field << 3) + _varint(number)


def _bytes(field: int, content: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(content)) + content


def _text(field: int, text: str) -> bytes:
    return _bytes(field, text.encode())
