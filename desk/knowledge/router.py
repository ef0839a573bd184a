"""The trained router: it gives the route of a message with a calibrated confidence.

It averages two models (`training.py`): one over the routes, one over their finer topics, summed by route. Where the
user has a model of sentences, a third tells the topics by embeddings. The weighted mean beats each, and stays
calibrated. The models are plain arrays, evaluated with numpy alone. They are stored in the home, under the hash of what
they were trained on.
"""

from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from desk.knowledge.embeddings import Embeddings
from desk.knowledge.features import Features, Floats, Indices, as_names
from desk.knowledge.kept_arrays import Arrays, load_or_train
from desk.knowledge.routes import load_routes
from desk.records import RouteGuess

_TRAINING = Lock()  # a second thread waits instead of training again
VERSION = "7"  # of the arrays and of the training; part of the file's name
NEIGHBOURS = 9
TOPIC_WEIGHT = 0.45  # of the finer model; this and the next chosen by cross-validation on the desk's own examples
MEANING_WEIGHT = 0.6  # of the model over embeddings, where there is one
FILES = "router-*.arrays"


@dataclass(frozen=True, eq=False)
class RouterArrays:
    """The arrays of a router: f features, r routes, t topics, e examples. Names are JSON in bytes."""

    words: NDArray[np.uint8]
    letters: NDArray[np.uint8]
    weights: Floats
    """(f) Inverse document frequencies, of the words and then of the letters."""
    routes: NDArray[np.uint8]
    slopes: Floats
    """(f, r) and `offsets` (r): one logistic regression a route."""
    offsets: Floats
    topics: NDArray[np.uint8]
    table: NDArray[np.float32]
    """(f, t) The weights of the finer model, and their `prior` (t)."""
    prior: Floats
    meanings: Floats
    """(d, t) The weights of the model over embeddings, and their `leanings` (t); without embeddings d is 0."""
    leanings: Floats
    labels: Indices
    """(e) The number of each example's route."""
    starts: Indices
    """(f + 1) The index at which the examples of a feature begin in `examples` and `closeness`."""
    examples: Indices
    closeness: Floats


class Router:
    """Classifies messages; `load_router` returns one."""

    def __init__(self, arrays: RouterArrays, embeddings: Embeddings | None = None) -> None:
        """Raises ValueError where the arrays do not belong together."""
        self.arrays, self._embeddings = arrays, embeddings
        words, letters = as_names(arrays.words), as_names(arrays.letters)
        self._names, self._topics = as_names(arrays.routes), as_names(arrays.topics)
        _check(arrays, len(words) + len(letters), len(self._names), len(self._topics))
        self._features = Features(words, letters, arrays.weights)
        self._owners = np.array([self._names.index(topic.partition("/")[0]) for topic in self._topics])
        self._vector = lru_cache(maxsize=256)(self._features.of)  # several steps of a run read the same text

    def guess(self, message: str) -> RouteGuess:
        """Return the most probable route with its confidence."""
        shares = self.probabilities(message)
        best = max(shares, key=lambda route: shares[route])
        return RouteGuess(best, round(shares[best], 4))

    def probabilities(self, message: str) -> dict[str, float]:
        """Return the probability of every route; they add up to 1."""
        indices, numbers = self._vector(message)
        direct = _logistic(numbers @ self.arrays.slopes[indices] + self.arrays.offsets)
        by_topics = self._by_route(self._shares_by_words(message))
        shares = (1 - TOPIC_WEIGHT) * direct / direct.sum() + TOPIC_WEIGHT * by_topics
        if self._embeddings is not None:
            by_meaning = self._by_route(self._shares_by_meaning(message, self._embeddings))
            shares = (1 - MEANING_WEIGHT) * shares + MEANING_WEIGHT * by_meaning
        return dict(zip(self._names, shares.tolist(), strict=True))

    def topics(self, message: str, most: int) -> dict[str, float]:
        """Return the most probable topics (`ROUTE/TOPIC`) with their shares, the largest first."""
        shares = self._shares_by_words(message)
        if self._embeddings is not None:
            by_meaning = self._shares_by_meaning(message, self._embeddings)
            shares = (1 - MEANING_WEIGHT) * shares + MEANING_WEIGHT * by_meaning
        return {self._topics[index]: float(shares[index]) for index in shares.argsort()[::-1][:most]}

    def votes(self, message: str) -> dict[str, float]:
        """Return the share of every route among the most similar examples; a second view on the same evidence."""
        closeness = self._closeness(message)
        votes = dict.fromkeys(self._names, 0.0)
        for index in closeness.argsort(kind="stable")[-NEIGHBOURS:]:
            votes[self._names[self.arrays.labels[index]]] += float(closeness[index]) ** 2
        total = sum(votes.values())
        return {route: vote / total if total else 0.0 for route, vote in votes.items()}

    def _shares_by_words(self, message: str) -> Floats:
        """Return the probability (t) of every topic, by the message's words."""
        indices, numbers = self._vector(message)
        return _softmax(numbers @ self.arrays.table[indices] + self.arrays.prior)

    def _shares_by_meaning(self, message: str, embeddings: Embeddings) -> Floats:
        """Return the probability (t) of every topic, by the message's embedding."""
        return _softmax(embeddings.vector(message) @ self.arrays.meanings + self.arrays.leanings)

    def _by_route(self, shares: Floats) -> Floats:
        """Return the sum (r) of every route's topics."""
        sums: Floats = np.bincount(self._owners, shares, len(self._names)).astype(np.float64)
        return sums

    def _closeness(self, message: str) -> Floats:
        """Return the cosine (e) to every example, the sum of that for words and that for letters."""
        examples, products = [np.empty(0, np.int32)], [np.empty(0)]
        for index, number in zip(*self._vector(message), strict=True):
            its = slice(self.arrays.starts[index], self.arrays.starts[index + 1])
            examples.append(self.arrays.examples[its])
            products.append(self.arrays.closeness[its] * number)
        sums: Floats = np.zeros(len(self.arrays.labels))
        np.add.at(sums, np.concatenate(examples), np.concatenate(products))
        return sums


