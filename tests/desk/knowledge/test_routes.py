from pathlib import Path

import pytest

from bank.knowledge import FOLDER
from baton.errors import BadSetting
from desk.knowledge.folder import folders
from desk.knowledge.routes import load_routes
from desk.records import OTHER


def write(folder: Path, **routes: str) -> Path:
    folder.mkdir(exist_ok=True)
    for name, text in routes.items():
        (folder / f"{name}.txt").write_bytes(text.encode("utf-8", "surrogateescape"))
    return folder


def test_the_desk_has_nine_routes_and_each_says_what_it_is_for() -> None:
    routes = load_routes(FOLDER / "routes")
    assert set(routes) == set("cards security disputes fees transfers top_ups payments account".split()) | {OTHER}
    assert all(route.definition.endswith(".") and len(route.examples) > 50 for route in routes.values())


def test_a_route_is_its_files_name_definition_and_examples(tmp_path: Path) -> None:
    folder = write(
        tmp_path / "routes", plants="# About plants.\n## water\n\n my fern is dry \n", birds="# Birds.\ntweet\n"
    )
    routes = load_routes(folder)
    assert list(routes) == ["birds", "plants"]
    assert routes["plants"].definition == "About plants."
    assert routes["plants"].examples == ("my fern is dry",)


def test_a_file_saved_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    assert "plants" in load_routes(
        write(tmp_path / "routes", plants="\ufeff# Plants.\nfern\n", birds="# Birds.\ntweet\n")
    )


@pytest.mark.parametrize(
    "bad, fault",
    [
        ("my fern is dry\n", "the first line must define the route"),
        ("", "the first line must define the route"),
        ("# About plants.\n## only a heading\n", "the route 'bad' has no example messages"),
        ("# About plants.\n\udcff\n", "cannot be read"),
    ],
)
def test_a_bad_route_is_refused_with_its_file_and_fault(tmp_path: Path, bad: str, fault: str) -> None:
    folder = write(tmp_path / "routes", birds="# Birds.\ntweet\n", bad=bad)
    with pytest.raises(BadSetting, match=rf"{folder / 'bad.txt'}.*{fault}"):
        load_routes(folder)


@pytest.mark.parametrize("routes", [{}, {"birds": "# Birds.\ntweet\n"}])
def test_fewer_than_two_routes_are_no_choice(tmp_path: Path, routes: dict[str, str]) -> None:
    folder = write(tmp_path / "routes", **routes)
    with pytest.raises(BadSetting, match=rf"{folder} holds {len(routes)} route files"):
        load_routes(folder)


def test_a_folder_that_is_not_there_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match="nowhere holds 0 route files"):
        load_routes(tmp_path / "nowhere")


def test_the_environment_can_name_another_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert folders(FOLDER).routes == FOLDER / "routes"
    monkeypatch.setenv("BATON_ROUTES", str(tmp_path))
    assert folders(FOLDER).routes == tmp_path
