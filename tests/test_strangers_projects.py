"""Projects as strangers have them: every command does what it says, or says in one line why not."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.baton.processes import process
from tests.strangers import STRANGERS, Stranger, commands, work

AT_ONCE = 8
Said = dict[str, dict[str, Any]]
"""What each command of a project left behind, in order."""


@pytest.fixture(scope="module")
def worked(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Said]:
    """What the commands of a project said; several projects are worked by one process, once."""
    known: dict[str, Said] = {}

    def find(name: str) -> Said:
        if name not in known:
            names = list(STRANGERS)
            first = names.index(name) // AT_ONCE * AT_ONCE
            known.update(_work(tmp_path_factory.mktemp("strangers"), names[first : first + AT_ONCE]))
        return known[name]

    return find


def _work(folder: Path, names: list[str]) -> dict[str, Said]:
    with process(work, names, str(folder)) as working:
        working.join(50)
        assert working.exitcode == 0
    return json.loads((folder / "told.json").read_text())  # type: ignore[no-any-return]


@pytest.fixture(params=STRANGERS)
def stranger(request: pytest.FixtureRequest, worked: Callable[[str], Said]) -> tuple[Stranger, Said]:
    return STRANGERS[request.param], worked(request.param)


def test_every_command_ends_as_it_should_and_errors_are_one_line(stranger: tuple[Stranger, Said]) -> None:
    project, said = stranger
    wanted = {" ".join(words): code for words, code in zip(commands(project), codes(project), strict=True)}
    assert {words: each["code"] for words, each in said.items()} == wanted, said
    for each in said.values():
        assert "Traceback" not in each["err"] + each["out"]
        assert "unexpected" not in each["err"]
        if each["code"] == 2:
            assert (each["err"].count("\n"), each["err"][:7]) == (1, "error: ")


def codes(project: Stranger) -> list[int]:
    """The exit codes of its `commands`."""
    shown = 2 if project.code == 2 else 0  # nothing was begun
    decided = [0] if project.decide else []
    resumed = project.code if project.code == 1 else 0
    return [0, project.code, shown, resumed, *decided, shown, project.doctor, *(0 for _ in project.others)]


def test_the_run_comes_to_what_it_should_and_is_shown(stranger: tuple[Stranger, Said]) -> None:
    project, said = stranger
    run, last = ([*said.values()][place] for place in (1, -2 - len(project.others)))
    if project.code == 2:
        assert project.told in run["err"]
        return
    begun, shown = json.loads(run["out"]), json.loads(last["out"])
    assert text_of(shown["output"]) == project.output
    assert project.told in f"{begun.get('error')} {[*said.values()][-1 - len(project.others)]['out']}"
    assert shown["status"] == ("failed" if project.code == 1 else "done")
    assert begun["graph"] == project.run[0]
    assert shown["steps"]


def test_the_doctor_and_the_list_name_every_graph_or_what_is_wrong_with_it(stranger: tuple[Stranger, Said]) -> None:
    project, said = stranger
    listed, doctor = said["graphs"]["out"], said["doctor"]["out"]
    for name, path in project.graphs.items():
        assert f"{name} " in listed
        assert path in listed
    if project.doctor:
        assert project.told in " ".join(doctor.split())
    else:
        assert f"graphs {', '.join(project.graphs)} " in " ".join(doctor.split()) + " "


def text_of(output: Any) -> Any:
    """An output; of a conversation, what was said."""
    return [each["content"] for each in output["messages"]] if output and "messages" in output else output


def test_what_env_holds_is_there_when_the_project_is_imported(worked: Callable[[str], Said]) -> None:
    assert "BATON_HOME=.elsewhere  (.env)" in worked("a .env")["doctor"]["out"]
    assert "BATON_MODEL_CHEAP=local:ours  (.env)" in worked("commands and responders")["doctor"]["out"]


def test_a_command_of_the_project_is_called(worked: Callable[[str], Said]) -> None:
    assert worked("commands and responders")["hello"]["out"] == "hello\n"
