import io
import pickle
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.sparse import hstack
from scipy.special import softmax

from bank.knowledge import FOLDER
from baton.config.home import home
from baton.errors import BadSetting
from desk.knowledge.folder import folders
from desk.knowledge.kept_arrays import SEAL_BYTES, seal_of
from desk.knowledge.router import TOPIC_WEIGHT, Router, load_or_train_router, load_router
from desk.knowledge.routes import Route, load_routes
from desk.knowledge.training import fit_vectorizers, models, train
from tests.bank.stage import few_routes

HOUSE = Path(__file__).parents[3]
OWN = FOLDER / "routes"

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


def router() -> Router:
    return load_router(folders(FOLDER).routes, home())


def fresh() -> Router:
    """The router of a process that has just begun."""
    load_or_train_router.cache_clear()
    return router()


def router_file(home: Path) -> Path:
    [file] = home.glob("router-*.arrays")
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
    trained, written = fresh(), router_file(baton_home).stat().st_mtime_ns
    read = fresh()
    assert read is not trained
    assert [read.guess(text) for text in ASKED] == [trained.guess(text) for text in ASKED]
    assert [read.votes(text) for text in ASKED] == [trained.votes(text) for text in ASKED]
    assert router_file(baton_home).stat().st_mtime_ns == written


def test_only_the_owner_can_read_what_is_kept(baton_home: Path) -> None:
    fresh()
    assert router_file(baton_home).stat().st_mode & 0o077 == 0
    assert not list(baton_home.glob(".router-*"))


def scikit_probabilities(routes: dict[str, Route], messages: list[str]) -> list[dict[str, float]]:
    """What scikit-learn itself says of some messages, trained on these routes."""
    labels = [route.name for route in routes.values() for _ in route.examples]
    topics = [f"{route.name}/{topic}" for route in routes.values() for topic in route.topics]
    examples = [message for route in routes.values() for message in route.examples]
    vectorizers, _ = fit_vectorizers(examples)

    def vectors(texts: list[str]) -> Any:
        return hstack([each.transform(texts) for each in vectorizers], format="csr")

    by_route, by_topic = models(vectors(examples), labels, topics)
    shares = softmax(vectors(messages) @ by_topic.slopes.astype("float32") + by_topic.offsets, axis=1)
    mine = [[topic.startswith(f"{name}/") for topic in by_topic.names] for name in by_route.classes_]
    mixed = (1 - TOPIC_WEIGHT) * by_route.predict_proba(vectors(messages)) + TOPIC_WEIGHT * shares @ np.array(mine).T
    return [dict(zip(by_route.classes_, row, strict=True)) for row in mixed]


def agree(routes: dict[str, Route], messages: list[str]) -> None:
    trained = train(routes)
    for message, shares in zip(messages, scikit_probabilities(routes, messages), strict=True):
        assert trained.probabilities(message) == pytest.approx(shares, abs=1e-6), message


def test_the_probabilities_are_scikit_learns_own_on_the_desks_examples() -> None:
    own = load_routes(OWN).items()
    few = {name: replace(each, examples=each.examples[::9], topics=each.topics[::9]) for name, each in own}
    agree(few, [message for _, route in own for message in route.examples][::10])


@pytest.mark.parametrize(
    "message", ["", "§§", "a", " \n\t b\u00a0c ", "\u0130stanbul \u00df", "it\u2019s 12,345", "\ud800"]
)
def test_they_are_on_odd_messages(routes: Path, message: str) -> None:
    agree(load_routes(routes), [message, f"{message} cactus {message}"])


def test_they_are_where_there_are_two_routes(routes: Path) -> None:
    (routes / "other.txt").unlink()
    load_routes.cache_clear()
    agree(load_routes(routes), ASKED)


