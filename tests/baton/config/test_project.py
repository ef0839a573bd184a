"""What a project's own file names, and one line for what is wrong with it."""

import sys
from pathlib import Path

import pytest

from baton.config.project import project, project_of, root
from baton.errors import BadSetting


def write(folder: Path, text: str, name: str = "baton.toml") -> None:
    (folder / name).write_text(text)


@pytest.mark.parametrize("name,before", [("baton.toml", ""), ("pyproject.toml", "[tool.baton]\n")])
def test_it_names_business_commands_and_responders(tmp_path: Path, name: str, before: str) -> None:
    write(tmp_path, "{}", "langgraph.json")
    write(
        tmp_path,
        f'{before}business = "shop:SHOP"\ncommands.stock = "shop.app:stock"\nresponders.shop = "shop:ALL"\n',
        name,
    )
    named = project()
    assert (named.root, named.file) == (tmp_path, tmp_path / name)
    assert (named.business, named.commands, named.responders) == (
        "shop:SHOP",
        {"stock": "shop.app:stock"},
        {"shop": "shop:ALL"},
    )


@pytest.mark.parametrize("text", ["", "[project]\nname = 'x'\n", "[tool.other]\na = 1\n"])
def test_a_project_need_name_nothing(tmp_path: Path, text: str) -> None:
    write(tmp_path, "{}", "langgraph.json")
    write(tmp_path, text, "pyproject.toml")
    assert (project().file, project().business, project().commands) == (None, None, {})


def test_it_lies_beside_the_graphs_also_from_a_folder_below(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "{}", "langgraph.json")
    write(tmp_path, 'business = "shop:SHOP"\n')
    (tmp_path / "a" / "b").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "a" / "b")
    assert (root(), project().business) == (tmp_path, "shop:SHOP")


@pytest.mark.parametrize(
    "text,told",
    [
        ("business = ", "baton.toml cannot be read: "),
        ('business = ["a:A", "b:B"]', "baton.toml: business names 2; a project has one"),
        ("business = 3", "baton.toml: business is one text, module:attribute"),
        ('business = "shop"', "baton.toml: business is 'shop'; write module:attribute"),
        ('commands = "shop:stock"', "baton.toml: commands is a table"),
        ('commands.stock = "shop"', "baton.toml: commands.stock is 'shop'; write module:attribute"),
        ("responders.shop = 1", "baton.toml: responders.shop is 1; write module:attribute"),
        ('skills = "a:b"', "baton.toml: skills is not known; it may name business, commands, responders"),
    ],
)
def test_a_file_that_cannot_be_used_names_itself_and_the_key(tmp_path: Path, text: str, told: str) -> None:
    write(tmp_path, text)
    with pytest.raises(BadSetting) as caught:
        project()
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("text,key", [("tool = 1", "tool is 1"), ('tool.baton = "a:A"', "baton is 'a:A'")])
def test_what_should_be_a_table_and_is_none_is_told(tmp_path: Path, text: str, key: str) -> None:
    write(tmp_path, text, "pyproject.toml")
    with pytest.raises(BadSetting, match=f"pyproject.toml: {key}, which is no table"):
        project_of(tmp_path)


def test_two_files_that_name_a_project_are_refused(tmp_path: Path) -> None:
    write(tmp_path, 'business = "a:A"\n')
    write(tmp_path, '[tool.baton]\nbusiness = "b:B"\n', "pyproject.toml")
    with pytest.raises(BadSetting, match="both name a project; keep one"):
        project()


@pytest.mark.parametrize(
    "module,named,told",
    [
        ("", "gone_module:A", "ModuleNotFoundError"),
        ("A = 1\n", "theirs:B", "AttributeError"),
        ("raise OSError('no disk')\n", "theirs:A", "OSError: no disk"),
        ("this is no Python\n", "theirs:A", "SyntaxError"),
    ],
)
def test_what_cannot_be_loaded_names_file_and_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: str, named: str, told: str
) -> None:
    write(tmp_path, f'business = "{named}"\n')
    write(tmp_path, module, "theirs.py")
    monkeypatch.setattr(sys, "path", [*sys.path])
    with pytest.raises(BadSetting, match=told) as caught:
        project().load("business", named)
    sys.modules.pop("theirs", None)
    assert str(caught.value).startswith(f"{tmp_path / 'baton.toml'}: business names {named}")


def test_a_business_in_a_folder_of_its_own_takes_the_place_of_the_projects(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, 'business = "mine:A"\ncommands.stock = "mine:stock"\nresponders.shop = "mine:ALL"\n')
    folder = tmp_path / "elsewhere" / "kiosk"
    folder.mkdir(parents=True)
    write(folder, 'business = "kiosk.business:KIOSK"\n')
    write(folder, "KIOSK = 'the kiosk'\n", "business.py")
    monkeypatch.setenv("BATON_BUSINESS", str(folder))
    monkeypatch.setattr(sys, "path", [*sys.path])
    named = project()
    assert (named.root, named.file, named.responders) == (tmp_path, folder / "baton.toml", {})
    assert named.commands == {"stock": "mine:stock"}
    assert named.load("business", "kiosk.business:KIOSK") == "the kiosk"
    assert sys.path[0] == str(tmp_path)  # nothing beside the folder is found before what is the project's


def test_a_folder_that_names_no_business_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BATON_BUSINESS", "nowhere")
    with pytest.raises(BadSetting) as caught:
        project()
    assert str(caught.value) == (
        f"BATON_BUSINESS=nowhere: there is no {tmp_path / 'nowhere' / 'baton.toml'}, which would name the business"
    )
