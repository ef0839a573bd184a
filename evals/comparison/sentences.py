"""What a comparison says to people, in sentences. Functions of values."""

from collections.abc import Iterator

from evals.comparison.records import Comparison
from evals.comparison.verdicts import LEAST

LARGE, SMALL = 100, 0.001
"""From the one on a figure is shown without decimals, below the other with six."""

VERDICTS = {
    "better": "B is better than A",
    "worse": "B is worse than A",
    "equivalent": "B and A are equivalent: what there may be between them lies within the margin",
    "inconclusive": "It stays open whether B is better or worse than A",
}


def sentences(comparison: Comparison) -> str:
    """Return what the verdict rests on, what the set could have shown, what is ruled out, and what was left out."""
    return " ".join([*_verdict(comparison), *_left_out(comparison), *_others(comparison)])


def _verdict(comparison: Comparison) -> Iterator[str]:
    name, each = comparison["primary"], comparison["metrics"][comparison["primary"]]
    if each["mde"] is None:
        shared = f"{each['n']} shared example{'' if each['n'] == 1 else 's'}"
        yield f"With {shared} nothing can be concluded: of fewer than {LEAST} no difference is more than chance."
        return
    low, high = map(signed, each["ci95"])
    yield f"{VERDICTS[comparison['verdict']]}."
    yield (
        f"{name}: {plain(each['a'])} in A, {plain(each['b'])} in B, difference {signed(each['difference'])}"
        f" (95 % interval {low} to {high}, {p_text(each['p'])}, {each['n']} examples)."
    )
    yield f"The smallest difference that this set shows in four cases of five is {plain(each['mde'])}."
    yield f"Ruled out are differences below {low} and above {high}."


def _left_out(comparison: Comparison) -> Iterator[str]:
    errors, unpaired = comparison["errors"], comparison["unpaired"]
    if errors["a"] or errors["b"]:
        yield (
            f"Runs that ended in an error count for neither side: {errors['a']} of A, {errors['b']} of B;"
            f" {_count(errors['left_out'])} left out for them."
        )
    if unpaired["a"] or unpaired["b"]:
        yield f"Without a partner: {_count(unpaired['a'])} of A, {_count(unpaired['b'])} of B."


def _others(comparison: Comparison) -> Iterator[str]:
    """Yield which of the other metrics got better or worse, beyond what their number explains."""
    steps = comparison["steps"].items()
    rows = [(name, each) for name, each in comparison["metrics"].items() if name != comparison["primary"]]
    rows += [(f"{step}: {name}", each) for step, metrics in steps for name, each in metrics.items()]
    for verdict in ("worse", "better"):
        names = [name for name, each in rows if each["verdict"] == verdict]
        if names:
            yield f"Among the {len(rows)} other figures, corrected for their number, {verdict}: {', '.join(names)}."


def signed(value: float) -> str:
    """Return a difference as text, with its sign."""
    return f"{'-' if value < 0 else '+'}{plain(abs(value))}"


def plain(value: float) -> str:
    """Return a figure of at least 0 as text, with as many decimals as its size asks for."""
    if value >= LARGE:
        return f"{value:,.0f}"
    return f"{value:.3f}" if value >= SMALL or not value else f"{value:.6f}"


def p_text(p: float) -> str:
    """Return a p-value as text."""
    return f"p = {p:.3f}" if p >= SMALL else f"p < {SMALL}"


def _count(ids: list[str]) -> str:
    return f"{len(ids)} example{'' if len(ids) == 1 else 's'}"
