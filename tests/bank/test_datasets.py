"""The bank's datasets hold: what their labels say is so, by the policies, the bank's rules and the customers' things.

What any business's dataset must keep, `evals/dataset_checks.py` checks; here stands what only the bank can tell.
Nothing here runs a graph: no label may be fitted to what the desk answers.
"""

import asyncio
import json
from collections import Counter
from collections.abc import Iterable
from itertools import chain, product
from typing import NamedTuple

import pytest

from bank.knowledge import FOLDER, knowledge
from baton.config.settings import settings
from baton.runs.registry import entries
from baton.runtime.active import with_resources
from baton.runtime.resources import open_resources
from desk.business import business
from desk.knowledge.routes import load_routes
from desk.records import parse_action
from evals.dataset import SHARED, own_datasets, read
from evals.dataset_checks import check_datasets, label_counts
from evals.evaluators.figures import figures_in
from evals.evaluators.sources import Sources, sources_of
from evals.evaluators.texts import holds
from evals.examples import Example, ExpectedAction
from tests.evals.conftest import HOUSE
from tests.overlap import overlap, texts_of

FOREIGN = HOUSE.parent / "shared" / "data"
FILES = {file.stem: file for file in sorted(own_datasets().glob("*.jsonl"))}
EXAMPLES = {name: read(file)[0] for name, file in FILES.items()}
WITHOUT_OWN = {"single_call", "support_desk"}
"""Graphs that are measured on the shared set alone: the baseline, and the whole desk."""
LEAST_SHARED, LEAST_OWN = 200, 60
REVIEWED = {"acted": {"act"}, "waiting": {"ask_person"}, "declined": {"decline"}, "escalated": {"act", "ask_person"}}
"""The bank's word on the actions of a message with this outcome; those of an escalated one are proposed."""
PAIRS = (("plain", "nasty"), ("one", "several"), ("known", "stranger"), ("answerable", "not"))
"""An example with tags has one of each pair."""
LONG_RUN = 9
"""So many words in a row that two people do not write by chance: `send me a new one in its place` is nobody's."""

each_set = pytest.mark.parametrize("name", FILES)


class Looked(NamedTuple):
    """What the bank and the policies have on an example: its sources, and the verdicts on its actions."""

    sources: Sources
    verdicts: set[str]


class Bank(NamedTuple):
    """What a bank said to which nothing has been done yet: on examples by id, and which senders it does not know."""

    examples: dict[str, Looked]
    strangers: list[str]


def alternatives(action: ExpectedAction) -> Iterable[dict[str, str]]:
    """Arguments of an action, one for each way to do right; a dispute is given a reason."""
    lists = [[value] if isinstance(value, str) else value for value in action.args.values()]
    reason = {"reason": "as the customer says"} if action.name == "file_dispute" else {}
    return [{**dict(zip(action.args, values, strict=True)), **reason} for values in product(*lists)]


async def look_up(example: Example) -> Looked:
    """Ask a bank to which nothing has been done yet."""
    expected, service = example.expected, business().service
    message, customer_id = example.inputs.message, example.inputs.customer_id
    asked = [(action.name, args) for action in expected.actions or [] for args in alternatives(action)]
    actions = [parse_action(business().actions, name, args) for name, args in asked]
    return Looked(
        sources=await sources_of(example.inputs, {"citations": expected.citations or []}),
        verdicts={(await service.review(each, message, str(customer_id))).verdict for each in actions},
    )


