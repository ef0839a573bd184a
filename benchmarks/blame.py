"""Measures how often the blame is right: one step is made wrong on purpose, and the step that is blamed is compared.

`python -m benchmarks.blame [GRAPH ...]` works the messages that a graph completes with no step wrong, once for each of
its steps, which writes wrong values then (benchmarks/corruptions.py), and prints the steps that were blamed where the
task was not completed. The goal: the true step in at least SHARE of these failures, for every graph.
"""

import asyncio
import functools
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from typing import Any

from baton.runs import registry
from baton.runs.graph_shapes import step_paths
from baton.runtime.resources import Resources, open_resources
from benchmarks.corruptions import corrupted
from benchmarks.tables import MARKDOWN, print_markdown, print_table
from benchmarks.trials import Step, results_of, with_step
from evals.dataset import SHARED, chosen, own_datasets, read
from evals.examples import Example

SHARE = 0.9
HEADER = ("made wrong", "failures", "blamed")
REPLIED, HANDED_OVER = 16, 8
"""How many messages of a graph are worked that get a reply, and how many that a person gets."""
SETS = {
    "chaining": ("chaining", SHARED, "evaluator_optimizer"),
    "routing": ("routing", SHARED, "evaluator_optimizer"),
    "sectioning": ("sectioning", SHARED, "multi_agent"),
    "orchestrator_worker": ("orchestrator_worker", SHARED),
}
"""The sets whose messages are tried: each expects what the graph's steps owe."""
STEPS = {
    "chaining": {
        "read_message": "nodes.read_message",
        "classify": "nodes.classify",
        "extract": "nodes.chaining.extract",
        "gate_facts": "nodes.chaining.gate_facts",
        "normalise": "nodes.chaining.normalise",
        "gate_case": "nodes.chaining.gate_case",
        "retrieve": "nodes.retrieve",
        "summarise": "nodes.chaining.summarise",
        "gate_reply": "nodes.chaining.gate_reply",
        "check_answer": "nodes.check_answer",
        "reply": "nodes.reply",
        "escalate": "nodes.escalate",
    },
    "routing": {
        "read_message": "nodes.read_message",
        "classify": "nodes.classify",
        "reconsider": "nodes.reconsider",
        "retrieve": "nodes.retrieve",
        "draft": "nodes.draft",
        "check": "nodes.check",
        "check_answer": "nodes.check_answer",
        "reply": "nodes.reply",
        "escalate": "nodes.escalate",
    },
    "sectioning": {
        "read_message": "nodes.read_message",
        "split": "nodes.sectioning.split",
        "gate_sections": "nodes.sectioning.gate_sections",
        "section/classify": "nodes.classify",
        "section/retrieve": "nodes.retrieve",
        "section/draft": "nodes.draft",
        "section/check": "nodes.check",
        "section/check_answer": "nodes.check_answer",
        "section/report": "nodes.sectioning.report",
        "combine": "nodes.sectioning.combine",
        "escalate": "nodes.escalate",
    },
    "orchestrator_worker": {
        "read_message": "nodes.read_message",
        "classify": "nodes.classify",
        "plan": "nodes.orchestrator_worker.plan",
        "gate_plan": "nodes.orchestrator_worker.gate_plan",
        "investigate": "nodes.orchestrator_worker.investigate",
        "collect": "nodes.orchestrator_worker.collect",
        "synthesise": "nodes.orchestrator_worker.synthesise",
        "gate_coverage": "nodes.orchestrator_worker.gate_coverage",
        "check_answer": "nodes.check_answer",
        "reply": "nodes.reply",
        "escalate": "nodes.escalate",
    },
}
"""The steps of each graph, with the modules of their functions."""


def main(names: Sequence[str]) -> int:
    """Measure, print a table for each graph and return the exit code."""
    graphs = [each for each in names if each != MARKDOWN] or list(STEPS)
    with tempfile.TemporaryDirectory() as home:
        os.environ["BATON_HOME"] = home
        return asyncio.run(_measure(graphs, markdown=MARKDOWN in names))


async def _measure(names: Sequence[str], *, markdown: bool) -> int:
    missed = False
    async with open_resources() as desk:
        for graph in names:
            examples = await _clean_examples(desk, graph)
            blamed = {step: await _blame(desk, graph, step, examples) for step in STEPS[graph]}
            show = print_markdown if markdown else print_table
            share = _share(blamed)
            missed |= share < SHARE
            show(f"{graph}: {len(examples)} messages, {share:.3f}", HEADER, _rows(blamed))
    return int(missed)


async def _clean_examples(desk: Resources, graph: str) -> list[Example]:
    """Return messages that the graph completes and of which no step is wrong, those with figures first."""
    files = [own_datasets() / f"{name}.jsonl" for name in SETS[graph]]
    examples = [each for file in files for each in chosen(read(file)[0], None, None) if each.expected.outcome]
    known = step_paths(registry.load(graph))
    examples = [each for each in examples if each.expected.steps.keys() <= known]
    results = await results_of(desk, graph, examples)
    clean = {each["example_id"] for each in results if each["scores"]["task_completion"] and not each["wrong_steps"]}
    ordered = sorted((each for each in examples if each.id in clean), key=lambda each: not each.expected.says)
    replied = [each for each in ordered if each.expected.outcome == "answered"]
    handed_over = [each for each in ordered if each.expected.outcome == "escalated"]
    return [*replied[:REPLIED], *handed_over[:HANDED_OVER]]


async def _blame(desk: Resources, graph: str, step: str, examples: Sequence[Example]) -> "Counter[str]":
    """Return the steps that were blamed for the tasks that were not completed, with one step made wrong."""
    with with_step(graph, STEPS[graph][step], step.rpartition("/")[2], _wrong) as broken:
        results = await results_of(desk, graph, examples, changed=broken)
    return Counter(str(each["blame"]) for each in results if not each["scores"]["task_completion"])


def _wrong(step: Step) -> Step:
    """Return a step that writes wrong values."""

    @functools.wraps(step)
    async def wrong(*args: Any, **options: Any) -> dict[str, Any]:
        return corrupted(step.__name__, dict(await step(*args, **options)))

    return wrong


def _share(blamed: dict[str, "Counter[str]"]) -> float:
    """Return the share of failures whose true step was blamed."""
    failures = sum(sum(each.values()) for each in blamed.values())
    return sum(each[step] for step, each in blamed.items()) / failures if failures else 0.0


def _rows(blamed: dict[str, "Counter[str]"]) -> list[list[str]]:
    return [
        [step, str(sum(each.values())), ", ".join(f"{name} {count}" for name, count in each.most_common())]
        for step, each in blamed.items()
    ]


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
