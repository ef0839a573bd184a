"""Checks of datasets by code: what a label says and its message, the business or the other half denies.

`evals/dataset.py` has read the lines; here the examples are held against what they are about. The business's service is
not asked, so that a file is checked without any customer's things.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from itertools import product
from pathlib import Path

from pydantic import ValidationError
from typing_extensions import TypedDict

from baton.runs import registry
from baton.runs.graph_shapes import step_paths
from desk.business import business
from desk.records import POLICIES, action_kind, action_name
from evals.dataset import read
from evals.examples import Example, ExpectedAction, ExpectedFact
from state.agent import SearchPolicies

MOST_POINTS, MOST_MORE = 0.05, 3
"""By how much a label's shares may differ between the halves; three examples more in one of them are no difference."""
BALANCED = ("outcome", "route", "sender", "requests")
"""The kinds of labels that both halves must hold in like share; tags are free."""


class Count(TypedDict):
    """The number of examples with a label, in each half and in all; `kind` is what it labels ("outcome", "tag")."""

    kind: str
    label: str
    dev: int
    test: int
    all: int


@dataclass(frozen=True, slots=True)
class Known:
    """What labels may name: the policies in force, the workers and tools, and the steps of the dataset's graphs."""

    policies: frozenset[str]
    calls: frozenset[str]
    steps: frozenset[str]


def check_dataset(file: Path) -> tuple[list[Example], list[str]]:
    """Return the examples of a file, and its complaints: one line each, with the file and the line or the example.

    Raises:
        UsageError: the file cannot be read.
    """
    examples, faults = read(file)
    known = known_labels(file.stem, examples)
    found = [f"{each.id}: {fault}" for each in examples for fault in example_faults(each, known)]
    return examples, faults + [f"{file} {fault}" for fault in [*found, *set_faults(examples)]]


def check_datasets(files: Sequence[Path]) -> tuple[list[Example], list[str]]:
    """Return the examples of all files, and their complaints; an id stands in one of them only.

    Raises:
        UsageError: a file cannot be read.
    """
    examples, complaints, first = list[Example](), list[str](), dict[str, Path]()
    for file in files:
        found, faults = check_dataset(file)
        complaints += faults
        for each in found:
            if first.setdefault(each.id, file) != file:
                complaints.append(f"{file} {each.id}: the id stands in {first[each.id]} too")
        examples += found
    return examples, complaints


def known_labels(name: str, examples: Sequence[Example]) -> Known:
    """Return what the labels of a dataset may name; one that has no graph's name is for all graphs.

    Graphs are loaded only where an example expects something of a step.
    """
    desk, steps = business(), set[str]()
    if any(each.expected.steps for each in examples):
        graphs = registry.entries()
        steps = {path for graph in ([name] if name in graphs else graphs) for path in step_paths(registry.load(graph))}
    tools = [action_name(tool) for tool in desk.tools]
    calls = {POLICIES, *desk.workers, action_name(SearchPolicies), *tools}
    return Known(frozenset(desk.knowledge().in_force()), frozenset(calls), frozenset(steps))


def example_faults(example: Example, known: Known) -> Iterator[str]:
    """Yield what is wrong with an example's labels."""
    yield from _faults_of_quotes(example)
    for fact in example.expected.facts or []:
        yield from fact_faults(fact)
    for action in example.expected.actions or []:
        yield from action_faults(action)
    yield from _faults_of_names(example, known)


def set_faults(examples: Sequence[Example]) -> Iterator[str]:
    """Yield what is wrong between examples: one message twice, and halves that hold a label in unlike shares."""
    first: dict[str, str] = {}
    for each in examples:
        other = first.setdefault(" ".join(each.inputs.message.casefold().split()), each.id)
        if other != each.id:
            yield f"{each.id}: its message is that of {other}"
    totals = Counter(each.split for each in examples)
    for count in label_counts(examples) if totals["dev"] and totals["test"] else []:
        shares = count["dev"] / totals["dev"], count["test"] / totals["test"]
        more = abs(count["dev"] - count["test"])
        if count["kind"] in BALANCED and abs(shares[0] - shares[1]) > MOST_POINTS and more > MOST_MORE:
            yield f"{count['kind']} {count['label']}: {shares[0]:.0%} of dev and {shares[1]:.0%} of test; even them out"