def load_router(folder: Path, home: Path, embeddings: Embeddings | None = None) -> Router:
    """Return the router of a routes folder; the first call trains it (seconds) or reads it from the home.

    Raises:
        BadSetting: the routes cannot be used.
    """
    with _TRAINING:
        return load_or_train_router(folder, home, embeddings)


@lru_cache(maxsize=2)  # tens of megabytes each
def load_or_train_router(folder: Path, _home: Path, embeddings: Embeddings | None) -> Router:
    """Return the router stored in this home, else train and store it; `cache_clear` empties the memory."""
    routes = load_routes(folder)

    def train() -> Arrays:
        from desk.knowledge.training import train as train_router  # noqa: PLC0415 - costs a second; only for training

        return asdict(train_router(routes, embeddings).arrays)

    examples = sorted((name, route.examples, route.topics) for name, route in routes.items())
    spoken = repr((VERSION, examples, embeddings and embeddings.fingerprint))
    return load_or_train(FILES, spoken, lambda arrays: Router(RouterArrays(**arrays), embeddings), train)


def _check(arrays: RouterArrays, features: int, routes: int, topics: int) -> None:
    """Raise ValueError unless every array has its shape and its kind of number, and its indices are in range."""
    examples, pairs = len(arrays.labels), arrays.starts[-1]
    shapes = {
        "weights": ("f", (features,)),
        "slopes": ("f", (features, routes)),
        "offsets": ("f", (routes,)),
        "table": ("f", (features, topics)),
        "prior": ("f", (topics,)),
        "meanings": ("f", (len(arrays.meanings), topics)),
        "leanings": ("f", (topics,)),
        "labels": ("i", (examples,)),
        "starts": ("i", (features + 1,)),
        "examples": ("i", (pairs,)),
        "closeness": ("f", (pairs,)),
    }
    for name, (kind, shape) in shapes.items():
        array: NDArray[Any] = getattr(arrays, name)
        if array.dtype.kind != kind or array.shape != shape:
            raise ValueError(f"{name} has another shape")
    for array, most in ((arrays.labels, routes), (arrays.examples, examples)):
        if not array.size or array.min() < 0 or array.max() >= most:
            raise ValueError("it points at what is not there")
    if arrays.starts[0] != 0 or (np.diff(arrays.starts) < 0).any():
        raise ValueError("the examples are out of order")


def _logistic(numbers: Floats) -> Floats:
    return np.exp(-np.logaddexp(0, -numbers))


def _softmax(logs: Floats) -> Floats:
    exponents = np.exp(logs - logs.max())
    shares: Floats = exponents / exponents.sum()
    return shares
