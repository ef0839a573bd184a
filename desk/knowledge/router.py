"""The trained router: which route a message belongs to, with a calibrated confidence.

Two models (`training.py`) are asked: one over the routes, one over their finer topics, summed up by route. The mean of
the two beats either, and stays calibrated. What was learnt is plain arrays, asked with numpy alone, and kept in the
home, under the hash of what they were learnt from, and signed with the home's key.
"""

import hashlib
import hmac
import io
from dataclasses import asdict, dataclass, fields
from functools import lru_cache
from pathlib import Path
from tempfile import NamedTemporaryFile
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from baton.config.home import make_home
from baton.runtime.resources import home_key
from desk.knowledge.features import Features, Floats, Indices, as_names
from desk.knowledge.routes import load_routes
from desk.records import RouteGuess

_TRAINING = Lock()  # who comes second waits instead of training again
VERSION = "4"  # of what is kept and how it is learnt; part of the file's name
SEAL_BYTES = 32
NEIGHBOURS = 9
TOPIC_WEIGHT = 0.3  # the weight of the finer model; chosen by cross-validation on the desk's own examples
KEPT = "router-*.arrays"


@dataclass(frozen=True, eq=False)
class Learnt:
    """All that was learnt: f features, r routes, t topics, e examples. Names are JSON in bytes."""

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
    """(f, t) Log probabilities, and their `prior` (t)."""
    prior: Floats
    labels: Indices
    """(e) The number of each example's route."""
    starts: Indices
    """(f + 1) Where the examples of a feature begin in `examples` and `closeness`."""
    examples: Indices
    closeness: Floats


class Router:
    """Classifies messages; get one with `load_router`."""

    def __init__(self, learnt: Learnt) -> None:
        """Raises ValueError where the arrays do not belong together."""
        self.learnt = learnt
        words, letters = as_names(learnt.words), as_names(learnt.letters)
        self._names, self._topics = as_names(learnt.routes), as_names(learnt.topics)
        _check(learnt, len(words) + len(letters), len(self._names), len(self._topics))
        self._features = Features(words, letters, learnt.weights)
        self._owners = np.array([self._names.index(topic.partition("/")[0]) for topic in self._topics])
        self._vector = lru_cache(maxsize=256)(self._features.of)  # several steps of a run read the same text

    def guess(self, message: str) -> RouteGuess:
        """The most probable route."""
        shares = self.probabilities(message)
        best = max(shares, key=lambda route: shares[route])
        return RouteGuess(best, round(shares[best], 4))

    def probabilities(self, message: str) -> dict[str, float]:
        """The probability of every route; they add up to 1."""
        places, numbers = self._vector(message)
        direct = _logistic(numbers @ self.learnt.slopes[places] + self.learnt.offsets)
        summed = np.bincount(self._owners, self._topic_shares(message), len(self._names))
        shares = (1 - TOPIC_WEIGHT) * direct / direct.sum() + TOPIC_WEIGHT * summed
        return dict(zip(self._names, shares.tolist(), strict=True))

    def topics(self, message: str, most: int) -> dict[str, float]:
        """The most probable topics (`ROUTE/TOPIC`) with their shares, the largest first."""
        shares = self._topic_shares(message)
        return {self._topics[index]: float(shares[index]) for index in shares.argsort()[::-1][:most]}

    def votes(self, message: str) -> dict[str, float]:
        """The share of every route among the most similar examples; a second view on the same evidence."""
        closeness = self._closeness(message)
        votes = dict.fromkeys(self._names, 0.0)
        for index in closeness.argsort(kind="stable")[-NEIGHBOURS:]:
            votes[self._names[self.learnt.labels[index]]] += float(closeness[index]) ** 2
        total = sum(votes.values())
        return {route: vote / total if total else 0.0 for route, vote in votes.items()}

    def _topic_shares(self, message: str) -> Floats:
        """The probability of every topic."""
        places, numbers = self._vector(message)
        found = numbers @ self.learnt.table[places] + self.learnt.prior
        raised = np.exp(found - found.max())
        shares: Floats = raised / raised.sum()
        return shares

    def _closeness(self, message: str) -> Floats:
        """The cosine to every example, for words and for letters, summed."""
        examples, products = [np.empty(0, np.int32)], [np.empty(0)]
        for place, number in zip(*self._vector(message), strict=True):
            its = slice(self.learnt.starts[place], self.learnt.starts[place + 1])
            examples.append(self.learnt.examples[its])
            products.append(self.learnt.closeness[its] * number)
        sums: Floats = np.zeros(len(self.learnt.labels))
        np.add.at(sums, np.concatenate(examples), np.concatenate(products))
        return sums


