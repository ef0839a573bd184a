"""What is wrong in a dataset is told by the example and by what is wrong; what is right is not."""

from pathlib import Path
from typing import Any

import pytest

from evals.dataset_checks import check_dataset, check_datasets, label_counts, set_faults
from evals.examples import Example
from tests.evals.conftest import line, written

MESSAGE = "Sparrow Mobile took £24.90 from card 4821 on 2 October, twice. Please give one back."


def complaints(path: Path, *, message: str = MESSAGE, name: str = "d", **expected: Any) -> list[str]:
    """The complaints about one example with these expectations, without the file and its id."""
    file = written(path / f"{name}.jsonl", line("a", message, "disputes", expected=expected))
    return [each.removeprefix(f"{file} a: ") for each in check_dataset(file)[1]]


def fact(kind: str, quote: str, value: str | None = None) -> dict[str, Any]:
    return {"facts": [{"kind": kind, "quote": quote, "value": value}]}


def test_nothing_is_wrong_with_what_is_right(tmp_path: Path) -> None:
    facts = [
        ("amount", "£24.90", "24.90"),
        ("date", "2 October", "2026-10-02"),
        ("name", "Sparrow Mobile", "Sparrow Mobile"),
        ("reference", "card 4821", "4821"),
        ("date", "twice", None),
    ]
    right: dict[str, Any] = {
        "citations": ["DISP-03"],
        "passages": ["DISP-03", "DISP-01"],
        "requests": [{"quote": "Please give one back.", "route": "disputes"}],
        "facts": [{"kind": kind, "quote": quote, "value": value} for kind, quote, value in facts],
        "actions": [{"name": "refund", "args": {"transaction_id": ["T01", "T02"], "amount": "24.90"}}],
        "calls": ["transactions", "policies", "search_policies", "list_cards"],
        "steps": {"classify": {"route": "disputes"}, "sections/split": {}},
    }
    assert complaints(tmp_path, **right) == []


@pytest.mark.parametrize(
    "expected,told",
    [
        ({"requests": [{"quote": "please give one back."}]}, "the quote 'please give one back.' is not in the message"),
        (fact("amount", "24,90", "24.90"), "the quote '24,90' is not in the message"),
        (fact("amount", "£24.90", "42.90"), "the amount '42.90' is not what '£24.90' says"),
        (fact("amount", "£24.90", "a lot"), "the amount 'a lot' has not the form of one"),
        (fact("date", "2 October", "2026-10-03"), "the date '2026-10-03' is not what '2 October' says"),
        (fact("date", "2 October", "October"), "the date 'October' has not the form of one"),
        (fact("reference", "4821", "4812"), "the reference '4812' is not what '4821' says"),
        (fact("colour", "card"), "a fact is one of amount, date, name, reference, not 'colour'"),
        ({"citations": ["DISP-99"]}, "no policy in force has the id 'DISP-99'"),
        ({"passages": ["FEES-14"]}, "no policy in force has the id 'FEES-14'"),  # it has ended
        ({"calls": ["oracle"]}, "the call 'oracle' is none of "),
        ({"steps": {"clasify": {}}}, "there is no step 'clasify'"),
        ({"actions": [{"name": "refund", "args": {"amount": ["24.90", "24,90"]}}]}, "refund: amount: "),
        ({"actions": [{"name": "refund", "args": {"to": "me"}}]}, "refund: to: "),
    ],
)
def test_a_label_that_cannot_be_is_told(tmp_path: Path, expected: dict[str, Any], told: str) -> None:
    [fault] = complaints(tmp_path, **expected)
    assert fault.startswith(told)


def test_a_value_that_no_reader_reads_is_left_to_its_author(tmp_path: Path) -> None:
    assert complaints(tmp_path, message="It was a fiver", **fact("amount", "a fiver", "5.00")) == []


def test_a_graphs_own_dataset_names_the_steps_of_that_graph(tmp_path: Path) -> None:
    of_another: dict[str, Any] = {"steps": {"sections/split": {}}}
    assert complaints(tmp_path, name="routing", **of_another) == ["there is no step 'sections/split'"]
    assert complaints(tmp_path, name="support_desk", **of_another) == []


def test_a_message_stands_once_whatever_its_case(tmp_path: Path) -> None:
    file = written(tmp_path / "d.jsonl", line("a", "Where is it?"), line("b", "where  is it?"))
    assert check_dataset(file)[1] == [f"{file} b: its message is that of a"]


def test_an_id_stands_in_one_file(tmp_path: Path) -> None:
    one, other = (written(tmp_path / f"{name}.jsonl", line("a", f"hello {name}")) for name in "de")
    examples, found = check_datasets([one, other])
    assert (len(examples), found) == (2, [f"{other} a: the id stands in {one} too"])


def test_a_line_that_cannot_be_read_is_told_with_the_others(tmp_path: Path) -> None:
    file = written(tmp_path / "d.jsonl", "{", line("a", "hi", expected={"citations": ["DISP-99"]}))
    assert len(check_dataset(file)[1]) == 2


def halves(dev: dict[str, int], test: dict[str, int]) -> list[Example]:
    """Examples of two halves with so many of each route."""
    lines = [
        line(f"{split}-{route}-{at}", f"{split} {route} {at}", route, split=split)
        for split, routes in (("dev", dev), ("test", test))
        for route, times in routes.items()
        for at in range(times)
    ]
    return [Example.model_validate(each) for each in lines]


def test_halves_hold_each_label_in_like_share() -> None:
    assert list(set_faults(halves({"cards": 50, "fees": 50}, {"cards": 53, "fees": 47}))) == []
    assert list(set_faults(halves({"cards": 5, "fees": 5}, {"cards": 7, "fees": 3}))) == [], "too few to tell"
    told = list(set_faults(halves({"cards": 50, "fees": 50}, {"cards": 60, "fees": 40})))
    assert told == [
        "route cards: 50% of dev and 60% of test; even them out",
        "route fees: 50% of dev and 40% of test; even them out",
    ]


def test_a_set_without_halves_has_none_to_compare() -> None:
    assert list(set_faults(halves({"cards": 9}, {}))) == []


def test_every_label_is_counted_the_most_frequent_first() -> None:
    counts = [count for count in label_counts(halves({"cards": 1, "fees": 2}, {"fees": 1})) if count["kind"] == "route"]
    assert [tuple(each.values()) for each in counts] == [("route", "fees", 2, 1, 3), ("route", "cards", 1, 0, 1)]