def test_a_kept_router_is_asked_without_scikit_learn_and_scipy(baton_home: Path) -> None:
    fresh()
    code = (
        "import sys; from bank.knowledge import FOLDER; from baton.config.home import home;"
        " from desk.knowledge.folder import folders; from desk.knowledge.router import load_router;"
        f" load_router(folders(FOLDER).routes, home()).guess({ASKED[0]!r}); print(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=HOUSE, capture_output=True, text=True, check=True)
    assert "numpy" in done.stdout.split()
    assert not {"sklearn", "scipy", "joblib"} & set(done.stdout.split())


def test_a_pickled_router_of_an_older_baton_is_never_unpickled(baton_home: Path, tmp_path: Path) -> None:
    fresh()
    for name in ("router-3f4422bbeff95bca.bin", f"{router_file(baton_home).stem}.bin"):
        bomb = pickle.dumps(Bomb(tmp_path / "boom"))
        (baton_home / name).write_bytes(seal_of(name, bomb) + bomb)
    assert fresh().guess(ASKED[0]).route == "plants"
    assert not (tmp_path / "boom").exists()


def arrays(**changed: Any) -> bytes:
    """The arrays of a true router but for some, as a file."""
    whole = io.BytesIO()
    np.savez(whole, **{**asdict(router().arrays), **changed})
    return whole.getvalue()


@pytest.mark.parametrize(
    "change",
    [
        {"labels": np.array([99] * 12, dtype=np.int32)},
        {"examples": np.zeros(3, dtype=np.int32)},
        {"slopes": np.zeros((2, 2))},
        {"routes": np.frombuffer(b"[1, 2, 3]", dtype=np.uint8)},
        {"words": np.frombuffer(b"{", dtype=np.uint8)},
        {"weights": np.array(["x"])},
        {"prior": np.array([Bomb(Path("boom"))], dtype=object)},
        {"unknown": np.zeros(1), "starts": np.array([], dtype=np.int32)},
    ],
)
def test_arrays_that_are_no_router_are_trained_anew_although_the_homes_key_sealed_them(
    baton_home: Path, tmp_path: Path, change: dict[str, Any]
) -> None:
    fresh()
    file, blob = router_file(baton_home), arrays(**change)
    file.write_bytes(seal_of(file.name, blob) + blob)
    assert fresh().guess(ASKED[0]).route == "plants"
    assert blob not in file.read_bytes()
    assert not (tmp_path / "boom").exists()


@pytest.mark.parametrize("blob", [b"", b"PK\x03\x04", b"\x93NUMPY\x01\x00", pickle.dumps([1])])
def test_what_is_no_file_of_arrays_is_trained_anew(baton_home: Path, blob: bytes) -> None:
    fresh()
    file = router_file(baton_home)
    file.write_bytes(seal_of(file.name, blob) + blob)
    assert fresh().guess(ASKED[0]).route == "plants"


@pytest.mark.parametrize("seal", ["the true file's seal", "none", "zeros"])
def test_a_forged_file_is_trained_anew_and_never_unpickled(baton_home: Path, tmp_path: Path, seal: str) -> None:
    fresh()
    file, bomb = router_file(baton_home), pickle.dumps(Bomb(tmp_path / "boom"))
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
    whole = router_file(baton_home).read_bytes()
    router_file(baton_home).write_bytes(whole[:length])
    assert fresh().guess(ASKED[0]).route == "plants"
    assert len(router_file(baton_home).read_bytes()) == len(whole)


def test_a_file_sealed_for_other_routes_cannot_take_this_ones_place(baton_home: Path, routes: Path) -> None:
    fresh()
    first = router_file(baton_home)
    (routes / "stones.txt").write_text("# Stones.\nthis cactus is a stone\n")
    load_routes.cache_clear()
    fresh()
    [second] = set(baton_home.glob("router-*.arrays")) - {first}
    second.write_bytes(first.read_bytes())
    assert "stones" in fresh().probabilities("a stone")


def test_a_file_from_another_home_is_trained_anew(
    baton_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fresh()
    theirs = router_file(baton_home)
    monkeypatch.setenv("BATON_HOME", str(tmp_path / "mine"))
    (tmp_path / "mine").mkdir()
    mine = tmp_path / "mine" / theirs.name
    mine.write_bytes(theirs.read_bytes())
    fresh()
    assert mine.read_bytes()[:SEAL_BYTES] != theirs.read_bytes()[:SEAL_BYTES]


def test_examples_without_words_are_refused(routes: Path) -> None:
    for file in routes.glob("*.txt"):
        file.write_text("# Signs.\n?!\n")
    with pytest.raises(BadSetting, match="the examples hold no words"):
        fresh()


def test_many_askers_at_once_get_one_router() -> None:
    load_or_train_router.cache_clear()
    with ThreadPoolExecutor(8) as pool:
        assert len({id(each) for each in pool.map(lambda _: router(), range(8))}) == 1


def test_a_moved_heading_is_another_router(baton_home: Path, routes: Path) -> None:
    fresh()
    file = routes / "plants.txt"
    file.write_text(file.read_text().replace("my fern", "## ferns\nmy fern"))
    load_routes.cache_clear()
    fresh()
    assert len(list(baton_home.glob("router-*.arrays"))) == 2
