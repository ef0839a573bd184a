"""A project's own commands and business; whatever is wrong with its file, what only looks still works."""

from pathlib import Path

import pytest

from tests.baton.cli.conftest import Baton

STOCK = """
import typer

def stock(shelf: str) -> int:
    \"\"\"Count what is there.\"\"\"
    typer.echo(f"3 on {shelf}")
    return 0

app = typer.Typer(help="The shop.")

@app.command()
def open() -> int:
    \"\"\"Open it.\"\"\"
    typer.echo("open")
    return 0

@app.command()
def close() -> int:
    \"\"\"Close it.\"\"\"
    return 3

NUMBER = 7
"""


def name(project: Path, text: str) -> None:
    (project / "baton.toml").write_text(text)


@pytest.fixture(autouse=True)
def stock(project: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> str:
    """A module that no other test has imported."""
    module = f"stock_{abs(hash(request.node.name))}"
    (project / f"{module}.py").write_text(STOCK)
    monkeypatch.syspath_prepend(str(project))
    return module


def test_a_function_and_an_application_become_commands(baton: Baton, project: Path, stock: str) -> None:
    name(project, f'[commands]\nstock = "{stock}:stock"\nshop = "{stock}:app"\n')
    assert baton("stock", "left").out == "3 on left\n"
    assert [baton("shop", "open").out, baton("shop", "close").code] == ["open\n", 3]
    message = baton("--help").out
    assert "Count what is there." in message
    assert "The shop." in message


@pytest.mark.parametrize(
    "text,message",
    [
        ('commands.runs = "{}:stock"', "commands.runs is the name of a command of baton's; choose another"),
        ('commands.stock = "{}:gone"', "commands.stock names"),
        ('commands.stock = "{}:NUMBER"', "commands.stock names"),
        ('commands.stock = "gone_module:stock"', "commands.stock names gone_module:stock"),
        ("commands = 3", "commands is a table"),
        ("business = [1, 2]", "business names 2; a project has one"),
        ("oops", "cannot be read"),
    ],
)
def test_what_cannot_be_used_is_told_where_it_is_wanted_and_nowhere_else(
    baton: Baton, project: Path, stock: str, text: str, message: str
) -> None:
    name(project, text.format(stock))
    result = baton("stock", "left")
    assert (result.code, len(result.err.splitlines())) == (2, 1)
    assert "baton.toml: " in result.err or "baton.toml cannot" in result.err
    assert message in result.err
    assert [baton(words).code for words in ("graphs", "runs")] == [0, 0]
    doctor = baton("doctor", "--json")
    [names] = [each for each in doctor.object["checks"] if each["name"] == "project"]
    assert (doctor.code, names["state"]) == (1, "fail")
    assert message in names["found"]
    result = baton("--help")
    assert (result.code, "dead-letters" in result.out) == (0, True)


@pytest.mark.parametrize(
    "reference,message",
    [("{}:NUMBER", "which is no baton.Business"), ("{}:gone", "business names"), ("gone_module:A", "business names")],
)
def test_no_run_begins_with_a_business_that_cannot_be_used(
    baton: Baton, project: Path, stock: str, reference: str, message: str
) -> None:
    name(project, f'business = "{reference.format(stock)}"')
    result = baton("run", "toy", "hello")
    assert (result.code, len(result.err.splitlines())) == (2, 1)
    assert message in result.err
    assert baton("runs", "--json").out == "[]\n"


def test_without_a_business_nobody_is_asked_for(baton: Baton, project: Path) -> None:
    name(project, "")
    assert "--customer" not in baton("run", "--help").out
    assert baton("run", "toy", "hello", "--customer", "C001").code == 2
    assert baton("run", "toy", "hello").code == 0
    assert not (project / "home" / "bank.db").exists()
    names = {each["name"] for each in baton("doctor", "--json").object["checks"]}
    assert not names & {"bank", "policies"}


def test_a_graph_that_fails_on_import_is_told_by_its_entry(baton: Baton, project: Path) -> None:
    (project / "full_disk.py").write_text("raise OSError('no disk')\n")
    (project / "langgraph.json").write_text('{"graphs": {"toy": "./toy.py:graph", "full": "./full_disk.py:graph"}}')
    for words in (("graph", "full"), ("run", "full", "hello")):
        result = baton(*words)
        assert (result.code, len(result.err.splitlines())) == (2, 1)
        assert "langgraph.json names full as ./full_disk.py:graph: OSError: no disk" in result.err
    assert [baton(words).code for words in ("graphs", "runs")] == [0, 0]
    assert baton("run", "toy", "hello").code == 0
