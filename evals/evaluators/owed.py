"""What steps owe: each kind of expectation, judged on what a step wrote. Functions of values.

An evaluator here takes the expectations and the outputs that count (evals/steps.toml says which step owes what), and
returns the scores with whether the step did its part; None where nothing of the kind is expected.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from evals.evaluators.citations import citation_scores
from evals.evaluators.completion import reply_scores, same_actions
from evals.evaluators.matches import agreement, measures
from evals.evaluators.texts import holds, pairs_of_words
from evals.examples import Expected
from evals.records import Scores

Output = dict[str, Any]
Outputs = Sequence[Output]


class Judgement(NamedTuple):
    """The scores of one expectation, and whether the step met what the answer depends on."""

    scores: Scores
    is_right: bool


CONSENT: Mapping[str, str] = {"acted": "act", "waiting": "ask_person", "declined": "decline"}
"""The verdict on an action that leads to an outcome."""
Judge = Callable[[Expected, Outputs], Judgement | None]


def route(expected: Expected, outputs: Outputs) -> Judgement | None:
    """Judge the last route against the message's."""
    if expected.route is None:
        return None
    right = outputs[-1].get("route") == expected.route
    return Judgement({"route": right}, right)


def sure(expected: Expected, outputs: Outputs) -> Judgement | None:
    """Judge a tier after which a person looks: it has to be sure of a message that the desk can work."""
    if expected.outcome in (None, "escalated"):
        return None
    right = outputs[-1].get("sure") is True
    return Judgement({"sure": right}, right)


def routes(expected: Expected, outputs: Outputs) -> Judgement | None:
    """Judge the routes of all branches against those of the requests."""
    wanted = {each.route for each in expected.requests or [] if each.route}
    if not wanted:
        return None
    scores = agreement(sorted(wanted), sorted({str(each["route"]) for each in outputs if each.get("route")}))
    return Judgement(_named("routes", scores), scores["recall"] == 1)


def requests(expected: Expected, outputs: Outputs) -> Judgement | None:
    """Judge the separate requests: each expected one has a given one with most of its words, and none is left over."""
    if expected.requests is None:
        return None
    given = [str(each) for each in outputs[-1].get("requests") or []]
    wanted = [each.quote for each in expected.requests]
    scores = measures(pairs_of_words(wanted, given), len(wanted), len(given))
    return Judgement(_named("requests", scores), scores["f1"] == 1)


def keeps(expected: Expected, outputs: Outputs) -> Judgement | None:
    """Judge what is read of a message: nothing that is asked was set aside; what is only quoted may be, facts too."""
    if not expected.requests:
        return None
    text = str(outputs[-1].get("request"))
    share = sum(holds(text, each.quote) for each in expected.requests) / len(expected.requests)
    return Judgement({"keeps_recall": share}, share == 1)


def several(expected: Expected, outputs: Outputs) -> Judgement | None:
    """Judge whether a message that asks for several things was told from one that does not."""
    if not expected.requests:
        return None
    right = outputs[-1].get("several") is (len(expected.requests) > 1)
    return Judgement({"several": right}, right)


def facts(expected: Expected, outputs: Outputs) -> Judgement | None:
    """Judge the facts: found where one of the same kind overlaps with the quote; requests among them do not count.

    A name that was not found is no fault: many are told and few matter.
    """
    if expected.facts is None:
        return None
    given = [each for each in outputs[-1].get("facts") or [] if each["kind"] != "request"]
    found = [any(_is_same_fact(each.kind, each.quote, other) for other in given) for each in expected.facts]
    used = [any(_is_same_fact(each.kind, each.quote, other) for each in expected.facts) for other in given]
    recall = sum(found) / len(found) if found else 1.0
    precision = sum(used) / len(used) if used else float(not found)
    right = all(hit for hit, each in zip(found, expected.facts, strict=True) if each.kind != "name")
    return Judgement({"facts_precision": precision, "facts_recall": recall}, right)


def request(expected: Expected, outputs: Outputs) -> Judgement | None:
    """Judge the request that a message is worked by: it has most of the words of one that is expected, not just one."""
    if not expected.requests:
        return None
    output = outputs[-1]
    quotes = [each["quote"] for each in output.get("facts") or [] if each["kind"] == "request"]
    given = [*quotes, str((output.get("case") or {}).get("request", "")), str(output.get("request", ""))]
    given = [each for each in given if len(each.split()) > 1]
    right = any(pairs_of_words([each.quote], given) for each in expected.requests)
    return Judgement({"request": right}, right)


def values(expected: Expected, outputs: Outputs) -> Judgement | None:
    """Judge the case: it has the normal form of every fact that has one."""
    wanted = [(f"{each.kind}s", each.value) for each in expected.facts or [] if each.value]
    if not wanted:
        return None
    case = outputs[-1].get("case") or {}
    share = sum(value in (case.get(field) or []) for field, value in wanted) / len(wanted)
    return Judgement({"values_recall": share}, share == 1)


