"""A pattern in a folder of its own: what it imports, its prompts, tests and dataset, and a business of one file.

What is written by hand for it lies in `app/copying/`, as it will lie in the folder.
"""

import json
import re
from pathlib import Path

from app.import_closure import ROOT, import_closure, prompts_of
from app.trimmed_source import used, without
from baton.config.project import GRAPHS, OWN, root
from baton.errors import UsageError
from baton.runs.registry import entry

TEMPLATES = Path(__file__).with_name("copying")
DATASETS = ROOT / "bank" / "datasets"
BATON_TOML = 'business = "business:BUSINESS"\n\n[responders]\ndesk = "business:RESPONDERS"\n'
ALWAYS = {"about", "folder", "actions", "knowledge", "service", "reader", "wording", "unknown_customers"}
"""What every business says of itself; the rest stands there where the pattern asks for it."""

ASKED = re.compile(r"business\(\)\.(\w+)")
RECORD = re.compile(r"\bask\([^,]+, (\w+?)(_shape)?\b")
PYPROJECT = """\
[build-system]
requires = ["hatchling>=1.27"]
build-backend = "hatchling.build"

[project]
name = "{name}"
version = "0.1.0"
requires-python = ">=3.11,<3.14"
dependencies = ["baton"]

[dependency-groups]
dev = ["pytest>=9.2", "pytest-asyncio>=1.5"]

[tool.hatch.build.targets.wheel]
only-include = ["business.py", "desk", "graphs", "nodes", "state"]

[tool.pytest.ini_options]
testpaths = ["tests"]
pythonpath = ["."]
asyncio_mode = "auto"
asyncio_default_fixture_loop_scope = "function"
"""


def copy_pattern(pattern: str, folder: Path) -> list[str]:
    """Write a pattern into a folder; returns the names of its files.

    Raises:
        UsageError: there is no such pattern, the folder is not empty, or this is no checkout of Baton.
    """
    if root() != ROOT:
        raise UsageError(f"baton copy works in a checkout of Baton alone; {root()} is another project")
    entry(pattern)
    files = files_of(pattern)
    try:
        if folder.exists() and any(folder.iterdir()):
            raise UsageError(f"{folder} is not empty; name a folder that is, or that is not there yet")
        for name, text in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, "utf-8")
    except OSError as error:
        raise UsageError(f"{folder} cannot be written: {error.strerror}") from error
    return sorted(files)


def files_of(pattern: str) -> dict[str, str]:
    """Return the text of every file that a pattern needs to run by itself, by its place in the folder."""
    modules = import_closure(f"graphs.{pattern}")
    nodes = {path.stem for path in modules if path.is_relative_to(ROOT / "nodes")}
    dataset = DATASETS / f"{pattern}.jsonl"
    templates = [
        *(path for path in (TEMPLATES / "prompts").glob("*.md") if path.stem in nodes),
        *(TEMPLATES / "tests" / name for name in ("conftest.py", f"test_{pattern}.py")),
        *([TEMPLATES / "tests" / "test_dataset.py"] if dataset.is_file() else []),
    ]
    return {
        **{str(path.relative_to(ROOT)): _text(path) for path in modules | prompts_of(modules)},
        **{str(path.relative_to(TEMPLATES)): _text(path) for path in templates},
        **({f"datasets/{dataset.name}": _text(dataset)} if dataset.is_file() else {}),
        "business.py": _business(modules),
        OWN: BATON_TOML,
        GRAPHS: _graph_list(pattern),
        "pyproject.toml": PYPROJECT.format(name=pattern.replace("_", "-")),
        "README.md": _text(TEMPLATES / "README.md").replace("PATTERN", pattern),
    }


def _business(modules: set[Path]) -> str:
    """Return the one-file business with what these modules ask of it."""
    code = "\n".join(_text(path) for path in modules)
    records = {name.capitalize() if shape else name for name, shape in RECORD.findall(code)}
    source = without(_text(TEMPLATES / "business.py"), "RESPONDERS", records)
    return used(without(source, "BUSINESS", ALWAYS | set(ASKED.findall(code))), {"BUSINESS", "RESPONDERS"})


def _graph_list(pattern: str) -> str:
    listed = json.loads(_text(ROOT / GRAPHS))
    mine = {
        "python_version": listed["python_version"],
        "dependencies": ["."],
        "graphs": {pattern: listed["graphs"][pattern]},
        "checkpointer": {"path": "baton.checkpointer"},
    }
    return json.dumps(mine, indent=2) + "\n"


def _text(path: Path) -> str:
    return path.read_text("utf-8")
