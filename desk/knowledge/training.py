"""Training the router, with scikit-learn; the result is plain arrays (`desk.knowledge.router.RouterArrays`).

Words and letters (TF-IDF) of the desk's own examples go into two models: a logistic regression over the routes, and one
over their finer topics, its scores added to those of naive Bayes: each is right where the other has seen too little.
With embeddings there is a third, a logistic regression over the topics by them.
"""

from typing import Any, NamedTuple

import numpy as np
from scipy.sparse import csc_array, hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression, SGDClassifier
from sklearn.naive_bayes import MultinomialNB

from baton.errors import BadSetting
from desk.knowledge.embeddings import Embeddings, Vectors
from desk.knowledge.features import LETTERS_AT_ONCE, WORD, WORDS_AT_ONCE, Floats, as_bytes, normal
from desk.knowledge.router import Router, RouterArrays
from desk.knowledge.routes import Route

MANY = 100  # with as many examples a group of letters must occur three times to count
# Chosen by cross-validation on the desk's own examples: python -m benchmarks.route_threshold
BAYES, REGRESSION = 0.3, 2.0  # the weights of the two scores of a topic
SHARPNESS = 2.0  # of the model over embeddings, which is too modest
Vectorizers = tuple[Any, Any]  # of words and of letters


class Table(NamedTuple):
    """A linear model over topics: their names (t), slopes (f, t) and offsets (t)."""

    names: list[str]
    slopes: Floats
    offsets: Floats


def train(routes: dict[str, Route], embeddings: Embeddings | None = None) -> Router:
    """Train a router on the examples of these routes and return it.

    Raises:
        BadSetting: the examples hold no words to learn from.
    """
    messages = [message for route in routes.values() for message in route.examples]
    labels = [route.name for route in routes.values() for _ in route.examples]
    topics = [f"{route.name}/{topic}" for route in routes.values() for topic in route.topics]
    vectorizers, blocks = fit_vectorizers(messages)
    features = hstack(blocks, format="csr")
    by_route, by_topic = models(features, labels, topics)
    by_meaning = _meanings(embeddings.vectors(messages), topics) if embeddings else _no_meanings(by_topic.names)
    return Router(_arrays(vectorizers, features, (by_route, by_topic, by_meaning), labels), embeddings)


def fit_vectorizers(messages: list[str]) -> tuple[Vectorizers, list[Any]]:
    """Fit the vectorizers of words and letters to the messages and return both, and the features (e, f) of each."""
    options = {"sublinear_tf": True, "preprocessor": normal}
    words = TfidfVectorizer(ngram_range=(1, WORDS_AT_ONCE), token_pattern=WORD, **options)
    rare = 3 if len(messages) >= MANY else 1
    letters = TfidfVectorizer(analyzer="char_wb", ngram_range=LETTERS_AT_ONCE, min_df=rare, **options)
    try:
        return (words, letters), [words.fit_transform(messages), letters.fit_transform(messages)]
    except ValueError as error:  # an empty vocabulary
        raise BadSetting(f"the examples hold no words: {error}") from error


def models(features: Any, labels: list[str], topics: list[str]) -> tuple[Any, Table]:
    """Fit the model over routes and the table over topics and return both."""
    by_route = SGDClassifier(
        loss="log_loss", alpha=1e-5, max_iter=40, average=True, class_weight="balanced", random_state=0
    )
    bayes = MultinomialNB(alpha=0.03).fit(features, topics)
    regression = SGDClassifier(
        loss="log_loss", alpha=5e-5, max_iter=5, tol=None, average=True, class_weight="balanced", random_state=0
    ).fit(features, topics)
    slopes, offsets = _one_each(regression.coef_, regression.intercept_)
    return by_route.fit(features, labels), Table(
        names=[str(name) for name in bayes.classes_],
        slopes=(BAYES * bayes.feature_log_prob_ + REGRESSION * slopes).T,
        offsets=BAYES * bayes.class_log_prior_ + REGRESSION * offsets,
    )


def _meanings(vectors: Vectors, topics: list[str]) -> Table:
    """Fit the model over the topics by their embeddings and return its table."""
    regression = LogisticRegression(C=10, max_iter=300).fit(vectors, topics)
    slopes, offsets = _one_each(regression.coef_, regression.intercept_)
    return Table([str(name) for name in regression.classes_], SHARPNESS * slopes.T, SHARPNESS * offsets)


def _no_meanings(names: list[str]) -> Table:
    return Table(names, np.empty((0, len(names))), np.zeros(len(names)))


def _one_each(slopes: Floats, offsets: Floats) -> tuple[Floats, Floats]:
    """Return one regression for each class: two classes share one slope, and written out they are like any others."""
    if len(slopes) == 1:
        return np.vstack([-slopes, slopes]), np.concatenate([-offsets, offsets])
    return slopes, offsets


def _arrays(
    vectorizers: Vectorizers, features: Any, fitted: tuple[Any, Table, Table], labels: list[str]
) -> RouterArrays:
    by_route, by_topic, by_meaning = fitted
    names = [str(name) for name in by_route.classes_]
    slopes, offsets = _one_each(by_route.coef_, by_route.intercept_)
    words, letters = vectorizers
    by_feature = csc_array(features)
    return RouterArrays(
        words=as_bytes(words.get_feature_names_out().tolist()),
        letters=as_bytes(letters.get_feature_names_out().tolist()),
        weights=np.concatenate([words.idf_, letters.idf_]),
        routes=as_bytes(names),
        slopes=np.ascontiguousarray(slopes.T, dtype=np.float64),
        offsets=np.asarray(offsets, dtype=np.float64),
        topics=as_bytes(by_topic.names),
        table=by_topic.slopes.astype(np.float32, order="C"),
        prior=by_topic.offsets,
        meanings=np.ascontiguousarray(by_meaning.slopes),
        leanings=by_meaning.offsets,
        labels=np.array([names.index(label) for label in labels], dtype=np.int32),
        starts=by_feature.indptr.astype(np.int32),
        examples=by_feature.indices.astype(np.int32),
        closeness=by_feature.data,
    )
