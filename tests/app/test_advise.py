"""`baton advise`: the framework as a table, and the three ways to answer its questions."""

import json
import os
import pty
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from app.describe import Reading
from app.pattern_completion import completion_of
from app.questions import COSTS, advise, cost_of, ladder, patterns, questions
from baton.config.project import root
from baton.errors import UsageError
from baton.runs.registry import entries
from benchmarks.pattern_costs import cells
from tests.baton.cli.conftest import HOUSE, Baton
from tests.scripted import Scripted, scripted_model

__all__ = ["scripted_model"]

YES, NO, OPEN = True, False, None
ASKED = ["fixed_steps", "categories", "independent", "same_question", "criteria", "unknown_steps"]
ONLY_YES = dict.fromkeys(ASKED, YES)
NONE_YES = dict.fromkeys(ASKED, NO)


def advise_of(answers: Mapping[str, bool | None], *, wants_agent: bool = False) -> tuple[str, str | None]:
    advice = advise(lambda question: answers.get(question.id), wants_agent=wants_agent)
    return advice.pattern.name, advice.warning


def only(name: str) -> dict[str, bool | None]:
    return {**NONE_YES, name: YES}


@pytest.mark.parametrize(
    "answers, pattern",
    [
        (only("fixed_steps"), "chaining"),
        (only("categories"), "routing"),
        ({**only("independent"), "same_question": YES}, "voting"),
        (only("independent"), "sectioning"),
        (only("criteria"), "evaluator_optimizer"),
        (only("unknown_steps"), "orchestrator_worker"),
        (NONE_YES, "chaining"),
    ],
)
def test_the_first_yes_decides(answers: dict[str, bool | None], pattern: str) -> None:
    assert advise_of(answers) == (pattern, None)


def test_what_comes_after_the_first_yes_changes_nothing() -> None:
    names = []
    for name in ASKED:
        before = dict.fromkeys(ASKED[: ASKED.index(name)], NO)
        names.append(advise_of({**ONLY_YES, **before})[0])
    assert names == [
        "chaining",
        "routing",
        "voting",
        "evaluator_optimizer",
        "evaluator_optimizer",
        "orchestrator_worker",
    ]


def test_the_table_is_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(HOUSE)
    root.cache_clear()
    places = {place for each in questions().values() for place in (each.yes, each.no)}
    assert list(questions()) == ASKED
    assert places == {*ASKED[1:], *patterns()}
    assert set(Reading.model_fields) == {*ASKED, "asks_for_an_agent"}
    assert {name: each.file for name, each in patterns().items()}.items() <= {
        name: each.path.removeprefix("./").partition(":")[0] for name, each in entries().items()
    }.items()
    for each in questions().values():
        assert bool(each.why_yes) == (each.yes in patterns())
        assert bool(each.why_no) == (each.no in patterns())


@pytest.mark.parametrize("answers", [{}, {"fixed_steps": NO}, {**NONE_YES, "categories": OPEN}, {"independent": YES}])
def test_without_a_yes_nothing_is_decided_before_all_is_answered(answers: dict[str, bool | None]) -> None:
    with pytest.raises(UsageError, match="answer"):
        advise_of(answers)


def test_whoever_reaches_for_the_most_first_is_told_to_start_with_the_simplest() -> None:
    name, warning = advise_of({"unknown_steps": YES})
    assert name == "orchestrator_worker"
    assert str(warning).startswith("start with the simplest: ")
    assert "--[no-]fixed-steps" in str(warning)
    assert str(advise_of(NONE_YES, wants_agent=True)[1]).startswith("start with the simplest: ")
    assert advise_of({"criteria": YES})[1] is None


def test_every_registered_graph_was_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(HOUSE)
    root.cache_clear()
    assert [name for name in entries() if cost_of(name) is None] == [], "python -m benchmarks.pattern_costs --write"
    single = cost_of("single_call")
    assert single is not None
    assert (single.model_calls, single.times_calls, single.times_tokens) == (1, 1, 1)


