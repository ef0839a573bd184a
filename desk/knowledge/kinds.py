"""The trained model of kinds: how surely a message is of each of some kinds, by examples of them and of plain messages.

Words, groups of letters and concepts, each weighted; one linear score for every kind. The model is plain arrays, stored
in the home under the hash of what it was trained on, and evaluated with numpy alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from desk.knowledge.features import Features, Floats, Terms, as_names
from desk.knowledge.kept_arrays import Arrays, load_or_train
from desk.text.concepts import Concepts

CONCEPT_WEIGHT = 1.5  # of the concepts beside words and letters; chosen by cross-validation
VERSION = "2"  # of the arrays and of the training; part of the file's name
FILES = "kinds-*.arrays"
_TRAINING = Lock()  # a second thread waits instead of training again


@dataclass(frozen=True)
class KindExamples:
    """What a model of kinds learns from: messages of each kind, plain ones, and plain ones that count for less."""

    kinds: Mapping[str, Sequence[str]]
    plain: Sequence[str]
    lesser: Sequence[str] = ()


@dataclass(frozen=True, eq=False)
class KindArrays:
    """The arrays of a model: f features, of words, letters and concepts in this order; k kinds. Names are JSON."""

    words: NDArray[np.uint8]
    letters: NDArray[np.uint8]
    weights: Floats
    """(words and letters) Inverse document frequencies, and `concept_weights` those of the concepts."""
    concepts: NDArray[np.uint8]
    concept_weights: Floats
    kinds: NDArray[np.uint8]
    slopes: Floats
    """(f, k) and `offsets` (k)."""
    offsets: Floats


class Kinds:
    """Scores messages by kind; `load_kinds` returns one."""

    def __init__(self, arrays: KindArrays, concepts: Concepts) -> None:
        """Raises ValueError where the arrays do not belong together."""
        self._arrays, self._concepts = arrays, concepts
        words, letters, terms = as_names(arrays.words), as_names(arrays.letters), as_names(arrays.concepts)
        self._kinds = as_names(arrays.kinds)
        self._texts = Features(words, letters, arrays.weights)
        self._terms = Terms({term: index for index, term in enumerate(terms)}, arrays.concept_weights)
        if arrays.slopes.shape != (len(words) + len(letters) + len(terms), len(self._kinds)):
            raise ValueError("slopes has another shape")

    def scores(self, message: str) -> dict[str, float]:
        """Return the score of every kind: above 0 more like it than plain, below 0 more like the plain messages."""
        slopes, (indices, numbers) = self._arrays.slopes, self._texts.of(message)
        its_concepts, values = self._terms.vector(iter(self._concepts.terms(message)))
        first = len(slopes) - len(self._arrays.concept_weights)
        scores = numbers @ slopes[indices] + CONCEPT_WEIGHT * (values @ slopes[first + its_concepts])
        return dict(zip(self._kinds, (scores + self._arrays.offsets).tolist(), strict=True))


def load_kinds(examples: KindExamples, concepts: Concepts) -> Kinds:
    """Return the model of these examples; the first call trains it (seconds) or reads it from the home."""

    def train() -> Arrays:
        from desk.knowledge.kinds_training import train_kinds  # noqa: PLC0415 - costs a second; only for training

        return asdict(train_kinds(examples, concepts))

    spoken = repr((VERSION, examples, concepts.fingerprint))
    with _TRAINING:
        return load_or_train(FILES, spoken, lambda arrays: Kinds(KindArrays(**arrays), concepts), train)
