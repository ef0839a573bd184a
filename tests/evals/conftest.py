"""A project with a graph that answers what it is told, and datasets for it."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
HOUSE = HERE.parents[1]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The parrot, in the working directory."""
    shutil.copytree(HERE / "project", tmp_path, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def line(example_id: str, message: str, route: str = "cards", **more: Any) -> dict[str, Any]:
    """One line of a dataset."""
    expected = {"route": route, **more.pop("expected", {})}
    return {"id": example_id, "inputs": {"message": message}, "expected": expected, **more}


def written(path: Path, *lines: Any) -> Path:
    """A dataset of these lines; text stays as it is."""
    path.write_text("".join(f"{each if isinstance(each, str) else json.dumps(each)}\n" for each in lines))
    return path
