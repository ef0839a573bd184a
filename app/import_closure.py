"""What a graph imports of the packages around it, and the prompts of those modules; found without importing any."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGES = ("desk", "state", "nodes", "graphs")
"""The packages that are copied: the library is installed instead, and a business is another one."""


def import_closure(module: str) -> set[Path]:
    """Return the files of a module and of all that it imports of `PACKAGES`, from module to module."""
    found, waiting = set[Path](), [module]
    while waiting:
        for path in _files_of(waiting.pop()) - found:
            found.add(path)
            waiting += _imported(path)
    return found


def prompts_of(modules: set[Path]) -> set[Path]:
    """Return the prompt beside each module that has one of its own name."""
    prompts = {path.parent / "prompts" / f"{path.stem}.md" for path in modules}
    return {path for path in prompts if path.is_file()}


@cache
def _imported(path: Path) -> list[str]:
    """Return what a module imports of `PACKAGES`, also inside its functions; `from a import b` gives `a` and `a.b`."""
    return [name for name in _names(ast.parse(path.read_text("utf-8"))) if name.partition(".")[0] in PACKAGES]


def _names(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from (node.module, *(f"{node.module}.{each.name}" for each in node.names))


def _files_of(name: str) -> set[Path]:
    """Return the file of a module, and the `__init__.py` of packages around it; none where it is a name in a module."""
    parts = name.split(".")
    folders = [ROOT.joinpath(*parts[:depth]) for depth in range(1, len(parts) + 1)]
    files = [folder / "__init__.py" for folder in folders] + [folders[-1].with_suffix(".py")]
    return {file for file in files if file.is_file()}
