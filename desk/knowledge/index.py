"""The search over the policies' passages: their words (SQLite FTS5, BM25), the message's topics, the route."""

import sqlite3
import weakref
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from math import sqrt
from pathlib import Path
from threading import Lock

import numpy as np

from baton.errors import BadSetting
from desk.knowledge.embeddings import Embeddings
from desk.knowledge.policies import Policy, in_force, load_policies
from desk.knowledge.routes import load_routes
from desk.knowledge.terms import terms, words
from desk.records import Passage

CREATE = "CREATE VIRTUAL TABLE passages USING fts5 (passage_id UNINDEXED, title, text, tokenize = 'porter unicode61')"
SEARCH = "SELECT passage_id, -bm25(passages, 0, 4.0, 1.0) FROM passages WHERE passages MATCH ?"

# What a passage gains, in points of BM25. A benchmark measures them: python -m benchmarks.answers.search
OWN_ROUTE = 3.0
OPENING = 3.0  # a policy says the most important thing first
TOPIC = 8.0  # times the root of the share of the message's topics that its policy answers
MEANING = 12.0  # times the cosine of message and passage, with embeddings
LEAST_SHARE = 0.05  # of the topics, for a passage to be found without a word in common
LEAST_COSINE = 0.3  # the same


class PolicyIndex:
    """The search index of the passages in force on a day; `synonyms` maps a customer's word to the policies' word."""

    def __init__(
        self,
        policies: dict[str, Policy],
        day: date,
        synonyms: Mapping[str, str] | None = None,
        embeddings: Embeddings | None = None,
    ) -> None:
        self._synonyms, self._embeddings = synonyms or {}, embeddings
        self._passages = dict[str, Passage]()
        self._by_policy = defaultdict[str, list[Passage]](list)
        self._policies = {each.front.id: each.front for each in in_force(policies, day) if each.passages}
        self.routes = {each.front.route for each in policies.values()}
        """The routes that have policies, in force today or not."""
        self._declared = {topic for each in self._policies.values() for topic in each.topics}
        self._lock = Lock()
        self._db = sqlite3.connect(":memory:", check_same_thread=False)
        weakref.finalize(self, self._db.close)  # an index is shared; it closes with its last user
        self._db.execute(CREATE)
        for policy_id in self._policies:
            self._add(policies[policy_id])
        texts = [f"{each.title}. {each.text}" for each in self._passages.values()]
        self._vectors = embeddings.kept(texts) if embeddings and texts else np.empty((len(texts), 0), np.float32)

    def search(self, text: str, route: str, most: int = 4, topics: Mapping[str, float] | None = None) -> list[str]:
        """Return at most `most` ids of passages, best first.

        `topics` (`ROUTE/TOPIC`, each with its share) are what the text seems to be about.
        """
        shares = _by_heading(topics or {}) if words(text) else {}
        scores = defaultdict[str, float](float, self._by_words(text, shares))
        for passage_id, points in self._by_meaning(text):
            scores[passage_id] += points
        for policy_id, front in self._policies.items():
            share = sum(shares.get(each, 0.0) for each in front.topics)
            bonus = TOPIC * sqrt(share) + (OWN_ROUTE if front.route == route else 0.0)
            for passage in self._by_policy[policy_id]:
                if passage.passage_id in scores or share >= LEAST_SHARE:
                    scores[passage.passage_id] += bonus + (OPENING if passage.number == 1 else 0.0)
        return sorted(scores, key=lambda passage_id: -scores[passage_id])[:most]

    def passages(self, passage_ids: Sequence[str]) -> list[Passage]:
        """Return the passages of these ids, policy by policy, the best policy first, each in its own order.

        A passage that is no longer in force is left out.
        """
        matches = [self._passages[each] for each in passage_ids if each in self._passages]
        order = list(dict.fromkeys(each.policy_id for each in matches))
        return sorted(matches, key=lambda each: (order.index(each.policy_id), each.number))

    def whole(self, passage_ids: Sequence[str]) -> list[str]:
        """Return the ids of all passages of the policies that these passages belong to, the best policy first."""
        order = dict.fromkeys(each.policy_id for each in self.passages(passage_ids))
        return [each.passage_id for policy_id in order for each in self._by_policy[policy_id]]

    def in_force(self) -> set[str]:
        """Return the ids of the policies in force."""
        return set(self._policies)

    def topics_of(self, policy_ids: Iterable[str]) -> set[str]:
        """Return the topics that these policies say they answer."""
        return {topic for name in policy_ids if name in self._policies for topic in self._policies[name].topics}

    def text_of(self, policy_ids: Sequence[str]) -> str:
        """Return the full text of these policies, headings and all."""
        parts = [
            (self._policies[name].title, each)
            for name in self._policies
            if name in policy_ids
            for each in self._by_policy[name]
        ]
        texts = [text for title, each in parts for text in (each.title.removeprefix(title).lstrip(": "), each.text)]
        return " ".join(filter(None, dict.fromkeys(texts)))

    def _by_words(self, text: str, shares: Mapping[str, float]) -> dict[str, float]:
        """Return the passages that share a word with a text, each with its points.

        A topic that no policy declares lends the words of its heading.
        """
        topic = max(shares, key=lambda name: shares[name], default="")
        lent = [] if topic in self._declared else words(topic.replace("_", " "))
        query = " OR ".join(f'"{word}"' for word in dict.fromkeys([*terms(text, self._synonyms), *lent]))
        if not query:
            return {}
        with self._lock:
            return dict(self._db.execute(SEARCH, (query,)).fetchall())

    def _by_meaning(self, text: str) -> Iterator[tuple[str, float]]:
        """Yield the passages whose meaning is like a text's, each with its points; none without embeddings."""
        if self._embeddings is not None and self._passages and words(text):
            cosines = self._vectors @ self._embeddings.vector(text)
            for passage_id, cosine in zip(self._passages, cosines.tolist(), strict=True):
                if cosine >= LEAST_COSINE:
                    yield passage_id, MEANING * cosine

    def _add(self, policy: Policy) -> None:
        front = policy.front
        for number, part in enumerate(policy.passages, 1):
            above = [each for each in part.headings if each.casefold() != front.title.casefold()]
            passage = Passage(f"{front.id}.{number}", front.id, number, ": ".join([front.title, *above]), part.text)
            self._passages[passage.passage_id] = passage
            self._by_policy[front.id].append(passage)
            self._db.execute("INSERT INTO passages VALUES (?, ?, ?)", (passage.passage_id, passage.title, part.text))