async def look() -> Bank:
    examples, service = list(chain(*EXAMPLES.values())), business().service
    told = [each for each in examples if each.expected.says or each.expected.says_not or each.expected.actions]
    senders = sorted({each.inputs.customer_id for each in examples if each.inputs.customer_id})
    async with open_resources() as desk:
        with with_resources(desk):
            strangers = [each for each in senders if not await service.customer(each)]
            return Bank({each.id: await look_up(each) for each in told}, strangers)


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Bank:
    """A bank just seeded, asked once for all tests: to look changes nothing."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BATON_HOME", str(tmp_path_factory.mktemp("fresh") / "home"))
        settings.cache_clear()
        return asyncio.run(look())


def kind_of(figure: str) -> str:
    """Whether a figure is money, a share or a period."""
    return "share" if "%" in figure else "period" if " " in figure else "money"


def test_no_check_of_datasets_complains() -> None:
    assert check_datasets(list(FILES.values()))[1] == []


def test_every_graph_has_a_set_of_its_own_or_works_the_shared_one() -> None:
    assert FILES.keys() == entries().keys() - WITHOUT_OWN | {SHARED}
    assert len(EXAMPLES[SHARED]) >= LEAST_SHARED
    assert {name: len(found) for name, found in EXAMPLES.items() if len(found) < LEAST_OWN} == {}


def test_both_halves_of_the_shared_set_hold_every_kind_of_message() -> None:
    labels = {(count["kind"], count["label"]): count for count in label_counts(EXAMPLES[SHARED])}
    wanted = [
        *(("outcome", outcome) for outcome in ("answered", *REVIEWED)),
        *(("route", route) for route in knowledge().routes),
        *(("requests", number) for number in ("one", "several")),
        *(("sender", who) for who in ("known", "stranger")),
        *(("tag", tag) for tag in chain(*PAIRS)),
    ]
    assert [each for each in wanted if not labels[each]["dev"] or not labels[each]["test"]] == []


@each_set
def test_tags_say_what_the_labels_say(name: str) -> None:
    for each in EXAMPLES[name]:
        if tags := set(each.tags):
            assert [len(tags & set(pair)) for pair in PAIRS] == [1] * len(PAIRS), each.id
            assert ("known" in tags) == (each.inputs.customer_id is not None), each.id
            assert ("several" in tags) == (len(each.expected.requests or []) > 1), each.id


@each_set
def test_what_a_reply_must_say_stands_in_its_policies_or_the_customers_things(name: str, bank: Bank) -> None:
    for each in (each for each in EXAMPLES[name] if each.expected.says):
        sources = bank.examples[each.id].sources
        grounds = f"{sources.own.removeprefix(sources.message)} {sources.cited}"  # the message proves nothing
        assert [text for text in each.expected.says or [] if not holds(grounds, text)] == [], each.id


@each_set
def test_what_a_reply_must_not_say_is_never_the_only_figure_of_its_kind(name: str, bank: Bank) -> None:
    """A figure of another matter may stand in a cited policy, beside the right one."""
    for each in (each for each in EXAMPLES[name] if each.expected.says_not):
        wrong = each.expected.says_not or []
        assert not set(each.expected.says or []) & set(wrong), each.id
        cited = figures_in(bank.examples[each.id].sources.cited)
        for figure in set(chain(*map(figures_in, wrong))) & cited:
            assert {other for other in cited - {figure} if kind_of(other) == kind_of(figure)}, f"{each.id}: {figure}"


@each_set
def test_the_bank_reviews_each_action_as_its_outcome_says(name: str, bank: Bank) -> None:
    for each in (each for each in EXAMPLES[name] if each.expected.actions):
        assert bank.examples[each.id].verdicts <= REVIEWED[str(each.expected.outcome)], each.id


def test_every_sender_with_an_id_is_a_customer(bank: Bank) -> None:
    assert bank.strangers == []


@each_set
def test_an_action_is_named_where_the_outcome_needs_one_and_nowhere_else(name: str) -> None:
    for each in EXAMPLES[name]:
        actions, outcome = each.expected.actions, each.expected.outcome
        if outcome in {"acted", "waiting", "declined"}:
            assert actions, each.id
        assert not actions or (outcome != "answered" and each.inputs.customer_id), each.id


@each_set
def test_a_thing_is_acted_upon_once(name: str) -> None:
    """One bank serves a whole experiment: whatever one message does must not decide another."""
    actions = [action for each in EXAMPLES[name] for action in each.expected.actions or []]
    things = Counter(
        value
        for action in actions
        for value in {each for args in alternatives(action) for key, each in args.items() if key.endswith("_id")}
    )
    assert [thing for thing, times in things.items() if times > 1] == []


@each_set
def test_no_message_repeats_a_text_from_elsewhere(name: str) -> None:
    others = [each.inputs.message for other, found in EXAMPLES.items() if other != name for each in found]
    trained = [text for route in load_routes(FOLDER / "routes").values() for text in route.examples]
    inbox = [json.loads(line)["message"] for line in (FOLDER / "inbox.jsonl").read_text("utf-8").splitlines()]
    foreign = texts_of(FOREIGN)  # none where they do not lie beside the repository
    found = overlap([each.inputs.message for each in EXAMPLES[name]], [*others, *trained, *inbox, *foreign], LONG_RUN)
    assert (found.equal, found.sharing) == ((), ())
