"""A graph as a table in Markdown: its steps, what each reads and writes, its prompt, and the files of all that."""

import inspect
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from baton._langgraph import is_handler, step_function
from baton.config.project import root
from baton.runs.registry import entries, load
from baton.steps.nodes import function_of
from baton.steps.shapes import hints_of, is_schema, required_keys

HEADER = "| step | reads | writes | prompt |\n|---|---|---|---|"
LEGEND = "`?`: may be missing."


class StepRow(NamedTuple):
    """One step; `name` is its path, as in `baton show`, and what is not known of it is None."""

    name: str
    file: Path | None
    reads: Any
    writes: Any

    @property
    def prompt(self) -> Path | None:
        """The prompt beside the step's file."""
        prompt = self.file and self.file.parent / "prompts" / f"{self.file.stem}.md"
        return prompt if prompt and prompt.is_file() else None


def graph_table(name: str, base: Path) -> str:
    """Return the graph's steps, in the order in which they were added, and its state; links lead from `base`.

    Raises:
        UnknownGraph: no graph has this name.
    """
    file = _registered_file(name)
    graph = _link(file.relative_to(root()).as_posix(), file, base) if file else f"`{name}`"
    rows = "\n".join(_row(step, base) for step in steps_of(name))
    return f"- Graph: {graph}\n- State: {_schemas(load(name).builder, base)}\n\n{HEADER}\n{rows}\n\n{LEGEND}"


def _schemas(builder: Any, base: Path) -> str:
    state, takes, gives = (
        _type(each, base) for each in (builder.state_schema, builder.input_schema, builder.output_schema)
    )
    settings = f"; settings of a run: {_type(builder.context_schema, base)}" if builder.context_schema else ""
    return f"{state}, takes {takes}, returns {gives}{settings}"


def steps_of(name: str) -> list[StepRow]:
    """Return the steps of a graph, with those of the graphs inside it that have no name of their own in the list.

    Raises:
        UnknownGraph: no graph has this name.
    """
    return list(_steps(load(name).builder, ""))


def _steps(builder: Any, path: str) -> Iterator[StepRow]:
    for name, spec in builder.nodes.items():
        if is_handler(name):
            continue
        inner = getattr(spec.runnable, "builder", None)
        if inner is None:
            yield _step(f"{path}{name}", spec)
            continue
        update = _hints(vars(type(spec.runnable)).get("ainvoke")).get("return")  # of a class with an update of its own
        writes = update if is_schema(update) else inner.output_schema
        file = _registered_file(spec.runnable.name)
        yield StepRow(f"{path}{name}", file, inner.input_schema, writes)
        if file is None:
            yield from _steps(inner, f"{path}{name}/")


def _step(name: str, spec: Any) -> StepRow:
    function = step_function(spec)
    if function is None:
        return StepRow(name, None, spec.input_schema, None)
    hints, parameters = _hints(function_of(function)), [*inspect.signature(function).parameters]
    reads = hints.get(parameters[0]) if parameters else None
    return StepRow(
        name,
        _file_of(function_of(function)),
        reads if is_schema(reads) else spec.input_schema,
        hints.get("return"),
    )


def _hints(function: Any) -> dict[str, Any]:
    """Return the annotations of a function; none where they name what is imported for type checkers only."""
    try:
        return hints_of(function)
    except (NameError, TypeError):
        return {}


def _registered_file(name: str) -> Path | None:
    """Return the file of a graph of `langgraph.json`."""
    path = entries()[name].path.rpartition(":")[0] if name in entries() else ""
    return Path(os.path.normpath(root() / path)) if path.endswith(".py") else None


def _file_of(declared: Any) -> Path | None:
    """Return the file of the project that declares a function or a class; None for one of an installed package."""
    try:
        file = Path(inspect.getsourcefile(declared) or "")
    except TypeError:  # built in
        return None
    return file if file.is_relative_to(root()) and "site-packages" not in file.parts else None


def _row(step: StepRow, base: Path) -> str:
    name = _link(step.name, step.file, base)
    prompt = _link(step.prompt.name, step.prompt, base) if step.prompt else ""
    return f"| {name} | {_keys(step.reads, base)} | {_keys(step.writes, base)} | {prompt} |"


def _keys(schema: Any, base: Path) -> str:
    """Return a type with its keys; a `?` marks each that may be missing."""
    if schema is None or not is_schema(schema):
        return "" if schema is None else f"`{inspect.formatannotation(schema)}`".replace("|", "\\|")
    needed = required_keys(schema)
    keys = ", ".join(f"`{key}`" if key in needed else f"`{key}?`" for key in hints_of(schema))
    return f"{_type(schema, base)}: {keys}"


def _type(schema: Any, base: Path) -> str:
    return _link(str(getattr(schema, "__name__", schema)), _file_of(schema), base)


def _link(text: str, file: Path | None, base: Path) -> str:
    return f"[`{text}`]({Path(os.path.relpath(file, base)).as_posix()})" if file else f"`{text}`"
