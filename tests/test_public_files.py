"""What a public repository shows: how to contribute, to report a weakness, to check a change and to cut a version."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.test_docs import PAGES, ROOT, blocks, name

WORKFLOW = ROOT / ".github" / "workflows" / "check.yml"
HOOKS = ROOT / ".pre-commit-config.yaml"
CONTRIBUTING = ROOT / "CONTRIBUTING.md"
GLOSSARY = ROOT / "docs" / "glossary.md"
MAKE = re.compile(r"^make ([a-z]+)", re.MULTILINE)
QUOTED = re.compile(r"(?:`|entry: )make ([a-z]+)")
ROW = re.compile(r"^\| (?!term )([^|]+) \| [^|]+ \| \[([^]]+)\]\(([^)#]+)(?:#[^)]+)?\): (.+) \|$", re.MULTILINE)
PINNED = re.compile(r"actions/[\w-]+@[0-9a-f]{40}")
VERSION = "7.8.9"


def targets() -> set[str]:
    """The targets of the Makefile."""
    return set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))


def load_yaml(file: Path) -> Any:
    return yaml.safe_load(file.read_text("utf-8"))


@pytest.mark.parametrize("file", [*PAGES, HOOKS], ids=name)
def test_every_target_of_make_that_is_named_exists(file: Path) -> None:
    typed = "".join(block.text for block in blocks(file) if block.kind == "sh")
    assert {*MAKE.findall(typed), *QUOTED.findall(file.read_text("utf-8"))} - targets() == set()


def test_a_commit_is_checked_by_make_lint_and_fetches_nothing() -> None:
    [repository] = load_yaml(HOOKS)["repos"]
    [hook] = repository["hooks"]
    assert (repository["repo"], hook["entry"], hook["language"]) == ("local", "make lint", "system")


def test_the_workflow_calls_the_check_and_nothing_else() -> None:
    jobs = load_yaml(WORKFLOW)["jobs"].values()
    steps = [step for job in jobs for step in job["steps"]]
    assert [step["run"] for step in steps if "run" in step] == [".ci/run"]
    assert os.access(ROOT / ".ci" / "run", os.X_OK)


def test_the_workflow_sets_up_every_supported_python() -> None:
    [job] = load_yaml(WORKFLOW)["jobs"].values()
    [versions] = [step["with"]["python-version"] for step in job["steps"] if "setup-python" in step.get("uses", "")]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    supported = {line.split()[-1] for line in project["classifiers"] if re.search(r"Python :: 3\.\d+$", line)}
    assert set(versions.split()) == supported
    assert [*re.findall(r"for version in (.+);", (ROOT / ".ci" / "run").read_text())] == [" ".join(sorted(supported))]


def test_the_actions_of_the_workflow_are_pinned_and_may_only_read() -> None:
    workflow = load_yaml(WORKFLOW)
    used = [step["uses"] for job in workflow["jobs"].values() for step in job["steps"] if "uses" in step]
    assert used
    assert [each for each in used if not PINNED.fullmatch(each)] == []
    assert workflow["permissions"] == {"contents": "read"}


def test_a_weakness_is_reported_in_private_and_to_no_address_that_nobody_reads() -> None:
    policy = (ROOT / "SECURITY.md").read_text("utf-8")
    assert "private vulnerability reporting" in policy
    assert re.findall(r"\S+@\S+\.\w+", policy) == []


def test_a_version_is_cut_as_described(tmp_path: Path) -> None:
    """In a repository of the files that the wheel is built of, after the two edits that the page asks for."""
    copy_project(tmp_path)
    bump(tmp_path)
    [block] = [block for block in blocks(CONTRIBUTING) if block.marks == "release"]
    shell(block.text, tmp_path)
    assert [file.name for file in (tmp_path / "dist").iterdir()] == [f"baton-{VERSION}-py3-none-any.whl"]
    assert shell("git tag", tmp_path) == f"v{VERSION}\n"
    assert shell("git log -1 --format=%s", tmp_path) == f"Version {VERSION}\n"


def test_a_version_without_its_section_in_the_changelog_is_not_cut(tmp_path: Path) -> None:
    copy_project(tmp_path)
    edit(tmp_path / "pyproject.toml", r'^version = ".*"$', f'version = "{VERSION}"')
    [block] = [block for block in blocks(CONTRIBUTING) if block.marks == "release"]
    with pytest.raises(subprocess.CalledProcessError):
        shell(block.text, tmp_path)
    assert shell("git tag", tmp_path) == ""


def copy_project(folder: Path) -> None:
    for file in ("pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md", ".gitignore"):
        shutil.copy(ROOT / file, folder / file)
    shutil.copytree(ROOT / "baton", folder / "baton", ignore=shutil.ignore_patterns("__pycache__"))
    python = folder / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    python.chmod(0o700)
    shell("git init --quiet && git add . && git commit --quiet --message first", folder)


def bump(folder: Path) -> None:
    edit(folder / "pyproject.toml", r'^version = ".*"$', f'version = "{VERSION}"')
    edit(folder / "CHANGELOG.md", r"^## \[Unreleased\]$", f"## [Unreleased]\n\n## [{VERSION}] - 2027-01-31")


def edit(file: Path, pattern: str, replacement: str) -> None:
    text, count = re.subn(pattern, replacement, file.read_text("utf-8"), flags=re.MULTILINE)
    assert count == 1
    file.write_text(text)


def shell(script: str, folder: Path) -> str:
    """What the script prints, with a git that knows nobody's settings; it must end well."""
    committer = {f"GIT_{role}_{key}": "tester" for role in ("AUTHOR", "COMMITTER") for key in ("NAME", "EMAIL")}
    alone = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    environment = os.environ | committer | alone
    return subprocess.check_output(["/bin/sh", "-eu"], input=script, cwd=folder, env=environment, text=True)


def test_every_term_of_the_glossary_has_its_name_in_the_file_that_it_leads_to() -> None:
    lost = [
        (term, file, identifier)
        for term, file, link, identifiers in ROW.findall(GLOSSARY.read_text("utf-8"))
        for identifier in re.findall(r"`(\w+)`", identifiers)
        if (GLOSSARY.parent / link).resolve() != ROOT / file
        or not (ROOT / file).is_file()
        or not re.search(rf"\b{identifier}\b", (ROOT / file).read_text("utf-8"))
    ]
    assert lost == []


def test_every_row_of_the_glossary_is_one_term_with_its_place() -> None:
    text = GLOSSARY.read_text("utf-8")
    terms = [term for row in ROW.findall(text) for term in row[0].split(", ")]
    rows = [line for line in text.splitlines() if line.startswith("| ") and not line.startswith("| term ")]
    assert len(ROW.findall(text)) == len(rows)
    assert len(terms) == len(set(terms))
