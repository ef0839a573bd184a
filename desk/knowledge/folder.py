"""The knowledge of a desk, read from a folder: `routes/NAME.txt`, the specialist's `NAME.md`, and `policies/*.md`."""

import asyncio
import os
from collections.abc import Sequence
from datetime import date
from functools import cached_property, lru_cache
from pathlib import Path
from typing import NamedTuple

from baton.config.home import home
from baton.errors import BadSetting
from desk import clock
from desk.knowledge.embeddings import SETTING, Embeddings, load_embeddings
from desk.knowledge.index import PolicyIndex, load_index
from desk.knowledge.policies import load_policies
from desk.knowledge.router import Router, load_router
from desk.knowledge.routes import load_routes
from desk.knowledge.specialists import read_specialist
from desk.knowledge.spelling import Spelling
from desk.records import OTHER, Passage, RouteGuess, Specialist

Synonyms = tuple[tuple[str, str], ...]
"""Pairs of a customer's word and the policies' word for it; a search for the first searches for both."""


TOPICS = 8  # that a search asks for; those further down have shares near zero
ALL = 1_000  # topics, more than any desk has
ELSEWHERE = 0.1  # of its share, a topic of another route than the message's


class Folders(NamedTuple):
    """The folder of the routes with their specialists, that of the policies, and that of a model of sentences."""

    routes: Path
    policies: Path
    embeddings: Path | None


class FolderKnowledge:
    """The `Knowledge` of two folders on a day; each part is read at first use."""

    def __init__(self, folders: Folders, actions: tuple[str, ...], synonyms: Synonyms, day: date) -> None:
        self._folders, self._actions, self._synonyms, self._day = folders, actions, synonyms, day

    @cached_property
    def routes(self) -> dict[str, str]:
        """See `Knowledge`."""
        return {name: route.definition for name, route in load_routes(self._folders.routes).items()}

    @cached_property
    def index(self) -> PolicyIndex:
        """The search index of the policies in force on the day."""
        folders = self._folders
        return load_index(folders.policies, folders.routes, self._day, dict(self._synonyms), self.embeddings)

    @cached_property
    def router(self) -> Router:
        """The trained router of the routes."""
        return load_router(self._folders.routes, home(), self.embeddings)

    @cached_property
    def embeddings(self) -> Embeddings | None:
        """The model of sentences that the user has named."""
        return load_embeddings(self._folders.embeddings) if self._folders.embeddings else None

    @cached_property
    def spelling(self) -> Spelling:
        """The words of policies and examples, by which typing errors are corrected."""
        spoken = [message for route in load_routes(self._folders.routes).values() for message in route.examples]
        written = [each.text for policy in load_policies(self._folders.policies).values() for each in policy.passages]
        return Spelling(spoken, written)

    @property
    def is_loaded(self) -> bool:
        """See `Knowledge`."""
        return {"routes", "index", "router", "spelling"} <= vars(self).keys()

    def check(self) -> None:
        """Read every file of the two folders and return nothing.

        Raises:
            BadSetting: a file cannot be used, or no policy has a route; the file is named.
        """
        self._read_specialists()
        for name in self.routes.keys() - self.index.routes - {OTHER}:
            file = self._folders.routes / f"{name}.txt"
            raise BadSetting(f"{file}: no policy in {self._folders.policies} has the route {name!r}")

    def load(self) -> None:
        """See `Knowledge`."""
        self._read_specialists()
        self.index.in_force()
        self.router.guess("")
        self.spelling.corrected("")

    def _read_specialists(self) -> None:
        for name in self.routes:
            self.specialist(name)

    def specialist(self, route: str) -> Specialist:
        """See `Knowledge`."""
        return read_specialist(self._folders.routes / f"{route}.md", self._actions)

    def guess(self, message: str) -> RouteGuess:
        """See `Knowledge`."""
        return self.router.guess(self.spelling.corrected(message))

    def probabilities(self, message: str) -> dict[str, float]:
        """See `Knowledge`."""
        return self.router.probabilities(self.spelling.corrected(message))

    def topics(self, message: str, most: int, route: str = "") -> dict[str, float]:
        """See `Knowledge`."""
        text = self.spelling.corrected(message)
        if route not in self.routes:
            return self.router.topics(text, most)
        shares = {
            name: share * (1 if name.startswith(f"{route}/") else ELSEWHERE)
            for name, share in self.router.topics(text, ALL).items()
        }
        total = sum(shares.values())
        return {name: shares[name] / total for name in sorted(shares, key=lambda name: -shares[name])[:most]}

    async def search(self, text: str, route: str, most: int = 4) -> list[str]:
        """See `Knowledge`."""
        return await asyncio.to_thread(self._search, text, route, most)  # SQLite blocks

    def _search(self, text: str, route: str, most: int) -> list[str]:
        return self.index.search(self.spelling.corrected(text), route, most, self.topics(text, TOPICS, route))

    def passages(self, passage_ids: Sequence[str], *, whole: bool = False) -> list[Passage]:
        """See `Knowledge`."""
        return self.index.passages(self.index.whole(passage_ids) if whole else passage_ids)

    def in_force(self) -> set[str]:
        """See `Knowledge`."""
        return self.index.in_force()

    def topics_of(self, policy_ids: Sequence[str]) -> set[str]:
        """See `Knowledge`."""
        return self.index.topics_of(policy_ids)

    def text_of(self, policy_ids: Sequence[str]) -> str:
        """See `Knowledge`."""
        return self.index.text_of(policy_ids)


def folder_knowledge(folder: Path, actions: tuple[str, ...], synonyms: Synonyms = ()) -> FolderKnowledge:
    """Return the knowledge in the folder of a business today; `actions` are the names of the business's actions.

    `BATON_ROUTES` and `BATON_POLICIES` name other folders for the two.

    Raises:
        BadSetting: a route's file cannot be used; it names the file.
    """
    return _knowledge(folders(folder), actions, synonyms, clock.today())


def folders(folder: Path) -> Folders:
    """Return the folders in use: those of the environment (`BATON_ROUTES` and so on), else a business's own."""
    routes, policies, model = (os.environ.get(name) for name in ("BATON_ROUTES", "BATON_POLICIES", SETTING))
    return Folders(
        Path(routes or folder / "routes"), Path(policies or folder / "policies"), Path(model) if model else None
    )


@lru_cache(maxsize=2)  # today's and, around midnight, yesterday's
def _knowledge(found: Folders, actions: tuple[str, ...], synonyms: Synonyms, day: date) -> FolderKnowledge:
    return FolderKnowledge(found, actions, synonyms, day)
