"""Counts lines of code: of the hand-made chain for each guarantee, of Baton's side, and of a change of either."""

import ast
import difflib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
BY_HAND, WITH_BATON = ROOT / "benchmarks" / "by_hand", ROOT / "benchmarks" / "with_baton"
NODES = ("classify", "chaining/extract", "chaining/normalise", "retrieve", "chaining/summarise")
"""The nodes that the hand-made chain has steps of its own for."""

WORK, ASKING, ROWS = "the work itself", "asking a model", "what they share: rows, statuses"
GUARANTEES = {
    "shapes.py": "typed boundary",
    "model.py": ASKING,
    "model.py:Usage": "trace",
    "model.py:usage": "trace",
    "steps.py": WORK,
    "steps.py:file_case": "once-only effect",
    "flow.py": WORK,
    "desk.py": ROWS,
    "desk.py:Held": "resume",
    "desk.py:Desk.work": "resume",
    "desk.py:Desk._hold": "resume",
    "desk.py:Desk.queue": "typed boundary",
    "desk.py:Desk.replay": "dead letter",
    "desk.py:Desk._go_on": "dead letter",
    "run.py": ROWS,
    "run.py:TRANSIENT": "retry",
    "run.py:LONGEST_WAIT_S": "retry",
    "run.py:is_transient": "retry",
    "run.py:Run._try": "retry",
    "run.py:Run._wait_s": "retry",
    "run.py:Run._attempt": "timeout",
    "run.py:Run.step": "resume",
    "run.py:Run.visit": "resume",
    "run.py:Run._seen": "trace",
    "run.py:Run.effect": "once-only effect",
    "run.py:OtherArguments": "once-only effect",
    "run.py:StepFailed": "dead letter",
    "run.py:_evidence": "dead letter",
    "journal.py": ROWS,
    "journal.py:Journal.written": "resume",
    "journal.py:Journal.keep": "trace",
    "journal.py:Journal.attempts": "trace",
    "journal.py:Attempt": "trace",
    "journal.py:Journal.intend": "once-only effect",
    "journal.py:Journal.close_effect": "once-only effect",
    "journal.py:Letter": "dead letter",
    "journal.py:Journal.bury": "dead letter",
    "journal.py:Journal.letters": "dead letter",
    "journal.py:Journal.reopen": "dead letter",
}
"""The guarantee that each file of the hand-made chain is for, or a part of it: `FILE:NAME`; the rest is the file's."""


MECHANISMS = {
    "typed boundary": "TypedStateGraph(",
    "retry": "retry_policy=",
    "timeout": "timeout=timeout",
    "dead letter": "error_handler=",
}
"""The words in the wiring by which a graph on Baton has a guarantee; a line may hold several."""


class Change(NamedTuple):
    """One change of one side: lines added, and lines taken out."""

    side: str
    what: str
    added: int
    removed: int


def by_guarantee() -> Counter[str]:
    """Return the lines of the hand-made chain by what they are for."""
    return Counter(
        {
            guarantee: sum(count for each, count in _counted() if each == guarantee)
            for guarantee in dict.fromkeys(GUARANTEES.values())
        }
    )


def with_baton() -> dict[str, int]:
    """Return the lines that the same takes on Baton, likewise; one that serves several guarantees counts for each."""
    wiring = list(code_lines((WITH_BATON / "chain.py").read_text("utf-8")).values())
    filing = WITH_BATON / "file_case.py"
    own = {what: sum(words in line for line in wiring) for what, words in MECHANISMS.items()}
    effect = len(_definitions(filing)["file_case"])
    mechanical = sum(any(words in line for words in MECHANISMS.values()) for line in wiring)
    nodes = sum(of_file(ROOT / "nodes" / f"{name}.py") for name in NODES)
    work = len(wiring) + nodes + of_file(filing) - mechanical - effect
    return {**dict.fromkeys(by_guarantee(), 0), **own, "once-only effect": effect, WORK: work}


