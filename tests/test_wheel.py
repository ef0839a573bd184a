"""The wheel, installed: one package, in which a project with names like those of our application works as it is."""

import json
import os
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from email.parser import Parser
from pathlib import Path

import pytest

from tests.scripted import Scripted, scripted_model
from tests.test_docs import ROOT, blocks, commands, write_files
from tests.test_own_graph import DONE, EXPECTED, PAGE, WAITING, WRONG_USE

pytestmark = pytest.mark.slow

__all__ = ["scripted_model"]

OURS = {"app", "bank", "evals", "graphs", "nodes", "state"}
THEIRS = {
    "nodes.py": "WORD = 'ours'\n",
    "state.py": "class State(dict): pass\n",
    "bank/__init__.py": "from nodes import WORD\n",
    "app/__init__.py": "from bank import WORD\n",
    "graphs/__init__.py": "",
    "graphs/echo.py": """
from typing_extensions import TypedDict

from app import WORD
from langgraph.graph import END, START

from baton import TypedStateGraph


class Order(TypedDict):
    amount: int
    lines: list[str]


class Done(TypedDict):
    word: str


class State(Order, Done, total=False):
    pass


async def echo(state: Order) -> Done:
    return {"word": f"{WORD}: {state['amount']} {' '.join(state['lines'])}"}


builder = TypedStateGraph(State, input_schema=Order, output_schema=Done)
graph = builder.add_node(echo).add_edge(START, "echo").add_edge("echo", END).compile(name="echo")
""",
}
"""A project with modules that are called as ours are; its graph takes no message."""


@dataclass(frozen=True)
class Result:
    """What a command left behind."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Installed:
    """The wheel in a folder of its own, and a project beside it."""

    site: Path
    project: Path

    def baton(self, *arguments: str, **settings: str) -> Result:
        """Call a command. Without `site`, no `.pth` file brings our own packages back."""
        paths = [self.site, sysconfig.get_path("purelib"), sysconfig.get_path("platlib")]
        environment = {**os.environ, **settings, "PYTHONPATH": os.pathsep.join(map(str, paths))}
        command = [sys.executable, "-S", "-m", "baton", *arguments]
        done = subprocess.run(command, cwd=self.project, env=environment, text=True, capture_output=True, check=False)
        assert "Traceback" not in done.stderr, done.stderr
        return Result(done.returncode, done.stdout, done.stderr)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("wheel")
    quietly = ["-q", "--no-deps", "--no-build-isolation", "--disable-pip-version-check"]
    subprocess.run([sys.executable, "-m", "pip", "wheel", *quietly, "--wheel-dir", made, ROOT], check=True)
    [file] = made.glob("*.whl")
    return file


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    folder = tmp_path_factory.mktemp("installed")
    made = Installed(folder / "site", folder / "project")
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(made.site)
    made.project.mkdir()
    write_files(PAGE, made.project)
    for name, text in THEIRS.items():
        (made.project / name).parent.mkdir(exist_ok=True)
        (made.project / name).write_text(text)
    listed = json.loads((made.project / "langgraph.json").read_text())
    listed["graphs"]["echo"] = "./graphs/echo.py:graph"
    (made.project / "langgraph.json").write_text(json.dumps(listed))
    return made


def names(texts: Sequence[str]) -> set[str]:
    return {text.partition("/")[0] for text in texts}


def test_it_holds_one_package_and_knows_no_application(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as packed:
        files = packed.namelist()
        [about] = [name.partition("/")[0] for name in files if name.endswith("/METADATA")]
        text = Parser().parsestr(packed.read(f"{about}/METADATA").decode())
        entries = packed.read(f"{about}/entry_points.txt").decode()
    assert names(files) == {"baton", about}
    assert {"baton/py.typed", "baton/storage/schema.sql", "baton/cli/main.py"} <= set(files)
    assert entries.split() == ["[console_scripts]", "baton", "=", "baton.cli.main:main"]
    needed = [each for each in text.get_all("Requires-Dist") or [] if "extra ==" not in each]
    assert not [each for each in needed if each.startswith(("scikit-learn", "pyyaml", "langsmith", "jinja2"))]


def test_a_project_with_names_like_ours_works_as_it_is(installed: Installed) -> None:
    given = '{"amount": 3, "lines": ["a", "b"]}'
    done = installed.baton("run", "echo", "--input", given, "--json")
    assert (done.code, json.loads(done.out)["output"]) == (DONE, {"word": "ours: 3 a b"})
    (installed.project / "order.json").write_text(given)
    assert installed.baton("run", "echo", "--input", "order.json").code == DONE
    (installed.project / "orders.jsonl").write_text(f'{given}\n{{"amount": "many", "lines": []}}\n{given}\n')
    many = installed.baton("run", "echo", "--file", "orders.jsonl", "--json")
    assert (many.code, len(many.out.splitlines())) == (WRONG_USE, 2)
    assert "line 2: " in many.err


@pytest.mark.parametrize(
    "arguments,text",
    [
        (("run", "echo", "hello"), "echo takes no message; give --input with amount, lines"),
        (("run", "echo", "--input", "[1]"), "--input is no JSON object"),
        (("run", "echo", "--input", "{"), "--input is not JSON"),
        (("run", "echo", "--input", "gone.json"), "cannot read gone.json: No such file"),
        (("run", "echo", "--input", '{"amount": 1}'), "lines"),
        (
            ("run", "echo", "--input", '{"amount": 1, "lines": [], "more": 1}'),
            "echo takes no more; it takes amount, lines",
        ),
        (("run", "echo", "--file", "nodes.txt"), "echo takes no message; give a .jsonl file"),
        (("run", "invoices", "hello", "--customer", "C001"), "No such option: --customer"),
        (("run", "invoices", "hello", "--input", '{"message": "x"}'), "--input has a message of its own"),
        (("demo",), "No such command 'demo'"),
        (("bank", "log"), "No such command 'bank'"),
    ],
)
def test_what_is_not_there_is_told_in_one_line(installed: Installed, arguments: tuple[str, ...], text: str) -> None:
    result = installed.baton(*arguments)
    assert (result.code, len(result.err.splitlines())) == (WRONG_USE, 1), result.err
    assert text in result.err


def test_no_command_asks_about_a_bank(installed: Installed) -> None:
    result = [
        installed.baton(*words) for words in (("doctor",), ("--help",), ("run", "--help"), ("graphs",), ("runs",))
    ]
    assert [each.code for each in result] == [DONE] * 5, result
    texts = " ".join(f"{each.out} {each.err}" for each in result).lower()
    assert not [word for word in ("bank", "polic", "customer", "demo", "skill") if word in texts]
    assert not (installed.project / "home" / "bank.db").exists()


def test_the_page_for_strangers_holds_word_for_word(installed: Installed, scripted_model: Scripted) -> None:
    scripted_model.will({"payee": "Ann", "amount": "12.50"})
    lines = [words for block in blocks(PAGE) if block.marks == "own" for words in commands(block)]
    expected = [EXPECTED.get(words[-1], DONE) if words[0] == "run" else DONE for words in lines]
    assert [installed.baton(*words, BATON_MODEL_CHEAP="openai:scripted").code for words in lines] == expected
    asked = next(words for block in blocks(PAGE) for words in commands(block) if {"--input", "invoices"} <= {*words})
    assert installed.baton(*asked, BATON_MODEL_CHEAP="openai:scripted").code == WAITING
