"""`baton runs`, `show`, `graphs`, `graph`."""

import json
import re
from pathlib import Path

import pytest
from rich.console import Console

from baton.cli.views.graphs_view import draw_graph, list_edges
from tests.baton.cli.conftest import Baton

STEP = "step attempt status started_at latency_ms input output model input_tokens output_tokens cost_usd error".split()


def test_an_empty_list_says_where_it_looked(baton: Baton, baton_home: Path) -> None:
    result = baton("runs")
    assert (result.code, result.out, result.err) == (0, "", f"no runs in {baton_home}\n")
    assert not baton_home.exists()


def test_runs_are_listed_newest_first(baton: Baton) -> None:
    for name, message in (("first", "hello"), ("second", "refund")):
        baton("run", "toy", message, "--thread-id", name)
    assert [row["thread_id"] for row in json.loads(baton("runs", "--json").out)] == ["second", "first"]
    assert [row["thread_id"] for row in json.loads(baton("runs", "--status", "done", "--json").out)] == ["first"]
    text = baton("runs").out
    assert text.index("second") < text.index("first")
    assert "refund GBP 30.00" in text


def test_a_list_is_paged_for_people_only(baton: Baton, project: Path) -> None:
    (project / "in.txt").write_text("hello\n" * 51)
    baton("run", "toy", "--file", "in.txt", "--json")
    assert len(json.loads(baton("runs", "--json").out)) == 51
    first = baton("runs")
    assert len(first.out.splitlines()) == 51
    assert "--page 2" in first.err
    assert len(baton("runs", "--page", "2").out.splitlines()) == 2


def test_a_run_is_shown_step_by_step(baton: Baton) -> None:
    baton("run", "toy", "refund", "--thread-id", "asked")
    run = json.loads(baton("show", "asked", "--json").out)
    assert [list(step) for step in run["steps"]] == [STEP]
    assert run["steps"][0]["input"]["message"] == "refund"
    assert run["steps"][0]["started_at"].endswith("Z")
    text = baton("show", "asked").out
    assert "waits for a person: refund GBP 30.00" in text
    assert "decide asked --approve" in text


@pytest.mark.parametrize("number", ["2", str(2**63), str(-(2**70))])
def test_a_run_that_the_thread_has_not_is_told(baton: Baton, number: str) -> None:
    baton("run", "toy", "hello", "--thread-id", "one")
    result = baton("show", "one", "--run", number)
    assert (result.code, result.err) == (2, f"error: one has no run {number}; its last is run 1\n")


def test_a_failed_step_tells_its_error(baton: Baton) -> None:
    baton("run", "toy", "explode", "--thread-id", "parked")
    text = baton("show", "parked").out
    assert text.count("ValueError: it exploded") == 1
    assert "work (try 1): ValueError: it exploded" in text
    assert "work failed (failure)" in text
    assert "dead-letters replay dl-" in text


def test_one_step_is_shown_with_all_that_is_kept_of_it(baton: Baton) -> None:
    message = "long " * 200
    baton("run", "toy", message, "--thread-id", "long")
    result = baton("show", "long", "--step", "work")
    assert result.code == 0
    assert result.out.count(message) == 2, "as read, and in the reply"
    [step] = json.loads(baton("show", "long", "--step", "work", "--json").out)
    assert list(step) == [*STEP, "calls"]
    assert (step["input"]["message"], step["calls"]) == (message, [])


def test_a_step_that_failed_is_shown_with_its_error(baton: Baton) -> None:
    baton("run", "toy", "explode", "--thread-id", "parked")
    text = baton("show", "parked", "--step", "work").out
    assert "dead-letters replay dl-" in text
    assert "work  try 1  failed" in text
    assert "ValueError: it exploded" in text


def test_a_step_that_the_run_has_not_is_refused_with_those_that_it_has(baton: Baton) -> None:
    baton("run", "toy", "hello", "--thread-id", "one")
    result = baton("show", "one", "--step", "wrok")
    assert (result.code, result.out) == (2, "")
    assert result.err == "error: the run has no step 'wrok'; it has work\n"


def test_graphs_are_those_of_the_file(baton: Baton) -> None:
    assert [each["name"] for each in json.loads(baton("graphs", "--json").out)] == ["toy", "bare"]
    assert "Does what its message says." in baton("graphs").out


def test_a_project_without_graphs_says_so(baton: Baton, project: Path) -> None:
    (project / "langgraph.json").write_text('{"graphs": {}}')
    result = baton("graphs")
    assert (result.code, result.out, result.err) == (0, "", f"no graphs in {project / 'langgraph.json'}\n")


