"""Training the router, with scikit-learn; the result is plain arrays (`desk.knowledge.router.RouterArrays`).

Words and letters (TF-IDF) of the desk's own examples go into two models: a logistic regression over the routes,
and naive Bayes over their finer topics.
"""

from typing import Any

import numpy as np
from scipy.sparse import csc_array, hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import SGDClassifier
from sklearn.naive_bayes import MultinomialNB

from baton.errors import BadSetting
from desk.knowledge.features import LETTERS_AT_ONCE, WORD, WORDS_AT_ONCE, as_bytes, normal
from desk.knowledge.router import Router, RouterArrays
from desk.knowledge.routes import Route

MANY = 100  # with as many examples a group of letters must occur three times to count
Vectorizers = tuple[Any, Any]  # of words and of letters


def train(routes: dict[str, Route]) -> Router:
    """Train a router on the examples of these routes and return it.

    Raises:
        BadSetting: the examples hold no words to learn from.
    """
    messages = [message for route in routes.values() for message in route.examples]
    labels = [route.name for route in routes.values() for _ in route.examples]
    topics = [f"{route.name}/{topic}" for route in routes.values() for topic in route.topics]
    vectorizers = fit_vectorizers(messages)
    features = hstack([each.transform(messages) for each in vectorizers], format="csr")
    return Router(_arrays(vectorizers, features, *models(features, labels, topics), labels))


def fit_vectorizers(messages: list[str]) -> Vectorizers:
    """Fit the vectorizers of words and letters to the messages and return both."""
    options = {"sublinear_tf": True, "preprocessor": normal}
    words = TfidfVectorizer(ngram_range=(1, WORDS_AT_ONCE), token_pattern=WORD, **options)
    rare = 3 if len(messages) >= MANY else 1
    letters = TfidfVectorizer(analyzer="char_wb", ngram_range=LETTERS_AT_ONCE, min_df=rare, **options)
    try:
        return words.fit(messages), letters.fit(messages)
    except ValueError as error:  # an empty vocabulary
        raise BadSetting(f"the examples of the routes hold no words: {error}") from error


def models(features: Any, labels: list[str], topics: list[str]) -> tuple[Any, Any]:
    """Fit the two models, over routes and over topics, and return both."""
    by_route = SGDClassifier(
        loss="log_loss", alpha=1e-5, max_iter=40, average=True, class_weight="balanced", random_state=0
    )
    return by_route.fit(features, labels), MultinomialNB(alpha=0.03).fit(features, topics)


def _arrays(vectorizers: Vectorizers, features: Any, by_route: Any, by_topic: Any, labels: list[str]) -> RouterArrays:
    names = [str(name) for name in by_route.classes_]
    slopes, offsets = by_route.coef_, by_route.intercept_
    if len(slopes) == 1:  # two routes share one slope; written out, they are like any others
        slopes, offsets = np.vstack([-slopes, slopes]), np.concatenate([-offsets, offsets])
    words, letters = vectorizers
    by_feature = csc_array(features)
    return RouterArrays(
        words=as_bytes(words.get_feature_names_out().tolist()),
        letters=as_bytes(letters.get_feature_names_out().tolist()),
        weights=np.concatenate([words.idf_, letters.idf_]),
        routes=as_bytes(names),
        slopes=np.ascontiguousarray(slopes.T, dtype=np.float64),
        offsets=np.asarray(offsets, dtype=np.float64),
        topics=as_bytes([str(name) for name in by_topic.classes_]),
        table=by_topic.feature_log_prob_.T.astype(np.float32, order="C"),
        prior=by_topic.class_log_prior_,
        labels=np.array([names.index(label) for label in labels], dtype=np.int32),
        starts=by_feature.indptr.astype(np.int32),
        examples=by_feature.indices.astype(np.int32),
        closeness=by_feature.data,
    )
