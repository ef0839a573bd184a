"""The desk's policies: a folder of short documents, searched passage by passage with SQLite FTS5 and BM25."""

import re
import sqlite3
import weakref
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from threading import Lock
from typing import Annotated, Literal

from pydantic import StringConstraints

from baton.errors import BadSetting
from baton.records import Record
from desk.knowledge.front_matter import read_front_matter
from desk.knowledge.routes import load_routes
from desk.records import Passage

STOP = frozenset(
    "a about after again all already also although am an and any are as at be because been before but by can can't"
    " cannot certainly could dear did didn't do does doesn't don't few find first for from get go going got had has"
    " hasn't have haven't he hello help her hi his how however i i'd i'm i've if in into is isn't it it's its just"
    " know last later like made make many me minute minutes more morning much my need never new night no not now of on"
    " once one or our out over please put said same say says second see she should show so some still take taken tell"
    " thank thanks that the their them then there they this time times to today tomorrow took two up us very want was"
    " wasn't we week weeks well went were what what's when where which while who why will with won't would year"
    " yesterday yet you your".split()
)
CLERKS = "Clerks only:"
"""The opening of a paragraph that no customer is told, such as the desk's own limits."""
SEARCH = (
    "SELECT passage_id, bm25(passages, 0, 0, 0, 4.0, 1.0) - CASE WHEN route = ? THEN 3.0 ELSE 0 END"
    " - CASE WHEN passage_id LIKE '%.1' THEN 1.5 ELSE 0 END AS score"
    " FROM passages WHERE passages MATCH ? ORDER BY score LIMIT ?"
)


class Front(Record):
    """The front matter of a policy."""

    id: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]{1,40}$")]
    title: Annotated[str, StringConstraints(min_length=1)]
    route: str
    effective: date
    ends: date | None = None
    supersedes: str | None = None
    superseded_by: str | None = None
    audience: Literal["customers", "clerks"] = "customers"
    """For clerks alone: people read it, no reply can rest on it."""


@dataclass(frozen=True)
class Policy:
    """One document of the folder; its body is what customers may be told."""

    front: Front
    body: str
    file: Path


class PolicyIndex:
    """The search index of the passages in force on a day; `synonyms` maps a customer's word to the policies' word."""

    def __init__(self, policies: dict[str, Policy], day: date, synonyms: Mapping[str, str] | None = None) -> None:
        self._synonyms = synonyms or {}
        self._passages: dict[str, Passage] = {}
        self._lock = Lock()
        self._db = sqlite3.connect(":memory:", check_same_thread=False)
        weakref.finalize(self, self._db.close)  # an index is shared; it closes with its last user
        self._db.execute(
            "CREATE VIRTUAL TABLE passages USING fts5 (passage_id UNINDEXED, policy_id UNINDEXED, route UNINDEXED,"
            " title, text, tokenize = 'porter unicode61')"
        )
        self.routes = {each.front.route for each in policies.values()}
        """The routes that have policies, in force today or not."""
        in_force = {name: each for name, each in policies.items() if _holds(each.front, day)}
        superseded = {each.front.supersedes for each in in_force.values()}
        for each in in_force.values():
            if each.front.id not in superseded and each.front.superseded_by not in in_force:
                self._add(each.front, each.body)

    def search(self, text: str, route: str, most: int = 4) -> list[str]:
        """Return at most `most` ids of passages, best first; the route's own and a policy's opening have a bonus."""
        all_words = re.findall(r"[^\W\d_][^\W\d_']*", text.lower().replace("\u2019", "'").replace("two times", "twice"))
        words = [word for word in all_words if word not in STOP][:64]
        terms = [*words, *(self._synonyms[word] for word in words if word in self._synonyms)]
        query = " OR ".join(f'"{word}"' for word in dict.fromkeys(terms))
        if not query:
            return []
        with self._lock:
            return [row[0] for row in self._db.execute(SEARCH, (route, query, most)).fetchall()]

    def passages(self, passage_ids: Sequence[str]) -> list[Passage]:
        """Return the passages of these ids, policy by policy, the best policy first, each in its own order.

        A passage that is no longer in force is left out.
        """
        matches = [self._passages[each] for each in passage_ids if each in self._passages]
        order = list(dict.fromkeys(each.policy_id for each in matches))
        return sorted(matches, key=lambda each: (order.index(each.policy_id), each.number))

    def whole(self, passage_ids: Sequence[str]) -> list[str]:
        """Return the ids of all passages of the policies that these passages belong to, the best policy first."""
        order = list(dict.fromkeys(each.policy_id for each in self.passages(passage_ids)))
        return [
            passage_id for policy in order for passage_id, each in self._passages.items() if each.policy_id == policy
        ]

    def in_force(self) -> set[str]:
        """Return the ids of the policies in force."""
        return {each.policy_id for each in self._passages.values()}

    def text_of(self, policy_ids: Sequence[str]) -> str:
        """Return the full text of these policies."""
        return " ".join(each.text for each in self._passages.values() if each.policy_id in policy_ids)

    def _add(self, front: Front, body: str) -> None:
        for number, text in enumerate((part.strip() for part in body.split("\n\n") if part.strip()), 1):
            passage = Passage(f"{front.id}.{number}", front.id, number, front.title, " ".join(text.split()))
            self._passages[passage.passage_id] = passage
            row = (passage.passage_id, front.id, front.route, front.title, text)
            self._db.execute("INSERT INTO passages VALUES (?, ?, ?, ?, ?)", row)


def load_policies(folder: Path) -> dict[str, Policy]:
    """Return all policies of a folder by id.

    Raises:
        BadSetting: the folder has no policies, an id is missing, repeated or refers to no policy, or front matter does
            not parse; it names the file.
    """
    policies: dict[str, Policy] = {}
    for file in sorted(folder.glob("*.md")):
        policy = _read_policy(file)
        if earlier := policies.get(policy.front.id):
            raise BadSetting(f"{file}: the id {policy.front.id} is taken by {earlier.file.name}")
        policies[policy.front.id] = policy
    if not policies:
        raise BadSetting(f"{folder} holds no policies (*.md); set BATON_POLICIES to a folder that does")
    for each in policies.values():
        for other in filter(None, (each.front.supersedes, each.front.superseded_by)):
            if other not in policies:
                raise BadSetting(f"{each.file}: it refers to the policy {other}, which there is not")
    return policies


def load_index(folder: Path, routes: Path, day: date, synonyms: Mapping[str, str] | None = None) -> PolicyIndex:
    """Return the index of a folder's policies on a day.

    Raises:
        BadSetting: a document cannot be used, or its route does not exist; it names the file.
    """
    policies, names = load_policies(folder), load_routes(routes)
    for each in policies.values():
        if each.front.route not in names:
            raise BadSetting(f"{each.file}: the route {each.front.route!r} is none of {', '.join(names)} (in {routes})")
    return PolicyIndex(policies, day, synonyms)


def _holds(front: Front, day: date) -> bool:
    return front.effective <= day and (front.ends is None or day <= front.ends)


def _read_policy(file: Path) -> Policy:
    front, text = read_front_matter(file, Front)
    return Policy(front, "" if front.audience == "clerks" else _for_customers(text), file)


def _for_customers(text: str) -> str:
    """Return a text without its paragraphs for clerks: what is never searched can neither be quoted nor cited."""
    return "\n\n".join(part for part in text.split("\n\n") if not part.strip().startswith(CLERKS))
