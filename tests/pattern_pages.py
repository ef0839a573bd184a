"""Pictures and files on the pages of the patterns. `python -m tests.pattern_pages` writes them anew from the code."""

import re
from pathlib import Path

from baton.cli.views.graph_table import graph_table, steps_of
from baton.cli.views.graphs_view import draw_graph
from desk.business import business
from evals.dataset import own_datasets
from tests.test_house import ROOT, graph_registry

PAGES = ROOT / "docs" / "patterns"
WHERE = "## Where it is\n\n<!-- python -m tests.pattern_pages writes this section. -->\n"
PICTURE = re.compile(r"^```mermaid\n.*?^```$", re.MULTILINE | re.DOTALL)
SECTION = re.compile(r"^## Where it is\n.*?(?=^## )", re.MULTILINE | re.DOTALL)


def render_page(page: Path) -> str:
    """Return the text of a page with its picture and its section "Where it is" as the code has them now.

    Where the page has no such section yet, it follows the picture.
    """
    text, graph = page.read_text("utf-8"), page.stem
    text = PICTURE.sub(f"```mermaid\n{picture(graph)}\n```", text)
    if not SECTION.search(text):
        text = re.sub(r"(^## Picture\n.*?)(?=^## )", r"\1## Where it is\n", text, flags=re.MULTILINE | re.DOTALL)
    return SECTION.sub(lambda _: f"{WHERE}\n{files_section(graph)}\n\n", text)


def picture(graph: str) -> str:
    """Return the picture that `baton graph NAME --format mermaid` prints."""
    return draw_graph(graph, mermaid=True).replace("\t", " ").strip()


def files_section(graph: str) -> str:
    """Return the table that `baton graph NAME --format markdown` prints, then what the library does not know."""
    lines = [
        *_prompt_parts(graph),
        f"- Tests: {_tests(graph)}",
        f"- Dataset: {_dataset(graph)}",
        f'- Run: `baton run {graph} "My new card has not arrived" --thread-id {graph}`, then `baton show {graph}`',
    ]
    return "\n".join([graph_table(graph, PAGES), "", *lines])


def _prompt_parts(graph: str) -> list[str]:
    """Return one line with the business's part of the prompts; nothing where no step has one."""
    prompts = dict.fromkeys(step.prompt.name for step in steps_of(graph) if step.prompt)
    files = [business().folder / "prompts" / name for name in prompts]
    links = ", ".join(map(_link, filter(Path.is_file, files)))
    return [f"- The business's part of the prompts: {links}"] if links else []


def _tests(graph: str) -> str:
    """Return links to the graph's own tests and those of its nodes."""
    stems = {f"test_{step.file.stem}" for step in steps_of(graph) if step.file}
    nodes = [
        file
        for file in sorted((ROOT / "tests" / "nodes").rglob("test_*.py"))
        if file.stem in stems or file.parent.name == graph
    ]
    return ", ".join(map(_link, [ROOT / "tests" / "graphs" / f"test_{graph}.py", *nodes]))


def _dataset(graph: str) -> str:
    file = own_datasets() / f"{graph}.jsonl"
    if file.is_file():
        return f"{_link(file)}, measured by `baton eval run {graph}`"
    other = own_datasets() / "routing.jsonl"
    given = other.relative_to(ROOT).as_posix()
    return f"none of its own; with that of routing: `baton eval run {graph} --dataset {given}`"


def _link(file: Path) -> str:
    path = file.relative_to(ROOT).as_posix()
    return f"[{path}](../../{path})"


if __name__ == "__main__":
    for name in graph_registry():
        (PAGES / f"{name}.md").write_text(render_page(PAGES / f"{name}.md"), "utf-8")