def test_the_page_says_what_the_table_and_the_measurement_say() -> None:
    page = (HOUSE / "docs" / "choosing.md").read_text("utf-8")
    for number, question in enumerate(questions().values(), 1):
        assert f"| {number} | {question.asks} |" in page
    for name in json.loads(COSTS.read_text("utf-8"))["graphs"]:
        assert re.search(rf"^\| `{name}` \|.*\| {re.escape(cells(name))} \|$", page, re.MULTILINE), name
    assert [each.name for each in patterns().values() if each.trade_off not in page] == []


def test_the_ladder_names_every_graph_in_the_order_of_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(HOUSE)
    root.cache_clear()
    assert sorted(ladder()) == sorted(entries())
    for page, section in (("choosing.md", "## What each costs"), ("evidence.md", "## Bake-off")):
        text = (HOUSE / "docs" / page).read_text("utf-8").partition(section)[2].partition("\n##")[0]
        assert re.findall(r"^\| `(\w+)` \|.*\)", text, re.MULTILINE) == ladder()


def test_the_page_of_evidence_says_what_each_pattern_completed() -> None:
    page = (HOUSE / "docs" / "evidence.md").read_text("utf-8")
    for name in ladder():
        completion = completion_of(name)
        assert completion is not None, "python -m benchmarks.pattern_completion"
        assert f"| `{name}` | {completion.mean:.3f} (" in page


def test_what_a_pattern_completed_is_named_with_its_model_and_its_dataset(baton: Baton) -> None:
    completion = baton("advise", "--no-fixed-steps", "--categories", "--json").object["task_completion"]
    assert completion["ci95"][0] < completion["mean"] < completion["ci95"][1]
    assert (completion["model"], completion["messages"]) == ("local:desk", 112)
    output = baton("advise", "--no-fixed-steps", "--categories").out
    assert (
        f"of the tasks; a single call {completion['single_call']:.2f} (112 messages of bank/datasets/desk.jsonl (dev))"
        in output
    )
    assert f"measured on {completion['measured']} with local:desk; figures of the offline model say nothing" in output


def test_flags_answer(baton: Baton) -> None:
    advice = baton("advise", "--no-fixed-steps", "--categories", "--json").object
    assert (advice["pattern"], advice["file"]) == ("routing", "graphs/routing.py")
    assert advice["decided_by"] == {"question": "categories", "answer": True}
    assert advice["cost"]["model"] == "local:desk"
    assert " run routing " in advice["command"]
    result = baton("advise", "--categories")
    assert result.err == "not considered: --[no-]fixed-steps\n"
    assert "model calls" in result.out
    assert "counted with local:desk" in result.out


def test_nothing_said_where_nobody_can_be_asked_is_wrong_use(baton: Baton) -> None:
    result = baton("advise")
    assert (result.code, result.out, len(result.err.splitlines())) == (2, "", 1)
    assert baton("advise", "--describe", "mail", "--criteria").code == 2


def test_a_person_is_asked_in_turn(project: Path) -> None:
    person, terminal = pty.openpty()
    command = [sys.executable, "-m", "baton", "advise", "--no-categories"]
    environment = {**os.environ, "PYTHONPATH": str(HOUSE)}
    os.write(person, b"n\ny\nn\n")
    done = subprocess.run(
        command,
        env=environment,
        stdin=terminal,
        stderr=terminal,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    output = os.read(person, 10_000).decode()
    assert [question.asks in output for question in questions().values()] == [True, False, True, True, False, False]
    assert "graphs/sectioning.py" in done.stdout


def test_a_description_needs_a_real_model(baton: Baton) -> None:
    result = baton("advise", "--describe", "invoices")
    assert (result.code, result.out) == (2, "")
    assert "--describe needs a real model" in result.err
    assert len(result.err.splitlines()) == 1


def test_a_description_is_read_by_a_model(
    baton: Baton, scripted_model: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BATON_MODEL_STRONG", "openai:scripted")
    scripted_model.will({**NONE_YES, "criteria": True, "asks_for_an_agent": True})
    result = baton("advise", "--describe", "an agent that writes ```letters```", "--json").object
    assert result["pattern"] == "evaluator_optimizer"
    assert result["warning"].startswith("start with the simplest: the description asks for an agent")
    assert "an agent that writes" in scripted_model.asked[0].split("```json")[1]
    [run] = json.loads(baton("runs", "--json").out)
    assert (run["graph"], run["status"], run["usage"]["model_calls"]) == ("advise", "done", 1)