def label_counts(examples: Sequence[Example]) -> list[Count]:
    """Return a count for each label, the kinds of labels in a fixed order, the most frequent label first."""
    return [
        Count(kind=kind, label=label, dev=splits["dev"], test=splits["test"], all=splits.total())
        for kind, labels_of in LABELS.items()
        for label, splits in _counts(examples, labels_of).items()
    ]


def fact_faults(fact: ExpectedFact) -> Iterator[str]:
    """Yield what is wrong with a fact: an unknown kind, or a value that its quote does not have.

    A quote that the business's reader cannot read is left to its author. A day without a year is the last such day up
    to the value itself.
    """
    is_meant = VALUES.get(fact.kind)
    if is_meant is None:
        yield f"a fact is one of {', '.join(VALUES)}, not {fact.kind!r}"
    elif fact.value is not None:
        try:
            if not is_meant(fact.quote, fact.value):
                yield f"the {fact.kind} {fact.value!r} is not what {fact.quote!r} says"
        except (ValueError, InvalidOperation):
            yield f"the {fact.kind} {fact.value!r} has not the form of one"


def action_faults(action: ExpectedAction) -> Iterator[str]:
    """Yield what is wrong with an action: an argument that it does not have, or a value of another form.

    Arguments that do not matter may be left out; of a list each value counts.
    """
    kind = action_kind(business().actions, action.name)
    lists = [[value] if isinstance(value, str) else value for value in action.args.values()]
    for values in product(*lists):
        try:
            kind.model_validate({**dict(zip(action.args, values, strict=True)), "name": action.name})
        except ValidationError as error:
            faults = [each for each in error.errors(include_url=False) if each["type"] != "missing"]
            yield from (f"{action.name}: {'.'.join(map(str, each['loc']))}: {each['msg']}" for each in faults)


def _faults_of_quotes(example: Example) -> Iterator[str]:
    expected = example.expected
    quotes = [each.quote for each in expected.requests or []] + [each.quote for each in expected.facts or []]
    for quote in quotes:
        if not quote.strip() or quote not in example.inputs.message:
            yield f"the quote {quote!r} is not in the message, letter for letter"


def _faults_of_names(example: Example, known: Known) -> Iterator[str]:
    """Yield the policies, workers, tools and steps that do not exist."""
    expected = example.expected
    for policy in dict.fromkeys([*(expected.citations or []), *(expected.passages or [])]):
        if policy not in known.policies:
            yield f"no policy in force has the id {policy!r}"
    for call in expected.calls or []:
        if call not in known.calls:
            yield f"the call {call!r} is none of {', '.join(sorted(known.calls))}"
    for step in expected.steps:
        if step not in known.steps:
            yield f"there is no step {step!r}"


def _says_amount(quote: str, value: str) -> bool:
    meant = business().reader.amounts_meant(quote)
    return not meant or Decimal(value) in meant


def _says_day(quote: str, value: str) -> bool:
    day = date.fromisoformat(value)
    meant = business().reader.days(quote, day)
    return not meant or day in meant


def _says_word(quote: str, value: str) -> bool:
    return value.casefold() in quote.casefold()


VALUES: dict[str, Callable[[str, str], bool]] = {
    "amount": _says_amount,
    "date": _says_day,
    "name": _says_word,
    "reference": _says_word,
}
"""For each kind of fact: whether a quote says a value."""


def _counts(examples: Sequence[Example], labels_of: Callable[[Example], list[str]]) -> dict[str, Counter[str]]:
    """Return the counts of each label by half, the most frequent label first."""
    counts: dict[str, Counter[str]] = {}
    for each in examples:
        for label in labels_of(each):
            counts.setdefault(label, Counter())[each.split or ""] += 1
    return dict(sorted(counts.items(), key=lambda pair: -pair[1].total()))


def _number_of_requests(example: Example) -> list[str]:
    requests = example.expected.requests
    return [] if requests is None else ["none" if not requests else "one" if len(requests) == 1 else "several"]


LABELS: dict[str, Callable[[Example], list[str]]] = {
    "outcome": lambda each: [each.expected.outcome or "not judged"],
    "route": lambda each: [each.expected.route or "not judged"],
    "sender": lambda each: ["known" if each.inputs.customer_id else "stranger"],
    "requests": _number_of_requests,
    "tag": lambda each: each.tags,
}
"""For each kind of label, those of an example."""
