"""What was measured is kept line by line: a killed run goes on, and other code or another model begins anew."""

from pathlib import Path

from evals.fences.counting import cells_in
from evals.fences.keeping import Rows, read_result, with_model, write_result
from evals.fences.records import Table
from tests.evals.fences.test_counting import row


def test_rows_are_there_after_a_kill_but_for_a_half_written_last_one(tmp_path: Path) -> None:
    rows = Rows(tmp_path / "f" / "rows.jsonl")
    rows.add(row("a"))
    with (tmp_path / "f" / "rows.jsonl").open("a") as file:
        file.write('{"model": "local:x", "gra')
    again = Rows(tmp_path / "f" / "rows.jsonl")
    assert again.all == [row("a")]
    assert again.has(row("a").place, "a")
    again.add(row("b"))
    assert Rows(tmp_path / "f" / "rows.jsonl").all == [row("a"), row("b")]


def test_another_configuration_is_measured_anew_and_the_last_one_counts(tmp_path: Path) -> None:
    rows = Rows(tmp_path / "rows.jsonl")
    for each in (row("a"), row("b"), row("a", configuration="d")):
        rows.add(each)
    assert not rows.has(row("b", configuration="d").place, "b")
    assert [each.configuration for each in rows.of("local:x")] == ["d"]
    assert rows.of("local:y") == []


def test_a_models_cells_take_the_place_of_those_it_had(tmp_path: Path) -> None:
    table = with_model(Table(made_by="m", dataset="d"), "local:x", [row("a")])
    table = with_model(table, "local:y", [row("a")])
    table = with_model(table, "local:x", [row("a"), row("b")])
    assert [(each.model, each.cells[0].n) for each in table.models] == [("local:y", 1), ("local:x", 2)]
    assert table.models[1].cells == cells_in([row("a"), row("b")], ["routing"])
    write_result(table, tmp_path / "result.json")
    assert read_result(tmp_path / "result.json") == table


def test_a_part_that_is_measured_alone_leaves_the_other_cells_and_those_with_more_messages() -> None:
    before = [row("a"), row("b"), row("a", cell="schema"), row("a", graph="chaining")]
    table = with_model(Table(made_by="m", dataset="d"), "local:x", before)
    table = with_model(table, "local:x", [row("a"), row("a", cell="schema"), row("b", cell="schema")])
    sizes = [(each.graph, each.cell, each.n) for each in table.models[0].cells]
    assert sizes == [("chaining", "all fences", 1), ("routing", "all fences", 2), ("routing", "schema", 2)]


def test_cells_that_are_as_they_were_keep_their_day() -> None:
    table = with_model(Table(made_by="m", dataset="d"), "local:x", [row("a")])
    [made] = table.models
    table = table.model_copy(update={"models": [made.model_copy(update={"measured": "2026-01-01"})]})
    assert with_model(table, "local:x", [row("a")]) == table
    assert with_model(table, "local:x", [row("a"), row("b")]).models[0].measured != "2026-01-01"
