"""The trained router: which route a message belongs to, with a calibrated confidence.

Words and characters (TF-IDF) of the desk's own examples go into two models: a logistic regression over the routes,
and naive Bayes over their finer topics, summed up by route. The mean of the two beats either, and stays calibrated.
They are trained at their first use and kept in the home, under the hash of what they were trained on and sealed with
the home's key: a model file is code.
"""

import hashlib
import hmac
import pickle
import platform
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from tempfile import NamedTemporaryFile
from threading import Lock
from typing import Any

from bank.routes import Route, load_routes, routes_folder
from baton.config.home import home, make_home
from baton.errors import BadSetting
from baton.runtime.plumbing import home_key

Features = tuple[Any, Any]  # the vectorizers of words and of letters
_TRAINING = Lock()  # who comes second waits instead of training again
VERSION = "3"  # of the recipe below; part of the cache's name
SEAL_BYTES = 32
WORD = r"(?u)\b\w[\w']*"
NEIGHBOURS = 9
MANY = 100  # examples from which on a group of letters must occur three times to count
TOPIC_WEIGHT = 0.3  # the weight of the finer model; chosen by cross-validation on the desk's own examples


@dataclass(frozen=True)
class Guess:
    """A route and how sure the router is (0 to 1)."""

    route: str
    confidence: float


@dataclass(frozen=True)
class Topics:
    """A fitted naive Bayes, laid out so that one message costs one product; scikit-learn copies its table each time."""

    names: list[str]
    table: Any
    prior: Any

    @classmethod
    def of(cls, fitted: Any) -> "Topics":
        """The names (n), the table of log probabilities (features, n) and the prior (n) of a `MultinomialNB`."""
        table = fitted.feature_log_prob_.T.astype("float32", order="C")
        return cls([str(topic) for topic in fitted.classes_], table, fitted.class_log_prior_)

    def shares(self, found: Any) -> Any:
        """The probability of every topic for one message."""
        from scipy.special import softmax  # noqa: PLC0415

        return softmax(found.data @ self.table[found.indices] + self.prior)


class Router:
    """Classifies messages; get the desk's own with `router()`."""

    def __init__(self, features: Features, by_route: Any, by_topic: Topics, known: Any, labels: list[str]) -> None:
        self._features, self._by_route, self._by_topic = features, by_route, by_topic
        self._known, self._labels = known, labels
        self._names = [str(route) for route in by_route.classes_]
        self._owners = [self._names.index(topic.partition("/")[0]) for topic in by_topic.names]

    def guess(self, message: str) -> Guess:
        """The most probable route."""
        shares = self.probabilities(message)
        best = max(shares, key=lambda route: shares[route])
        return Guess(best, round(shares[best], 4))

    def probabilities(self, message: str) -> dict[str, float]:
        """The probability of every route; they add up to 1."""
        found = _vector(self._features, message)
        direct, summed = self._by_route.predict_proba(found)[0], [0.0] * len(self._names)
        for owner, share in zip(self._owners, self._by_topic.shares(found), strict=True):
            summed[owner] += share
        pairs = zip(self._names, direct, summed, strict=True)
        return {route: float((1 - TOPIC_WEIGHT) * one + TOPIC_WEIGHT * other) for route, one, other in pairs}

    def topics(self, message: str, most: int) -> dict[str, float]:
        """The most probable topics (`security/lost_or_stolen_card`) with their shares, the largest first."""
        shares = self._by_topic.shares(_vector(self._features, message))
        return {self._by_topic.names[index]: float(shares[index]) for index in shares.argsort()[::-1][:most]}

    def votes(self, message: str) -> dict[str, float]:
        """The share of every route among the most similar examples; a second view on the same evidence."""
        closeness = (_vector(self._features, message) @ self._known.T).toarray()[0]
        votes = dict.fromkeys(self._names, 0.0)
        for index in closeness.argsort(kind="stable")[-NEIGHBOURS:]:
            votes[self._labels[index]] += float(closeness[index]) ** 2
        total = sum(votes.values())
        return {route: vote / total if total else 0.0 for route, vote in votes.items()}


