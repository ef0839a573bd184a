"""What a recommendation says to people, in sentences. Functions of values.

The graphs come in the order of simplicity.
"""

from collections.abc import Iterator, Sequence

from evals.bakeoff.figures import figure_of
from evals.bakeoff.recommending import MEETS, find_best, meets_targets
from evals.bakeoff.records import Because, GraphFigures
from evals.bakeoff.targets import Target
from evals.comparison.sentences import p_text, plain, signed
from evals.comparison.verdicts import LEAST
from evals.records import Metric


def sentences(
    graphs: Sequence[GraphFigures], pattern: str | None, because: Because, metric: str, targets: Sequence[Target]
) -> str:
    """Return what a recommendation rests on, how sure it is, and what to look at."""
    chosen, best = next((each for each in graphs if each["graph"] == pattern), None), find_best(graphs)
    if chosen is None or best is None:
        lines = [*_none(graphs, because, metric, targets)]
    else:
        lines = [f"Take {chosen['graph']}: {metric} {_figure(chosen['primary'])}.", _rank(graphs, chosen, best)]
        lines += [
            *_loss(chosen, best, sum(each["to_best"] is not None for each in graphs)),
            *_better_but_dear(graphs, best),
            *_narrow(chosen, targets),
            *_harm(chosen),
        ]
    return " ".join([*lines, *_errors(graphs)])


def _none(graphs: Sequence[GraphFigures], because: Because, metric: str, targets: Sequence[Target]) -> Iterator[str]:
    """Yield why no pattern is recommended."""
    if because == "too_few_examples":
        n = max(each["primary"]["n"] for each in graphs)
        yield f"With {_count(n, 'judged example')} nothing can be concluded: {LEAST} are the least, a hundred a start."
    elif because == "nothing_right":
        yield f"No pattern got anything right ({metric} is 0 everywhere), so there is nothing to choose between."
    else:
        yield "No pattern meets the targets."
        yield from (_reach(graphs, target) for target in targets)
        nearest = min(graphs, key=lambda each: (len(_missed(each)), -(each["primary"]["mean"] or 0.0)))
        yield f"The nearest is {nearest['graph']}, which misses {' and '.join(_missed(nearest))}."


def _reach(graphs: Sequence[GraphFigures], target: Target) -> str:
    """Return how far the patterns come towards one target, and whether more examples could change that."""
    known = [(each, figure_of(each, target.name)) for each in graphs]
    figures = [(each, figure) for each, figure in known if figure is not None and figure["mean"] is not None]
    if not figures:
        return f"{target.name} is not known of any of them."
    sign = 1 if target.is_most else -1
    graph, figure = min(figures, key=lambda each: sign * (each[1]["mean"] or 0.0))
    standing = graph["targets"][target.name]
    more = "; its interval reaches the target, so more examples may change that" if standing == "just_missed" else ""
    asked = f"{'at most' if target.is_most else 'at least'} {plain(target.limit)} is asked for"
    return f"{target.name}: the best is {graph['graph']} with {_figure(figure)}, {asked}{more}."


def _rank(graphs: Sequence[GraphFigures], chosen: GraphFigures, best: GraphFigures) -> str:
    """Return where the chosen pattern stands among the others."""
    meeting = sum(meets_targets(each) for each in graphs)
    if meeting == 1 < len(graphs):
        return "No other meets the targets."
    of = f"the {meeting} that meet the targets" if chosen["targets"] else f"all {len(graphs)}"
    if chosen is not best:
        return f"It is the simplest of {of} that is not significantly worse than the best of them, {best['graph']}."
    if chosen is graphs[0]:
        return f"It is the best of {of}, and the simplest."
    return (
        f"It is the best of {of}; every simpler one is significantly worse{' or misses one' * bool(chosen['targets'])}."
    )


def _loss(chosen: GraphFigures, best: GraphFigures, comparisons: int) -> Iterator[str]:
    """Yield what may be lost to the best, and what loss could go unseen."""
    to_best = chosen["to_best"]
    if to_best is None:
        return
    (low, high), p = to_best["ci95"], p_text(to_best["p"])
    corrected = f"{p} corrected for {comparisons} comparisons" if comparisons > 1 else p
    sure = f"95 % interval {signed(low)} to {signed(high)}, {corrected}, {to_best['n']} examples"
    yield f"Difference to {best['graph']}: {signed(to_best['difference'])} ({sure})."
    if high < 0 and to_best["verdict"] != "equivalent":
        yield "Taken alone it would count as worse; but the best of many is so partly by luck: measure more."
    if to_best["mde"] is not None and to_best["verdict"] != "equivalent":
        yield f"A loss below {plain(to_best['mde'])} can go unseen: these examples show more in four cases of five."


def _better_but_dear(graphs: Sequence[GraphFigures], best: GraphFigures) -> Iterator[str]:
    """Yield the pattern that is ahead of the best, but misses a target."""
    top = max(graphs, key=lambda each: each["primary"]["mean"] or 0.0)
    if (top["primary"]["mean"] or 0.0) > (best["primary"]["mean"] or 0.0):
        yield f"{top['graph']} comes to {_figure(top['primary'])}, but misses {' and '.join(_missed(top))}."


def _narrow(chosen: GraphFigures, targets: Sequence[Target]) -> Iterator[str]:
    """Yield the targets that are met, but not for sure."""
    for target in targets:
        figure = figure_of(chosen, target.name)
        if chosen["targets"][target.name] == "just_met" and figure is not None:
            yield (
                f"It meets {target.name} {plain(target.limit)}, but not for sure: its interval, {_interval(figure)},"
                " reaches beyond."
            )


def _harm(chosen: GraphFigures) -> Iterator[str]:
    if chosen["harm"]:
        look = f"baton eval show {chosen['experiment']}"
        yield f"It did harm in {_count(chosen['harm'], 'run')}, which no average makes good: look at them ({look})."


def _errors(graphs: Sequence[GraphFigures]) -> Iterator[str]:
    failed = {each["graph"]: each["errors"] for each in graphs if each["errors"]}
    if failed:
        counts = ", ".join(f"{name} {count}" for name, count in failed.items())
        yield f"Runs that ended in an error count for nobody: {counts}."


def _missed(figures: GraphFigures) -> list[str]:
    return [name for name, standing in figures["targets"].items() if standing not in MEETS]


def _figure(figure: Metric) -> str:
    interval = _interval(figure)
    return plain(figure["mean"] or 0.0) + (f" ({interval})" if interval else "")


def _interval(figure: Metric) -> str:
    low, high = figure["ci95"]
    return "" if low is None or high is None else f"{plain(low)} to {plain(high)}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
