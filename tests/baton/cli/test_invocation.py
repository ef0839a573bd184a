"""Printed commands can be pasted."""

import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from baton.cli.terminal.invocation import command, program


@pytest.fixture(autouse=True)
def afresh() -> Iterator[None]:
    program.cache_clear()
    yield
    program.cache_clear()


def call_as(monkeypatch: pytest.MonkeyPatch, path: Path | str, search: Path | str = "") -> None:
    monkeypatch.setattr("sys.argv", [str(path)])
    monkeypatch.setenv("PATH", str(search))


def script(folder: Path) -> Path:
    folder.mkdir(parents=True)
    path = folder / "baton"
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return path


def test_the_name_is_enough_where_the_path_has_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = script(tmp_path / "bin")
    call_as(monkeypatch, path, path.parent)
    assert command("show", "x") == "baton show x"


def test_another_program_of_that_name_is_not_meant(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    other = script(tmp_path / "other")
    call_as(monkeypatch, script(tmp_path / ".venv" / "bin"), other.parent)
    assert command("show", "x") == ".venv/bin/baton show x"


def test_a_module_is_called_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    call_as(monkeypatch, "app/__main__.py")
    assert command("show").endswith(" -m baton show")


def test_arguments_are_quoted(monkeypatch: pytest.MonkeyPatch) -> None:
    call_as(monkeypatch, "baton")
    words = ["decide", "x", "--edit", '{"reason": "it\'s $1"}']
    assert shlex.split(command(*words))[1:] == words