def of_folder(folder: Path) -> int:
    """Return the lines of code of every file in and below a folder."""
    return sum(len(code_lines(each.read_text("utf-8"))) for each in folder.rglob("*.py"))


def of_file(file: Path) -> int:
    """Return the lines of code of a file."""
    return len(code_lines(file.read_text("utf-8")))


def code_lines(text: str) -> dict[int, str]:
    """Return a module's lines of code by number: no blank lines, comments, docstrings or imports."""
    out_of_count = {number for node in ast.walk(ast.parse(text)) for number in _out_of_count(node)}
    lines = enumerate(text.splitlines(), 1)
    return {
        number: line
        for number, line in lines
        if number not in out_of_count and line.strip() and not line.strip().startswith("#")
    }


def changes() -> list[Change]:
    """Return what each change added to each side, and took out of it."""
    names = ("branch", "loop", "approval")
    bases = (("by hand", BY_HAND, "flow.py"), ("with Baton", WITH_BATON, "chain.py"))
    return [
        _change(side, what, folder / base, folder / f"with_{what}.py") for what in names for side, folder, base in bases
    ]


def _change(side: str, what: str, base: Path, changed: Path) -> Change:
    """Compare the definitions of a changed file with those of the same name in its base."""
    before, after = (_definitions(file) for file in (base, changed))
    old = [line for name in after for line in before.get(name, [])]
    new = [line for lines in after.values() for line in lines]
    diff = [line[:2] for line in difflib.ndiff(old, new)]
    return Change(side, what, diff.count("+ "), diff.count("- "))


def _definitions(file: Path) -> dict[str, list[str]]:
    """Return the lines of code of each name that a module defines."""
    text = file.read_text("utf-8")
    lines = code_lines(text)
    found: dict[str, list[str]] = {}
    for node in ast.parse(text).body:
        mine = [line for number, line in lines.items() if node.lineno <= number <= (node.end_lineno or node.lineno)]
        found[_name(node)] = mine
    return found


def _counted() -> Iterator[tuple[str, int]]:
    """Yield the guarantee of each line of the hand-made chain, in pieces with their number of lines."""
    used = set()
    for file in sorted({name.partition(":")[0] for name in GUARANTEES}):
        text = (BY_HAND / file).read_text("utf-8")
        owners = dict.fromkeys(code_lines(text), file)
        for name, first, last in _parts(ast.parse(text)):
            if f"{file}:{name}" in GUARANTEES:
                owners |= {number: f"{file}:{name}" for number in owners if first <= number <= last}
        used |= {file, *owners.values()}
        for owner in set(owners.values()):
            yield GUARANTEES[owner], list(owners.values()).count(owner)
    if missing := GUARANTEES.keys() - used:
        raise LookupError(f"there is no {', '.join(sorted(missing))} in {BY_HAND.name}")


def _parts(module: ast.Module) -> Iterator[tuple[str, int, int]]:
    """Yield the names that a module defines, and `Class.method`, with their first and last lines."""
    for node in module.body:
        yield _name(node), node.lineno, node.end_lineno or node.lineno
        if isinstance(node, ast.ClassDef):
            for each in node.body:
                first = min([each.lineno, *(one.lineno for one in getattr(each, "decorator_list", []))])
                yield f"{node.name}.{_name(each)}", first, each.end_lineno or each.lineno


def _name(node: ast.stmt) -> str:
    """Return the name that a statement defines; empty where it defines none."""
    target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", node)
    return str(getattr(target, "name", getattr(target, "id", "")))


def _out_of_count(node: ast.AST) -> range:
    """Return the numbers of the lines that a node takes and that are not counted."""
    is_text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
    if is_text or isinstance(node, ast.Import | ast.ImportFrom):
        return range(node.lineno, (node.end_lineno or node.lineno) + 1)  # type: ignore[attr-defined]
    return range(0)