def load_router(folder: Path, kept_in: Path) -> Router:
    """Return the router of a routes folder, trained or read at the first call (seconds or a fraction of one).

    It is kept in the home `kept_in`.

    Raises:
        BadSetting: the routes cannot be used.
    """
    with _TRAINING:
        return kept_router(folder, kept_in)


@lru_cache(maxsize=2)  # tens of megabytes each
def kept_router(folder: Path, _home: Path) -> Router:
    """Return the router that is kept in this home, else a new one; `cache_clear` forgets it."""
    routes = load_routes(folder)
    spoken = repr((VERSION, sorted((name, route.examples, route.topics) for name, route in routes.items())))
    file = make_home() / KEPT.replace("*", hashlib.sha256(spoken.encode()).hexdigest()[:16])
    found = _read(file)
    if found is None:
        from desk.knowledge.training import train  # noqa: PLC0415 - costs a second; only training needs it

        found = train(routes)
        _write(file, found)
    return found


def _read(file: Path) -> Router | None:
    """The kept router, if it is there, was sealed with this home's key under this very name, and is whole."""
    if not file.is_file():
        return None
    sealed = file.read_bytes()
    seal, blob = sealed[:SEAL_BYTES], sealed[SEAL_BYTES:]
    if not hmac.compare_digest(seal, _seal(file.name, blob)):
        return None  # forged, cut or swapped: train again
    try:
        with np.load(io.BytesIO(blob), allow_pickle=False) as kept:
            return Router(Learnt(**{each.name: kept[each.name] for each in fields(Learnt)}))
    except Exception:  # noqa: BLE001 - sealed by whoever brought the home, it may be no router in any way
        return None


def _write(file: Path, trained: Router) -> None:
    whole = io.BytesIO()
    arrays: dict[str, NDArray[Any]] = asdict(trained.learnt)
    np.savez(whole, allow_pickle=False, **arrays)
    blob = whole.getvalue()
    with NamedTemporaryFile(dir=file.parent, prefix=".router-", delete=False) as partial:
        partial.write(_seal(file.name, blob) + blob)
    Path(partial.name).replace(file)  # whole or not at all, whoever else trains at the same time


def _seal(name: str, blob: bytes) -> bytes:
    return hmac.digest(home_key(), f"router:{name}:".encode() + blob, "sha256")


def _check(learnt: Learnt, features: int, routes: int, topics: int) -> None:
    """Raise ValueError unless every array has its shape, its kind of number, and points at what there is."""
    examples, pairs = len(learnt.labels), learnt.starts[-1]
    shapes = {
        "weights": ("f", (features,)),
        "slopes": ("f", (features, routes)),
        "offsets": ("f", (routes,)),
        "table": ("f", (features, topics)),
        "prior": ("f", (topics,)),
        "labels": ("i", (examples,)),
        "starts": ("i", (features + 1,)),
        "examples": ("i", (pairs,)),
        "closeness": ("f", (pairs,)),
    }
    for name, (kind, shape) in shapes.items():
        array: NDArray[Any] = getattr(learnt, name)
        if array.dtype.kind != kind or array.shape != shape:
            raise ValueError(f"{name} has another shape")
    for array, most in ((learnt.labels, routes), (learnt.examples, examples)):
        if not array.size or array.min() < 0 or array.max() >= most:
            raise ValueError("it points at what is not there")
    if learnt.starts[0] != 0 or (np.diff(learnt.starts) < 0).any():
        raise ValueError("the examples are out of order")


def _logistic(numbers: Floats) -> Floats:
    return np.exp(-np.logaddexp(0, -numbers))