def load_index(
    folder: Path,
    routes: Path,
    day: date,
    synonyms: Mapping[str, str] | None = None,
    embeddings: Embeddings | None = None,
) -> PolicyIndex:
    """Return the index of a folder's policies on a day.

    Raises:
        BadSetting: a document cannot be used, or its route or a topic does not exist; it names the file.
    """
    policies, of_routes = load_policies(folder), load_routes(routes)
    headings = {topic for each in of_routes.values() for topic in each.topics} - of_routes.keys()
    for each in policies.values():
        if each.front.route not in of_routes:
            names = ", ".join(of_routes)
            raise BadSetting(f"{each.file}: the route {each.front.route!r} is none of {names} (in {routes})")
        if headings and (unknown := [topic for topic in each.front.topics if topic not in headings]):
            raise BadSetting(f"{each.file}: the topic {unknown[0]!r} is no heading (##) of the examples in {routes}")
    return PolicyIndex(policies, day, synonyms, embeddings)


def _by_heading(topics: Mapping[str, float]) -> dict[str, float]:
    """Return the share of each heading, whatever routes have it; a route without headings has none."""
    shares = defaultdict[str, float](float)
    for name, share in topics.items():
        route, _, heading = name.partition("/")
        if heading != route:
            shares[heading] += share
    return shares
