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


def imports_of(module: Path) -> Iterator[str]:
    """Yield the dotted names that a module imports, also inside functions; `from a import b` gives `a` and `a.b`."""
    for node in ast.walk(ast.parse(module.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = ".".join([*_package_of(module, node.level), *filter(None, [node.module])])
            yield base
            yield from (f"{base}.{alias.name}" for alias in node.names)


def _package_of(module: Path, level: int) -> tuple[str, ...]:
    """Return the package that a relative import of that level starts from; empty for an absolute one."""
    parts = module.relative_to(ROOT).parts
    return parts[: len(parts) - level] if level else ()


@cache
def _imported(path: Path) -> list[str]:
    return [name for name in imports_of(path) if name.partition(".")[0] in PACKAGES]


def _files_of(name: str) -> set[Path]:
    """Return the file of a module, and the `__init__.py` of packages around it; none where it is a name in a module."""
    parts = name.split(".")
    folders = [ROOT.joinpath(*parts[:depth]) for depth in range(1, len(parts) + 1)]
    files = [folder / "__init__.py" for folder in folders] + [folders[-1].with_suffix(".py")]
    return {file for file in files if file.is_file()}