def passages(expected: Expected, outputs: Outputs) -> Judgement | None:
    """Judge the search: the share of the policies to be found; right where all that are to be cited were found.

    Without `passages` those to be cited are the ones to be found.
    """
    wanted = expected.passages if expected.passages is not None else expected.citations
    if wanted is None:
        return None
    evidence = [{"passages": finding["evidence"]} for finding in _findings(outputs)]
    found = {str(name).partition(".")[0] for each in (*outputs, *evidence) for name in each.get("passages") or []}
    recall = len(found & set(wanted)) / len(wanted) if wanted else 1.0
    return Judgement({"passages_recall": recall}, found >= set(expected.citations or []))


def things(expected: Expected, outputs: Outputs) -> Judgement | None:
    """Judge the findings: of each expected action, the thing that it is about stands in a row."""
    wanted = [value for each in expected.actions or [] for key, value in each.args.items() if key.endswith("_id")]
    if not wanted:
        return None
    rows = {value for finding in _findings(outputs) for row in finding["rows"] for value in row.values()}
    share = sum(bool(rows & set([value] if isinstance(value, str) else value)) for value in wanted) / len(wanted)
    return Judgement({"things_recall": share}, share == 1)


def citations(expected: Expected, outputs: Outputs) -> Judgement | None:
    """Judge what the drafts cite; more than is expected costs precision and is no fault."""
    drafts = _drafts(outputs)
    scores = citation_scores(expected, {"citations": [name for each in drafts for name in each["citations"]]})
    return Judgement(scores, scores["citations_recall"] == 1) if scores and drafts else None


def action(expected: Expected, outputs: Outputs) -> Judgement | None:
    """Judge the actions that the drafts propose, with their arguments."""
    drafts = _drafts(outputs)
    if expected.actions is None or not drafts:
        return None
    proposed = [each["action"] for each in drafts if each.get("action")]
    given = [{"name": each["name"], "args": each} for each in proposed]
    right = same_actions(expected.actions, given)
    return Judgement({"action": right}, right)


def says(expected: Expected, outputs: Outputs) -> Judgement | None:
    """Judge the figures that the drafts name."""
    drafts = _drafts(outputs)
    scores = reply_scores(expected, {"reply": "\n".join(each["reply"] for each in drafts)})
    return Judgement(scores, all(score == 1 for score in scores.values())) if scores and drafts else None


def calls(expected: Expected, outputs: Outputs) -> Judgement | None:
    """Judge whether the workers or tools that the answer needs were asked."""
    if expected.calls is None:
        return None
    asked = {each["worker"] for output in outputs for each in (output.get("plan") or {}).get("subtasks", [])}
    asked |= {output["call"]["name"] for output in outputs if output.get("call")}
    scores = agreement(sorted(set(expected.calls)), sorted(asked))
    return Judgement(_named("calls", scores), scores["recall"] == 1)


def consent(expected: Expected, outputs: Outputs) -> Judgement | None:
    """Judge the reviews of the actions: done at once where that is expected, else stopped as it is, one at least."""
    wanted, verdicts = CONSENT.get(expected.outcome or ""), {each["review"]["verdict"] for each in outputs}
    if wanted is None:
        return None
    right = verdicts == {wanted} if wanted == "act" else wanted in verdicts
    return Judgement({"consent": right}, right)


def wish(expected: Expected, outputs: Outputs) -> Judgement | None:
    """Judge a second reading: it doubts no action that is to be done at once."""
    return consent(expected, outputs) if expected.outcome == "acted" else None


def fraud(expected: Expected, outputs: Outputs) -> Judgement | None:
    """Judge the tally; `evals/evaluators/votes.py` has its scores."""
    if expected.fraud is None or "tally" not in outputs[-1]:
        return None
    return Judgement({}, outputs[-1]["tally"]["fraud"] is expected.fraud)


OWED: Mapping[str, Judge] = {
    "route": route,
    "sure": sure,
    "routes": routes,
    "requests": requests,
    "keeps": keeps,
    "several": several,
    "facts": facts,
    "request": request,
    "values": values,
    "passages": passages,
    "things": things,
    "citations": citations,
    "action": action,
    "says": says,
    "calls": calls,
    "consent": consent,
    "wish": wish,
    "fraud": fraud,
}
"""All kinds of expectations by the name that evals/steps.toml has for them; `verdict` is judged by `blame`."""


def _named(name: str, scores: Mapping[str, float]) -> Scores:
    return {f"{name}_{measure}": value for measure, value in scores.items()}


def _is_same_fact(kind: str, quote: str, given: Output) -> bool:
    return bool(given["kind"] == kind) and (holds(given["quote"], quote) or holds(quote, given["quote"]))


def _findings(outputs: Outputs) -> list[Output]:
    return [finding for each in outputs for finding in each.get("findings") or []]


def _drafts(outputs: Outputs) -> list[Output]:
    """Return the drafts in some outputs: each one's draft, or the parts that were gathered."""
    drafts = [each["draft"] for each in outputs if each.get("draft")]
    parts = [part for each in outputs for part in each.get("parts") or [] if isinstance(part, dict)]
    parts += [part["draft"] for each in outputs for part in each.get("sections") or [] if part["draft"]]
    own = [each for each in outputs if "reply" in each and "citations" in each]
    return [*drafts, *parts, *(_proposal(each) for each in own)]


def _proposal(resolution: Output) -> Output:
    """Return a resolution that a step wrote as a draft."""
    actions = resolution.get("actions") or []
    first = {"name": actions[0]["name"], **actions[0]["args"]} if actions else None
    return {**resolution, "action": first}
