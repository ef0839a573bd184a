"""`baton eval report`: a file for people, Markdown and JSON for programs; what cannot be written leaves nothing."""

import json
import resource
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.report_file import refuse_unwritable, write_report
from baton.errors import StorageError, UsageError
from tests.baton.cli.conftest import Baton


@pytest.fixture
def experiment(baton: Baton, project: Path) -> str:
    """An experiment with three messages, one of which the toy answers wrong."""
    outcomes = {"hello": "answered", "<b>hi</b>": "answered", "how much": "escalated"}
    lines = [
        {"id": f"m{number}", "inputs": {"message": text}, "expected": {"outcome": outcome}}
        for number, (text, outcome) in enumerate(outcomes.items())
    ]
    (project / "d.jsonl").write_text("".join(f"{json.dumps(each)}\n" for each in lines))
    return str(baton("eval", "run", "toy", "--dataset", "d.jsonl", "--json").object["experiment"])


@pytest.fixture
def small_disk() -> Iterator[None]:
    """No file of this process may grow beyond 4 KiB."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_people_get_a_page_that_is_named_after_the_experiment(baton: Baton, project: Path, experiment: str) -> None:
    done = baton("eval", "report", experiment)
    file = project / f"report-{experiment}.html"
    assert (done.code, done.out) == (0, "")
    assert file.name in done.err
    assert file.stat().st_mode & 0o077 == 0
    text = file.read_text("utf-8")
    assert text.startswith("<!doctype html>")
    assert "how much" in text
    assert "<code>work</code> <small>done" in text


@pytest.mark.parametrize("name, start", [("r.md", "# Evaluation"), ("r.json", "{"), ("r.html", "<!doctype")])
def test_the_name_of_the_file_says_the_format(
    baton: Baton, project: Path, experiment: str, name: str, start: str
) -> None:
    assert baton("eval", "report", experiment, "--out", name).code == 0
    assert (project / name).read_text("utf-8").startswith(start)


def test_without_a_file_markdown_and_json_are_printed(baton: Baton, experiment: str) -> None:
    markdown = baton("eval", "report", experiment, "--format", "md").out
    assert "It completed 67 % of the tasks" in markdown
    report = json.loads(baton("eval", "report", experiment, "--format", "json").out)
    assert list(report) == ["made_at", "experiments", "comparisons"]
    assert report["experiments"][0]["summary"]["experiment"] == experiment
    assert report["experiments"][0]["worst"][0]["example"] == "m2"


def test_a_report_outlives_the_file_of_the_runs(baton: Baton, baton_home: Path, experiment: str) -> None:
    for file in baton_home.glob("eval-runs.db*"):
        file.unlink()
    [told] = json.loads(baton("eval", "report", experiment, "--format", "json").out)["experiments"]
    assert {len(each["steps"]) for each in told["worst"]} == {0}


def test_so_many_of_the_worst_are_shown(baton: Baton, experiment: str) -> None:
    [told] = json.loads(baton("eval", "report", experiment, "--format", "json", "--worst", "0").out)["experiments"]
    assert told["worst"] == []


@pytest.mark.parametrize(
    "arguments, says",
    [
        (("nobody",), "no experiment has the id 'nobody'"),
        (("ID", "ID"), "is named twice"),
        (("ID", "--out", "no/where.html"), "there is no folder no"),
        (("ID", "--out", "."), "is a folder"),
        (("ID", "--format", "pdf"), "pdf"),
    ],
)
def test_wrong_use_is_refused(
    baton: Baton, project: Path, experiment: str, arguments: tuple[str, ...], says: str
) -> None:
    before = sorted(project.iterdir())
    result = baton("eval", "report", *(experiment if each == "ID" else each for each in arguments))
    assert (result.code, result.out) == (2, "")
    assert says in result.err
    assert sorted(project.iterdir()) == before


def test_an_experiment_without_results_is_refused(baton: Baton, baton_home: Path, experiment: str) -> None:
    from baton.storage.sqlite_file import write_transaction  # noqa: PLC0415 - only this test writes rows

    with write_transaction(baton_home / "baton.db") as tx:
        tx.execute("UPDATE eval_cells SET status = NULL, result = NULL")
    result = baton("eval", "report", experiment)
    assert result.code == 2
    assert f"baton eval run --resume {experiment}" in result.err


def test_where_nothing_was_measured_it_says_how_to_begin(baton: Baton, project: Path) -> None:
    assert "there are no experiments yet" in baton("eval", "report", "e1").err
    baton("run", "toy", "hello")
    result = baton("eval", "report", "e1")
    assert (result.code, "there are no experiments yet" in result.err) == (2, True)


def test_on_a_full_disk_the_report_before_stays_and_nothing_half_written(tmp_path: Path, small_disk: None) -> None:
    file = tmp_path / "report.html"
    write_report(file, "before")
    with pytest.raises(StorageError, match="its disk is full"):
        write_report(file, "x" * 10_000)
    assert [each.name for each in tmp_path.iterdir()] == ["report.html"]
    assert file.read_text() == "before"


def test_what_is_no_file_is_written_to_and_a_link_leads_on(tmp_path: Path) -> None:
    nothing, link, file = tmp_path / "nothing", tmp_path / "link", tmp_path / "reports" / "report.html"
    nothing.symlink_to("/dev/null")
    file.parent.mkdir()
    file.write_text("before")
    link.symlink_to(file)
    for each in (nothing, link):
        write_report(each, "after")
    assert (nothing.is_symlink(), nothing.is_char_device()) == (True, True)
    assert (link.is_symlink(), file.read_text()) == (True, "after")


def test_a_place_that_cannot_be_looked_at_is_told(tmp_path: Path) -> None:
    file = tmp_path / ("f" * 300) / "report.html"
    with pytest.raises(UsageError, match=r"cannot write .*: File name too long"):
        refuse_unwritable(file)
    with pytest.raises(UsageError, match=r"cannot write .*: File name too long"):
        write_report(file, "text")
