"""The page on datasets says what is in the files and in the records."""

import json
import re
from collections.abc import Sequence

from evals.dataset import own_datasets, read
from evals.dataset_checks import label_counts
from evals.examples import Example, Expected
from tests.evals.conftest import HOUSE

PAGE = (HOUSE / "docs" / "datasets.md").read_text("utf-8")
SETS = {file.stem: read(file)[0] for file in sorted(own_datasets().glob("*.jsonl"))}


def table(heading: str) -> list[list[str]]:
    """The cells of each row of the table that this line heads."""
    rows = PAGE.partition(f"\n{heading}\n")[2].partition("\n\n")[0].splitlines()[1:]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]


def halves(examples: Sequence[Example]) -> list[str]:
    return [str(sum(each.split == split for each in examples)) for split in ("dev", "test")]


def test_every_set_stands_there_with_its_size() -> None:
    rows = table("| set | dev | test | goes deeper into |")
    assert {re.sub(r"\[(\w+)\]\(.*\)", r"\1", row[0]): row[1:3] for row in rows} == {
        name: halves(examples) for name, examples in SETS.items()
    }


def test_every_outcome_stands_there_with_its_count() -> None:
    rows = table("| outcome | dev | test | the desk |")
    counts = [each for each in label_counts(SETS["desk"]) if each["kind"] == "outcome"]
    assert {row[0].strip("`"): row[1:3] for row in rows} == {
        each["label"]: [str(each["dev"]), str(each["test"])] for each in counts
    }


def test_every_field_is_explained() -> None:
    assert [row[0].strip("`") for row in table("| field | is |")] == list(Example.model_fields)
    assert [row[0].strip("`") for row in table("| in `expected` | is |")] == list(Expected.model_fields)


def test_the_line_that_is_shown_is_one_of_the_development_half() -> None:
    [shown] = re.findall(r"^```json\n(.*)\n```$", PAGE, re.MULTILINE)
    assert json.loads(shown)["split"] == "dev"
    assert shown in (own_datasets() / "desk.jsonl").read_text("utf-8").splitlines()
