import pickle
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bank.router import SEAL_BYTES, Router, kept_router, router
from bank.routes import load_routes
from baton.errors import BadSetting
from tests.bank.stage import few_routes

MESSAGES = {
    "plants": (
        "my fern is dry",
        "how often do I water a cactus",
        "the leaves of my fern are brown",
        "a pot for a cactus",
    ),
    "birds": ("a robin sings at night", "what do robins eat", "an owl in the barn", "the owl eats mice at night"),
    "other": ("what is the time", "tell me a joke", "who are you", "where is the station"),
}
ASKED = ["is my cactus too dry?", "an owl sings", "where is the time", ""]


@pytest.fixture(autouse=True)
def routes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "routes"
    few_routes(folder, MESSAGES)
    monkeypatch.setenv("BATON_ROUTES", str(folder))
    return folder


def fresh() -> Router:
    """The router of a process that has just begun."""
    kept_router.cache_clear()
    return router()


def kept(home: Path) -> Path:
    [file] = home.glob("router-*.bin")
    return file


class Bomb:
    """Code that runs where it is unpickled."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[object, tuple[Path]]:
        return Path.touch, (self.mark,)


def test_a_message_goes_where_messages_like_it_go() -> None:
    assert [router().guess(text).route for text in ASKED[:2]] == ["plants", "birds"]


def test_confidence_is_the_share_of_the_most_probable_route() -> None:
    for text in ASKED:
        shares = router().probabilities(text)
        assert set(shares) == set(MESSAGES)
        assert sum(shares.values()) == pytest.approx(1)
        assert router().guess(text).confidence == pytest.approx(max(shares.values()), abs=1e-4)


def test_the_nearest_examples_vote_and_a_message_like_none_gets_no_vote() -> None:
    votes = router().votes("water for my cactus")
    assert max(votes, key=lambda route: votes[route]) == "plants"
    assert sum(votes.values()) == pytest.approx(1)
    assert set(router().votes("§§").values()) == {0.0}


def test_a_kept_router_guesses_the_same_and_is_not_trained_again(baton_home: Path) -> None:
    trained, written = fresh(), kept(baton_home).stat().st_mtime_ns
    read = fresh()
    assert read is not trained
    assert [read.guess(text) for text in ASKED] == [trained.guess(text) for text in ASKED]
    assert [read.votes(text) for text in ASKED] == [trained.votes(text) for text in ASKED]
    assert kept(baton_home).stat().st_mtime_ns == written


def test_only_the_owner_can_read_what_is_kept(baton_home: Path) -> None:
    fresh()
    assert kept(baton_home).stat().st_mode & 0o077 == 0
    assert not list(baton_home.glob(".router-*"))


@pytest.mark.parametrize("seal", ["the true file's seal", "none", "zeros"])
def test_a_forged_file_is_trained_anew_and_never_unpickled(baton_home: Path, tmp_path: Path, seal: str) -> None:
    fresh()
    file, bomb = kept(baton_home), pickle.dumps(Bomb(tmp_path / "boom"))
    head = {"the true file's seal": file.read_bytes()[:SEAL_BYTES], "none": b"", "zeros": bytes(SEAL_BYTES)}[seal]
    file.write_bytes(head + bomb)
    assert fresh().guess(ASKED[0]).route == "plants"
    assert not (tmp_path / "boom").exists()
    assert bomb not in file.read_bytes()


def test_the_bomb_would_have_gone_off(tmp_path: Path) -> None:
    pickle.loads(pickle.dumps(Bomb(tmp_path / "boom")))  # noqa: S301 - it is our own
    assert (tmp_path / "boom").exists()


@pytest.mark.parametrize("length", [0, 5, SEAL_BYTES, SEAL_BYTES + 1, -1])
def test_a_cut_file_is_trained_anew(baton_home: Path, length: int) -> None:
    fresh()
    whole = kept(baton_home).read_bytes()
    kept(baton_home).write_bytes(whole[:length])
    assert fresh().guess(ASKED[0]).route == "plants"
    assert len(kept(baton_home).read_bytes()) == len(whole)


def test_a_file_sealed_for_other_routes_cannot_take_this_ones_place(baton_home: Path, routes: Path) -> None:
    fresh()
    first = kept(baton_home)
    (routes / "stones.txt").write_text("# Stones.\nthis cactus is a stone\n")
    load_routes.cache_clear()
    fresh()
    [second] = set(baton_home.glob("router-*.bin")) - {first}
    second.write_bytes(first.read_bytes())
    assert "stones" in fresh().probabilities("a stone")


def test_a_file_from_another_home_is_trained_anew(
    baton_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fresh()
    theirs = kept(baton_home)
    monkeypatch.setenv("BATON_HOME", str(tmp_path / "mine"))
    (tmp_path / "mine").mkdir()
    mine = tmp_path / "mine" / theirs.name
    mine.write_bytes(theirs.read_bytes())
    fresh()
    assert mine.read_bytes()[:SEAL_BYTES] != theirs.read_bytes()[:SEAL_BYTES]


def test_examples_without_words_are_refused(routes: Path) -> None:
    for file in routes.glob("*.txt"):
        file.write_text("# Signs.\n?!\n")
    with pytest.raises(BadSetting, match="the examples of the routes hold no words"):
        fresh()


def test_many_askers_at_once_get_one_router() -> None:
    kept_router.cache_clear()
    with ThreadPoolExecutor(8) as pool:
        assert len({id(each) for each in pool.map(lambda _: router(), range(8))}) == 1


def test_a_moved_heading_is_another_router(baton_home: Path, routes: Path) -> None:
    fresh()
    file = routes / "plants.txt"
    file.write_text(file.read_text().replace("my fern", "## ferns\nmy fern"))
    load_routes.cache_clear()
    fresh()
    assert len(list(baton_home.glob("router-*.bin"))) == 2
