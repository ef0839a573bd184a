"""A module without what nothing in it uses: the one-file business holds only what the copied pattern asks for."""

import ast
from collections.abc import Container, Iterator

LONGEST_LINE = 120


def without(source: str, name: str, kept: Container[str]) -> str:
    """Return the source where the dictionary or call that `name` is set to has only the entries in `kept`.

    An entry is a key or a keyword on lines of its own.
    """
    lines, [value] = source.splitlines(), [node.value for node in _assignments(source) if _target(node) == name]
    dropped = {number for entry, first, last in _entries(value) if entry not in kept for number in range(first, last)}
    return "\n".join(line for number, line in enumerate(lines, 1) if number not in dropped) + "\n"


def used(source: str, roots: Container[str]) -> str:
    """Return the source with only what the names in `roots` need, and the imports of that."""
    lines, groups = source.splitlines(), _statements(source)
    needed, before = {name for group in groups for name in _defined(group[0]) if name in roots}, -1
    while len(needed) > before:
        before = len(needed)
        needed |= {name for group in groups if needed & _defined(group[0]) for name in _mentioned(group[0])}
    text, last = "", groups[0][0]
    for first, *more in groups:
        told = _import(first, needed) or "\n".join(lines[first.lineno - 1 : [first, *more][-1].end_lineno])
        if first is groups[0][0]:
            text = told
        elif needed & _defined(first):
            gap = min(_blank_lines(lines, first), 1) if _is_import(first) == _is_import(last) else 1
            text += "\n" * (1 + (2 if _is_block(first) or _is_block(last) else gap)) + told
            last = first
    return text + "\n"


def _assignments(source: str) -> Iterator[ast.Assign | ast.AnnAssign]:
    yield from (node for node in ast.parse(source).body if isinstance(node, ast.Assign | ast.AnnAssign))


def _target(node: ast.Assign | ast.AnnAssign) -> str:
    return ast.unparse(node.targets[0] if isinstance(node, ast.Assign) else node.target)


def _entries(value: ast.expr | None) -> Iterator[tuple[str, int, int]]:
    """Yield each entry with its first line and the one after its last."""
    if isinstance(value, ast.Dict):
        for key, each in zip(value.keys, value.values, strict=True):
            if isinstance(key, ast.Constant):
                yield str(key.value), key.lineno, (each.end_lineno or key.lineno) + 1
    elif isinstance(value, ast.Call):
        yield from ((str(each.arg), each.lineno, (each.end_lineno or each.lineno) + 1) for each in value.keywords)


def _statements(source: str) -> list[list[ast.stmt]]:
    """Return the statements, each with the text that explains it."""
    groups: list[list[ast.stmt]] = []
    for node in ast.parse(source).body:
        if groups and isinstance(node, ast.Expr):
            groups[-1].append(node)
        else:
            groups.append([node])
    return groups


def _defined(node: ast.stmt) -> set[str]:
    if isinstance(node, ast.Import | ast.ImportFrom):
        return {each.asname or each.name for each in node.names}
    if isinstance(node, ast.Assign | ast.AnnAssign):
        return {_target(node)}
    return {node.name} if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) else set()


def _mentioned(node: ast.stmt) -> set[str]:
    return {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}


def _import(node: ast.stmt, needed: set[str]) -> str | None:
    """Return an import of the needed names alone; None for any other statement."""
    if not isinstance(node, ast.ImportFrom):
        return None
    names = [each.name for each in node.names if each.name in needed]
    line = f"from {node.module} import {', '.join(names)}"
    one_each = "".join(f"    {name},\n" for name in names)
    return line if len(line) <= LONGEST_LINE else f"from {node.module} import (\n{one_each})"


def _is_import(node: ast.stmt) -> bool:
    return isinstance(node, ast.Import | ast.ImportFrom)


def _is_block(node: ast.stmt) -> bool:
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)


def _blank_lines(lines: list[str], node: ast.stmt) -> int:
    """Return how many blank lines stand before a statement."""
    before = [bool(line) for line in reversed(lines[: node.lineno - 1])]
    return before.index(True) if True in before else 0
