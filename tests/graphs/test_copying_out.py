"""A pattern is small enough to copy: `baton copy` writes it into an empty folder, where it runs with the library alone.

Two patterns are worked here; `make chaos` works all of them.
"""

import ast
import json
import re
from pathlib import Path

import pytest

from app.copied_pattern import copy_pattern, files_of
from app.import_closure import ROOT, import_closure
from baton.errors import UsageError
from tests.copies import library_alone, work_copies
from tests.test_house import graph_registry

SHORT, MIDDLE, LONG = 10, 20, 24
MOST_FILES = {
    "single_call": SHORT,
    **dict.fromkeys(("routing", "agent", "multi_agent", "evaluator_optimizer"), MIDDLE),
    **dict.fromkeys(("chaining", "sectioning", "voting", "orchestrator_worker"), LONG),
    # A composition: six patterns with their nodes and states, and the steps of its own review and settling.
    "support_desk": 75,
}
"""Python files at most, the business included and the tests not."""

COMMANDS = 4  # of its README
OURS = {"app", "bank", "desk", "evals", "graphs", "nodes", "state"}


def python_files(pattern: str) -> list[str]:
    return [name for name in files_of(pattern) if name.endswith(".py") and not name.startswith("tests/")]


def test_a_copy_runs_and_passes_its_tests(tmp_path: Path) -> None:
    library = library_alone(tmp_path / "library")
    folders = {pattern: tmp_path / pattern for pattern in ("chaining", "single_call")}
    for pattern, worked in work_copies(folders, library).items():
        copied = {file for file in worked.files if not file.is_relative_to(library)}
        assert len(worked.codes) == COMMANDS
        assert {file for file in copied if not file.is_relative_to(folders[pattern])} == set()
        assert copied >= {folders[pattern] / name for name in python_files(pattern)}


@pytest.mark.parametrize("pattern", sorted(graph_registry()))
def test_a_pattern_is_few_files(pattern: str) -> None:
    assert len(python_files(pattern)) <= MOST_FILES[pattern], python_files(pattern)


def test_the_composition_is_counted_as_it_is() -> None:
    assert len(python_files("support_desk")) == MOST_FILES["support_desk"]


@pytest.mark.parametrize("pattern", sorted(graph_registry()))
def test_a_copy_holds_all_that_its_modules_import_and_no_bank(pattern: str) -> None:
    files = files_of(pattern)
    modules = {name.removesuffix(".py").replace("/", ".") for name in files if name.endswith(".py")}
    imports = [
        (node.module, {f"{node.module}.{each.name}" for each in node.names})
        for name, text in files.items()
        if name.endswith(".py")
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.ImportFrom) and node.module
    ]
    ours = [(base, within) for base, within in imports if base.partition(".")[0] in OURS]
    assert [base for base, within in ours if base not in modules and not within <= modules] == []


@pytest.mark.parametrize("pattern", sorted(graph_registry()))
def test_its_business_has_nothing_that_it_does_not_use(pattern: str) -> None:
    tree = ast.parse(files_of(pattern)["business.py"])
    loaded = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    names = {
        each.name
        for node in tree.body
        for each in (node.names if isinstance(node, ast.ImportFrom) else [node])
        if isinstance(each, ast.alias | ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    }
    assert names - loaded == set()


def test_every_pattern_has_tests_to_copy() -> None:
    assert [name for name in graph_registry() if f"tests/test_{name}.py" not in files_of(name)] == []


def test_what_a_pattern_does_not_ask_for_is_left_out() -> None:
    assert "FraudVote" not in files_of("single_call")["business.py"]
    assert "FraudVote" in files_of("voting")["business.py"]
    assert "prompts/vote.md" in files_of("voting")
    assert set(files_of("routing")) >= {"datasets/routing.jsonl", "tests/test_dataset.py"}
    assert "tests/test_dataset.py" not in files_of("single_call")


def test_the_graph_is_listed_as_it_is_here(tmp_path: Path) -> None:
    copy_pattern("routing", tmp_path / "copy")
    listed = json.loads((tmp_path / "copy" / "langgraph.json").read_text())
    assert {name: each["path"] for name, each in listed["graphs"].items()} == {"routing": graph_registry()["routing"]}


def test_an_empty_folder_is_taken_and_a_full_one_is_not(tmp_path: Path) -> None:
    assert copy_pattern("single_call", tmp_path)
    with pytest.raises(UsageError, match="is not empty"):
        copy_pattern("single_call", tmp_path)
    with pytest.raises(UsageError, match="cannot be written"):
        copy_pattern("single_call", tmp_path / "README.md")


@pytest.mark.parametrize("pattern", sorted(graph_registry()))
def test_its_page_says_how_and_names_only_what_is_copied(pattern: str) -> None:
    page = (ROOT / "docs" / "patterns" / f"{pattern}.md").read_text("utf-8")
    how = page.partition("## How to copy it out\n")[2].partition("\n## ")[0]
    assert f"baton copy {pattern} " in how
    named = set(re.findall(r"`((?:state|nodes|graphs|desk)/[\w/]+\.(?:py|md))`", how))
    assert named - set(files_of(pattern)) == set()


def test_the_closure_follows_imports_from_module_to_module() -> None:
    found = {str(path.relative_to(ROOT)) for path in import_closure("graphs.single_call")}
    assert found == {
        *("graphs/single_call.py", "nodes/single_call/answer_at_once.py", "state/single_call.py"),
        "nodes/read_message.py",
        *("state/context.py", "state/desk.py", "desk/bounds.py", "desk/business.py", "desk/records.py"),
    }
