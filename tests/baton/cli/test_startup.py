"""The commands that only look start at once, and say what they can do."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.baton.cli.conftest import HOUSE, Baton

HEAVY = ("asyncio", "pydantic", "pydantic_settings", "langgraph", "langchain_core", "openai", "sklearn", "uvicorn")
PROBE = """
import sys
from baton.cli.main import main
try:
    main(sys.argv[1:])
finally:
    print("loaded:", *sorted(set(sys.argv[0:0]) | {name for name in %r if name in sys.modules}))
"""


def loaded_modules(*arguments: str) -> str:
    command = [sys.executable, "-c", PROBE % (HEAVY,), *arguments]
    environment = {**os.environ, "PYTHONPATH": str(HOUSE)}
    return subprocess.run(command, env=environment, text=True, capture_output=True, check=False).stdout


@pytest.mark.parametrize(
    "arguments",
    [("--help",), ("runs",), ("graphs",), ("graphs", "--json"), ("advise", "--criteria"), ("show", "nobody")],
)
def test_looking_loads_nothing_heavy(project: Path, arguments: tuple[str, ...]) -> None:
    assert loaded_modules(*arguments).splitlines()[-1].strip() == "loaded:"


def test_help_names_every_command(project: Path) -> None:
    text = loaded_modules("--help")
    for name in "demo run resume decide runs show graphs graph advise bank models doctor".split():
        assert f" {name} " in text


@pytest.mark.parametrize("arguments", [(), ("bank",)])
def test_nothing_asked_is_answered_with_help(baton: Baton, arguments: tuple[str, ...]) -> None:
    result = baton(*arguments)
    assert result.code == 2
    assert "error" not in result.err
    assert "Usage: " in result.err + result.out
