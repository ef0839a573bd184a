"""Datasets are read whole, and every line that is none is told by its file and number."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baton.errors import UsageError
from evals.dataset import chosen, csv_records, default_dataset, jsonl_records, own_datasets, read
from evals.examples import Example
from tests.evals.conftest import line, written


def faults(path: Path) -> list[str]:
    return read(path)[1]


def test_a_line_is_an_example(tmp_path: Path) -> None:
    steps = {"classify": {"route": "fees"}}
    given = line("a", "What does it cost?", "fees", split="dev", expected={"citations": ["FEES-01"], "steps": steps})
    [example], complaints = read(written(tmp_path / "d.jsonl", given))
    assert complaints == []
    assert (example.id, example.inputs.message, example.split) == ("a", "What does it cost?", "dev")
    assert (example.expected.route, example.expected.citations) == ("fees", ["FEES-01"])
    assert example.expected.steps == steps
    assert example.expected.actions is None


@pytest.mark.parametrize(
    "bad,told",
    [
        ("{", "is not JSON"),
        ("[1]", "valid dictionary"),
        ('{"id": "x", "inputs": {"message": " "}, "expected": {}}', "the message is empty"),
        ('{"id": "x", "inputs": {"message": "hi"}, "expected": {"rout": "fees"}}', "expected.rout"),
        ('{"id": "x", "inputs": {"message": "hi"}, "expected": {"outcome": "done"}}', "expected.outcome"),
        ('{"id": "x", "inputs": {"message": "hi"}, "expected": {"actions": ["pay"]}}', "expected.actions"),
        ('{"id": "x", "inputs": {"message": "hi"}, "expected": {}, "split": "train"}', "split"),
        ('{"id": "x", "inputs": {"message": "hi"}, "expected": {"steps": {"s": {"n": NaN}}}}', "is not JSON"),
    ],
)
def test_a_bad_line_is_told_by_file_and_number(tmp_path: Path, bad: str, told: str) -> None:
    [fault] = faults(written(tmp_path / "d.jsonl", line("a", "hi"), bad, line("b", "ho")))
    assert fault.startswith(f"{tmp_path / 'd.jsonl'} line 2: ")
    assert told in fault
    assert "\n" not in fault


def test_every_bad_line_is_told(tmp_path: Path) -> None:
    assert len(faults(written(tmp_path / "d.jsonl", "{", line("a", "hi"), "]"))) == 2


@pytest.mark.parametrize("route", ["Cards", "card", "cards, fees", "CARDS"])
def test_a_label_that_is_no_route_of_the_desk_is_refused(tmp_path: Path, route: str) -> None:
    (tmp_path / "d.csv").write_text(f'text,route\nWhere is it?, cards \nWhere?,"{route}"\n')
    [told] = faults(tmp_path / "d.csv")
    assert told.startswith(
        f"{tmp_path / 'd.csv'} line 3: the route {route!r} is none of account, cards, disputes, fees"
    )
    whole = written(tmp_path / "d.jsonl", line("a", "hi", route))
    of_a_step = written(tmp_path / "e.jsonl", line("a", "hi", expected={"steps": {"classify": {"route": route}}}))
    assert [len(faults(each)) for each in (whole, of_a_step)] == [1, 1]


def test_the_routes_are_those_that_the_desk_has_now(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "routes").mkdir()
    for name in ("Cards", "rest"):
        (tmp_path / "routes" / f"{name}.txt").write_text("# What it is.\nan example\n")
    monkeypatch.setenv("BATON_ROUTES", str(tmp_path / "routes"))
    assert faults(written(tmp_path / "d.jsonl", line("a", "hi", "Cards"))) == []
    assert len(faults(written(tmp_path / "d.jsonl", line("a", "hi", "cards")))) == 1


def test_an_id_counts_once(tmp_path: Path) -> None:
    [fault] = faults(written(tmp_path / "d.jsonl", line("a", "hi"), line("a", "ho")))
    assert "line 2: the id 'a' is taken" in fault


def test_an_example_without_a_split_among_others_would_never_be_run(tmp_path: Path) -> None:
    [fault] = faults(written(tmp_path / "d.jsonl", line("a", "hi", split="dev"), line("b", "ho")))
    assert "line 2: has no split" in fault


def test_a_csv_needs_a_text_and_a_route_and_ignores_the_rest(tmp_path: Path) -> None:
    file = tmp_path / "d.csv"
    file.write_text('intent,Text,route\nx,"Where, please,\nis it?",cards\ny,Too dear,fees\n')
    examples, complaints = read(file)
    assert complaints == []
    assert [(each.inputs.message, each.expected.route) for each in examples] == [
        ("Where, please,\nis it?", "cards"),
        ("Too dear", "fees"),
    ]


@pytest.mark.parametrize(
    "row,told",
    [("hi", "1 fields"), ("hi,", "the route is empty"), (",fees", "message is empty"), ("a,b,c", "3 fields")],
)
def test_a_bad_csv_row_is_told_by_its_line(tmp_path: Path, row: str, told: str) -> None:
    file = tmp_path / "d.csv"
    file.write_text(f"text,route\nfine,fees\n{row}\n")
    [fault] = faults(file)
    assert f"{file} line 3: " in fault
    assert told in fault


def test_an_open_quote_does_not_swallow_the_rest_unsaid(tmp_path: Path) -> None:
    file = tmp_path / "d.csv"
    file.write_text('text,route\nfine,fees\n"open,fees\nlost,fees\n')
    assert "does not parse" in faults(file)[0]


@pytest.mark.parametrize(
    "name,content", [("d.csv", "text,intent\n"), ("d.csv", ""), ("d.txt", "hi"), ("no.jsonl", None)]
)
def test_a_file_that_is_no_dataset_is_refused(tmp_path: Path, name: str, content: str | None) -> None:
    if content is not None:
        (tmp_path / name).write_text(content)
    with pytest.raises(UsageError):
        read(tmp_path / name)


def test_the_content_hash_knows_the_content_and_not_the_id(tmp_path: Path) -> None:
    lines = [
        line("a", "hi"),
        line("b", "hi"),
        line("c", "hi", "fees"),
        line("d", "hi", expected={"outcome": "answered"}),
    ]
    hashes = [each.content_hash for each in read(written(tmp_path / "d.jsonl", *lines))[0]]
    assert hashes[0] == hashes[1]
    assert len(set(hashes)) == 3


def examples(*splits: str | None) -> list[Example]:
    return [Example.model_validate(line(str(at), "hi", split=split)) for at, split in enumerate(splits)]


def test_the_test_split_must_be_asked_for() -> None:
    both = examples("dev", "test", "dev")
    assert [each.id for each in chosen(both, None, None)] == ["0", "2"]
    assert [each.id for each in chosen(both, "test", None)] == ["1"]
    assert [each.id for each in chosen(both, None, 1)] == ["0"]


def test_a_split_that_there_is_not_is_refused() -> None:
    for wrong in (examples(None), examples("dev"), []):
        with pytest.raises(UsageError):
            chosen(wrong, "test", None)


def test_a_graph_without_a_dataset_says_so() -> None:
    with pytest.raises(UsageError, match="--dataset"):
        default_dataset("nothing")


@pytest.mark.parametrize("file", sorted(own_datasets().glob("*.jsonl")), ids=lambda file: str(file.stem))
def test_our_own_datasets_hold_no_bad_line(file: Path) -> None:
    found, complaints = read(file)
    assert complaints == []
    assert {each.split for each in found} == {"dev", "test"}


@given(st.text(max_size=200))
def test_no_text_breaks_the_readers(text: str) -> None:
    for records in (jsonl_records, csv_records):
        try:
            assert all(number >= 1 for number, _ in records(text))
        except UsageError:
            assert records is csv_records