def router() -> Router:
    """The router of the routes in use, trained or read at the first call (seconds or a fraction of one).

    Raises:
        BadSetting: the routes cannot be used.
    """
    with _TRAINING:
        return kept_router(routes_folder(), home())


def train(routes: dict[str, Route]) -> Router:
    """Train on the examples of some routes.

    Raises:
        BadSetting: the examples hold no words to learn from.
    """
    from sklearn.linear_model import SGDClassifier  # noqa: PLC0415 - costs a second; only training needs it
    from sklearn.naive_bayes import MultinomialNB  # noqa: PLC0415

    messages = [message for route in routes.values() for message in route.examples]
    labels = [route.name for route in routes.values() for _ in route.examples]
    topics = [f"{route.name}/{topic}" for route in routes.values() for topic in route.topics]
    features, known = _fitted(messages)
    by_route = SGDClassifier(
        loss="log_loss", alpha=1e-5, max_iter=40, average=True, class_weight="balanced", random_state=0
    )
    by_topic = Topics.of(MultinomialNB(alpha=0.03).fit(known, topics))
    return Router(features, by_route.fit(known, labels), by_topic, known, labels)


def _fitted(messages: list[str]) -> tuple[Features, Any]:
    """What turns text into numbers, learnt from the messages, and the messages as numbers."""
    from sklearn.feature_extraction.text import TfidfVectorizer  # noqa: PLC0415

    shared = {"sublinear_tf": True, "preprocessor": _normal}
    words = TfidfVectorizer(ngram_range=(1, 2), token_pattern=WORD, **shared)
    rare = 3 if len(messages) >= MANY else 1
    letters = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), min_df=rare, **shared)
    try:
        words.fit(messages)
        letters.fit(messages)
    except ValueError as error:  # an empty vocabulary
        raise BadSetting(f"the examples of the routes hold no words: {error}") from error
    return (words, letters), _vectors((words, letters), messages)


@lru_cache(maxsize=256)  # several steps of a run read the same text
def _vector(features: Features, message: str) -> Any:
    return _vectors(features, [message])


def _vectors(features: Features, messages: list[str]) -> Any:
    from scipy.sparse import hstack  # noqa: PLC0415

    return hstack([each.transform(messages) for each in features], format="csr")


@lru_cache(maxsize=2)  # tens of megabytes each
def kept_router(folder: Path, _home: Path) -> Router:
    """The router of a routes folder: the one kept in this home, else a new one; `cache_clear` forgets it."""
    routes = load_routes(folder)
    spoken = repr((VERSION, _recipe(), sorted((name, route.examples, route.topics) for name, route in routes.items())))
    file = make_home() / f"router-{hashlib.sha256(spoken.encode()).hexdigest()[:16]}.bin"
    found = _read(file)
    if found is None:
        found = train(routes)
        _write(file, found)
    return found


def _recipe() -> tuple[str, ...]:
    """The versions that a pickled model depends on; several environments may share one home."""
    import sklearn  # noqa: PLC0415

    return (platform.python_version(), str(sklearn.__version__))


def _read(file: Path) -> Router | None:
    """The kept router, if it is there and was sealed with this home's key under this very name."""
    if not file.is_file():
        return None
    sealed = file.read_bytes()
    seal, blob = sealed[:SEAL_BYTES], sealed[SEAL_BYTES:]
    if not hmac.compare_digest(seal, _seal(file.name, blob)):
        return None  # forged, cut or swapped: train again
    kept: Router = pickle.loads(blob)  # noqa: S301 - only after the seal was checked
    return kept


def _write(file: Path, trained: Router) -> None:
    blob = pickle.dumps(trained)
    with NamedTemporaryFile(dir=file.parent, prefix=".router-", delete=False) as partial:
        partial.write(_seal(file.name, blob) + blob)
    Path(partial.name).replace(file)  # whole or not at all, whoever else trains at the same time


def _seal(name: str, blob: bytes) -> bytes:
    return hmac.digest(home_key(), f"router:{name}:".encode() + blob, "sha256")


def _normal(text: str) -> str:
    return re.sub(r"\d+", "0", text.lower().replace("\u2019", "'"))
