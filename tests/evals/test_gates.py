"""Gates: an interval that crosses a bound, and files that cannot be used."""

from pathlib import Path

import pytest

from baton.errors import BadSetting
from baton.runs.registry import entries
from evals.comparison.comparing import compare
from evals.comparison.records import Comparison
from evals.gates import Gates, read_gates
from evals.records import ExperimentSummary, Metric
from tests.evals.comparison.sides import side

OWN = Path(__file__).parents[2] / "evals" / "gates.toml"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "gates.toml"


def gates(file: Path, text: str) -> Gates:
    file.write_text(text)
    return read_gates(file, ["routing", "agent"])


def comparison(first: int, second: int) -> Comparison:
    """Of 100 examples so many right in A, and in B."""
    return compare(*(side(index < right for index in range(100)) for right in (first, second)))


def summary(low: float | None, high: float | None) -> ExperimentSummary:
    metric: Metric = {"mean": 0.8, "ci95": [low, high], "n": 100}
    kept: dict[str, object] = {
        "graph": "routing",
        "metrics": {"route": metric},
        "steps": {"classify": {"route": metric}},
    }
    return kept  # type: ignore[return-value]


def test_a_bound_is_crossed_by_the_interval_not_by_the_mean(file: Path) -> None:
    held = gates(file, "[compare.metrics]\ntask_completion = { at_least = -0.05 }")
    assert held.crossed_by_comparison(comparison(80, 80)) == []
    [line] = held.crossed_by_comparison(comparison(80, 77))
    assert line.startswith(f"{file}: compare.metrics.task_completion may be as low as -0.0")
    assert line.endswith("at least -0.05 is asked for")


def test_a_set_too_small_to_show_it_does_not_pass(file: Path) -> None:
    held = gates(file, "[compare.metrics]\ntask_completion = { at_least = -0.05 }")
    assert held.crossed_by_comparison(compare(side([True] * 3), side([True] * 3)))
    alone = gates(file, "[run.routing.metrics]\nroute = { at_least = 0.1 }")
    assert alone.crossed_by_run(summary(None, None)) == [
        f"{file}: run.routing.metrics.route may be as low as anything; at least 0.1 is asked for"
    ]


def test_an_experiment_is_held_by_its_means_and_by_its_steps(file: Path) -> None:
    held = gates(
        file,
        """
        [run.routing.metrics]
        route = { at_least = 0.7, at_most = 0.85 }
        [run.routing.steps.classify]
        route = { at_least = 0.9 }
        """,
    )
    assert held.crossed_by_run(summary(0.72, 0.9)) == [
        f"{file}: run.routing.metrics.route may be as high as 0.9; at most 0.85 is allowed",
        f"{file}: run.routing.steps.classify.route may be as low as 0.72; at least 0.9 is asked for",
    ]


@pytest.mark.parametrize(
    "text, why",
    [
        (
            "[compare.metrics]\ntask = { at_least = 0 }",
            "compare.metrics.task: was not measured; measured were task_comp",
        ),
        ("[compare.steps.nowhere]\nroute = { at_least = 0 }", "compare.steps.nowhere.route: was not measured"),
        ("[run.agent.metrics]\nroute = { at_least = 0 }", "compare: there is no such table"),
    ],
)
def test_a_name_that_was_not_measured_is_no_pass(file: Path, text: str, why: str) -> None:
    with pytest.raises(BadSetting, match=why) as raised:
        gates(file, text).crossed_by_comparison(comparison(80, 80))
    assert str(raised.value).startswith(str(file))


@pytest.mark.parametrize(
    "text, why",
    [
        ("[run.rooting.metrics]\nroute = { at_least = 0 }", "run.rooting: no graph has that name"),
        ("[compare.metrics]\nroute = { atleast = 0 }", r"compare\.metrics\.route\.atleast: Extra inputs"),
        ("[compare.metrics]\nroute = {}", r"compare\.metrics\.route: .*needs at_least or at_most"),
        ("[compare.metrics]\nroute = { at_least = 'much' }", r"compare\.metrics\.route\.at_least: .*valid number"),
        ("[compare.metrics]\n", "compare: .*names no metric"),
        ("[compares.metrics]\n", "compares: Extra inputs"),
        ("[compare", "gates.toml: "),
    ],
)
def test_a_file_that_does_not_fit_names_the_file_and_the_key(file: Path, text: str, why: str) -> None:
    with pytest.raises(BadSetting, match=why) as raised:
        gates(file, text)
    assert str(raised.value).startswith(str(file))


def test_a_graph_without_bounds_is_not_held_by_nothing(file: Path) -> None:
    held = gates(file, "[run.agent.metrics]\nroute = { at_least = 0 }")
    with pytest.raises(BadSetting, match=r"run\.routing: there is no such table"):
        held.crossed_by_run(summary(0.7, 0.9))


def test_our_own_file_fits_our_graphs() -> None:
    assert read_gates(OWN, entries()).of_comparison().metrics["task_completion"].at_least == -0.05


def test_there_must_be_a_file(tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match=r"none\.toml"):
        read_gates(tmp_path / "none.toml", [])
