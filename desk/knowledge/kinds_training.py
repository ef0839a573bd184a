"""Training the model of kinds, with scikit-learn; the result is plain arrays (`desk.knowledge.kinds.KindArrays`).

Three linear models over the same features: one tells all kinds together from plain messages, one every kind from all
else, and naive Bayes. Together they are better than each: the first has more examples, the second knows what a kind is,
and the last is right where the others have seen a word too seldom.
"""

from typing import Any

import numpy as np
from scipy.sparse import hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.naive_bayes import MultinomialNB
from sklearn.svm import LinearSVC

from baton.errors import BadSetting
from desk.knowledge.features import Floats, as_bytes
from desk.knowledge.kinds import CONCEPT_WEIGHT, KindArrays, KindExamples
from desk.knowledge.training import fit_vectorizers
from desk.text.concepts import Concepts

# Chosen by cross-validation: python -m benchmarks.answers.urgency --folds
LESSER = 0.4  # the weight of an example that counts for less
SHARPNESS = 0.7  # how closely the models follow the examples
BAYES, SMOOTHING = 0.03, 0.01  # the weight of naive Bayes beside the others, and what it adds to each count
PLAIN = ""


def train_kinds(examples: KindExamples, concepts: Concepts) -> KindArrays:
    """Train on these examples and return the arrays.

    Raises:
        BadSetting: the examples hold no words, or no two of them share any.
    """
    told = [(message, kind) for kind, messages in examples.kinds.items() for message in messages]
    alone = [*told, *((message, PLAIN) for message in examples.plain)]
    lesser = [(message, PLAIN) for message in examples.lesser]
    messages, labels = [message for message, _ in (*alone, *lesser)], [kind for _, kind in (*alone, *lesser)]
    weights = np.array([1.0] * len(alone) + [LESSER] * len(lesser))
    (words, letters), blocks = fit_vectorizers(messages)
    terms = TfidfVectorizer(analyzer=lambda message: list(concepts.terms(message)), min_df=2)
    features = hstack([*blocks, CONCEPT_WEIGHT * _fit_terms(terms, messages)], format="csr")
    kinds, slopes, offsets = _fit(features, np.array(labels), weights)
    return KindArrays(
        words=as_bytes(words.get_feature_names_out().tolist()),
        letters=as_bytes(letters.get_feature_names_out().tolist()),
        weights=np.concatenate([words.idf_, letters.idf_]),
        concepts=as_bytes(terms.get_feature_names_out().tolist()),
        concept_weights=terms.idf_,
        kinds=as_bytes(kinds),
        slopes=slopes,
        offsets=offsets,
    )


def _fit_terms(terms: TfidfVectorizer, messages: list[str]) -> Any:
    """Fit the vectorizer of concepts and return the features (e, terms) of the messages."""
    try:
        return terms.fit_transform(messages)
    except ValueError as error:  # an empty vocabulary
        raise BadSetting(
            f"no two examples share a word or a concept; give more examples of each kind: {error}"
        ) from error


def _fit(features: Any, labels: Any, weights: Floats) -> tuple[list[str], Floats, Floats]:
    """Return the kinds (k), their slopes (f, k) and their offsets (k)."""
    together = LinearSVC(C=SHARPNESS, random_state=0).fit(features, labels != PLAIN, sample_weight=weights)
    each = LinearSVC(C=SHARPNESS, random_state=0).fit(features, labels, sample_weight=weights)
    bayes = MultinomialNB(alpha=SMOOTHING).fit(features, labels, sample_weight=weights)
    slopes = (together.coef_ + _beside_plain(each.coef_)) / 2 + BAYES * _beside_plain(bayes.feature_log_prob_)
    offsets = (together.intercept_ + _beside_plain(each.intercept_)) / 2 + BAYES * _beside_plain(bayes.class_log_prior_)
    return [str(kind) for kind in each.classes_[1:]], np.ascontiguousarray(slopes.T), offsets


def _beside_plain(scores: Floats) -> Floats:
    """Return the scores of the kinds less those of the plain messages, whose name is empty and comes first."""
    less: Floats = scores[1:] - scores[0]
    return less