@pytest.mark.parametrize("command", [("graphs",), ("graph", "toy"), ("run", "toy", "hello"), ("doctor",)])
@pytest.mark.parametrize("text", ["{}", "[7]", '{"graphs": {"toy": "../toy.py:graph"}}', '{"graphs": {"toy": 7}}'])
def test_a_graph_list_that_cannot_be_used_is_one_line_that_names_the_file(
    baton: Baton, project: Path, command: tuple[str, ...], text: str
) -> None:
    (project / "langgraph.json").write_text(text)
    result = baton(*command)
    if command == ("graphs",) and "../" in text:
        assert result.code == 0, "a list loads nothing"
        return
    assert result.code == (1 if command == ("doctor",) else 2)
    assert str(project / "langgraph.json") in result.err + result.out
    assert "unexpected" not in result.err


@pytest.mark.parametrize("picture", ["ascii", "mermaid"])
def test_a_graph_is_drawn_without_the_plumbing(baton: Baton, picture: str) -> None:
    text = baton("graph", "toy", "--format", picture).out
    assert "work" in text
    assert "default_error_handler" not in text


@pytest.mark.parametrize("width,drawn", [(80, False), (400, True)])
def test_a_graph_that_is_wider_than_the_terminal_is_listed(
    monkeypatch: pytest.MonkeyPatch, width: int, *, drawn: bool
) -> None:
    terminal = Console(width=width, force_terminal=True)
    monkeypatch.setattr("baton.cli.views.graphs_view.console", lambda: terminal)
    lines = draw_graph("support_desk", mermaid=False).splitlines()
    assert ("__start__           -> read_message" not in lines) == drawn
    assert any("+----" in line for line in lines) == drawn


def test_a_picture_is_the_same_in_each_process() -> None:
    lines = draw_graph("orchestrator_worker", mermaid=True).split("\tclassDef")[0].splitlines()
    edges = [line.strip().split(" ") for line in lines if "-->" in line or "-.->" in line]
    ends = [(edge[-1] == "__end__;", edge[0], edge[-1]) for edge in edges]
    assert len(ends) > len("no edge")
    assert ends == sorted(ends)


def test_a_graph_that_cannot_be_laid_out_is_listed() -> None:
    edges = [("__start__", "a"), ("a", "b"), ("a", "__end__"), ("b", "a")]
    assert list_edges(edges).splitlines() == ["__start__ -> a", "a         -> b | __end__", "b         -> a"]


def test_the_steps_of_a_graph_are_listed_with_what_they_read_and_write(baton: Baton, project: Path) -> None:
    lines = baton("graph", "toy", "--format", "markdown").out.replace("](toy.py)", "]").splitlines()
    assert lines == [
        "- Graph: [`toy.py`]",
        "- State: [`State`], takes [`Inquiry`], returns [`Resolution`]; settings of a run: [`Context`]",
        "",
        "| step | reads | writes | prompt |",
        "|---|---|---|---|",
        "| [`work`] | [`Inquiry`]: `message`, `customer_id` | [`Resolution`]: `outcome`, `route`, `reply` |  |",
        "",
        "`?`: may be missing.",
    ]
    (project / "prompts").mkdir()
    (project / "prompts" / "toy.md").write_text("Obey.")
    assert "| [`toy.md`](prompts/toy.md) |" in baton("graph", "toy", "--format", "markdown").out


STRANGE = """
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any, NotRequired, TypedDict
from langchain_core.runnables import RunnableLambda
from langgraph.graph import START, StateGraph

class State(TypedDict):
    text: str
    more: NotRequired[str]

@dataclass
class Part:
    text: str
    more: str = ""

class Caller:
    async def __call__(self, state: Part) -> "Nobody": ...

def plain(state, config): ...
def untyped(*state): ...
async def scaled(state: State, by: int) -> dict[str, Any] | None: ...

inner = StateGraph(Part).add_node("first", Caller()).add_edge(START, "first").compile(name="inner")
graph = StateGraph(State, input_schema=Part)
graph.add_node(plain).add_node(untyped).add_node("scaled", partial(scaled, by=2)).add_node("inner", inner)
graph.add_node("chain", RunnableLambda(plain) | RunnableLambda(plain)).add_edge(START, "plain")
graph.add_node("bare", "".join)
"""


def test_the_steps_of_any_graph_are_listed(baton: Baton, project: Path) -> None:
    (project / "strange.py").write_text(STRANGE)
    (project / "langgraph.json").write_text('{"graphs": {"strange": "./strange.py:graph"}}')
    result = baton("graph", "strange", "--format", "markdown")
    assert result.code == 0, result.err
    rows = dict(
        re.findall(r"^\| \[?`([\w/]+)`\S* \| (.*?) \|  \|$", result.out.replace("](strange.py)", "]"), re.MULTILINE)
    )
    state, part = "[`State`]: `text`, `more?`", "[`Part`]: `text`, `more?`"
    assert rows == {
        "plain": f"{state} | ",
        "untyped": f"{state} | ",
        "scaled": f"{state} | `dict[str, typing.Any] \\| None`",
        "inner": f"{part} | {part}",
        "inner/first": f"{part} | ",
        "chain": f"{state} | ",
        "bare": f"{state} | ",
    }
