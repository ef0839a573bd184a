"""Rows 5, 6 and 7: what the model's endpoint does to every graph, at each of its requests."""

import os
import shutil
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, partial
from importlib import import_module
from pathlib import Path
from tempfile import mkdtemp

from baton.config.home import home
from baton.models import asking, pace, pace_rules
from baton.runs.registry import load
from baton.runs.runner import Runner
from baton.runtime.resources import open_resources
from tests.faults.desk.cases import Case, Told, acts, cases, letters, queue_case, resolution
from tests.faults.inject.endpoint import Answer, Endpoint, serve
from tests.faults.inject.model_answers import BAD_ANSWERS, BENIGN
from tests.faults.inject.model_faults import PACED, PASSING, REFUSED_FORMS, SAYS, STAYING
from tests.faults.suite.children import apart, begin, tracebacks
from tests.faults.suite.frame import Outcome, Trial, row
from tests.faults.suite.warm import furnish

ALWAYS = 10**6
PATIENT_S = 20.0  # a busy machine must not be taken for a silent endpoint
WAIT_CAP_S = 1.5  # in place of the half minute that we would wait at most when told to
MOST_SECONDS = 30.0  # three attempts, each at most a second and a wait
MOST_ATTEMPTS = 3
MOST_QUESTIONS = 2  # a question and one repair
MOST_BYTES = 3_000_000  # what one run may leave in the database, whatever it was answered
THREAD = "run-1"
LATE_IMPORTS = (  # of a run with a remote model: half a second, spent here once instead of in every child
    "anyio._backends._asyncio",
    "genai_prices.data",
    "httpcore2",
    "langchain_core.tracers.stdout",
    "langchain_openai",
    "openai.resources.chat.completions",
)
for _module in LATE_IMPORTS:
    import_module(_module)


@dataclass(frozen=True, slots=True)
class Rule:
    """What a kind of fault may lead to: requests of the step in question, and whether the run may get through."""

    requests: int
    once_is_survived: bool
    always_is_survived: bool
    timeout_s: float = PATIENT_S


PATIENCE_S = 1.0  # in place of a minute and a half without anybody getting through
MOST_PACED = 12  # requests of one question: those in line for its turn, and three attempts
MOST_FORMS = 8  # a question, and what it is asked in one after the other

PASSES = Rule(MOST_ATTEMPTS, once_is_survived=True, always_is_survived=False, timeout_s=1.5)
SLOWED = Rule(MOST_PACED, once_is_survived=True, always_is_survived=False)
NEGOTIATED = Rule(MOST_FORMS, once_is_survived=True, always_is_survived=True)
STAYS = Rule(1, once_is_survived=False, always_is_survived=False)
REPAIRED = Rule(MOST_QUESTIONS, once_is_survived=True, always_is_survived=False)
HARMLESS = Rule(1, once_is_survived=True, always_is_survived=True)


@row(5, "the model's endpoint fails for a while, or for good: 429, 5xx, dropped, silent, dripping, cut", sample=44)
def pass_by(seed: int) -> Iterator[Trial]:
    yield from _trials(PASSING, PASSES)
    yield from _trials(PACED, SLOWED)


@row(6, "the model's endpoint refuses for good: 400, 401, quota, content filter; or a form of the request", sample=48)
def stay(seed: int) -> Iterator[Trial]:
    yield from _trials(STAYING, STAYS)
    yield from _trials(REFUSED_FORMS, NEGOTIATED)


@row(7, "the model answers, and the answer is none: no JSON, wrong shape, empty, refused, cut, huge", sample=72)
def bad_answers(seed: int) -> Iterator[Trial]:
    yield from _trials(BAD_ANSWERS, REPAIRED)
    yield from _trials(BENIGN, HARMLESS)


def _trials(faults: Mapping[str, Answer], rule: Rule) -> Iterator[Trial]:
    for case in cases():
        for name, answer in faults.items():
            yield Trial(f"{case.name}: {name}", "baton", partial(_try, case, answer, rule, SAYS.get(name, "")))


def _try(case: Case, answer: Answer, rule: Rule, says: str, folder: Path) -> Outcome:
    """The fault at every request that the case makes, once and for ever, side by side."""
    undisturbed = _run_undisturbed(case)
    plans = [(first, times) for first in range(len(undisturbed["asked"])) for times in (1, ALWAYS)]
    children = []
    for first, times in plans:
        own = folder / f"{first}-{times}"
        own.mkdir()
        furnish(own)
        children.append((own, begin(own, _work, case, Endpoint(answer, first, times), **_environment(rule.timeout_s))))
    outcome = Outcome()
    for (own, child), (first, times) in zip(children, plans, strict=True):
        ended = child.wait()
        found = _judge(undisturbed, ended.told, (first, times), rule, says)
        outcome += found + Outcome(tracebacks=tracebacks(own)) if found.failed or tracebacks(own) else Outcome()
    return outcome


@cache
def _run_undisturbed(case: Case) -> Told:
    """What comes of a case when nothing fails."""
    folder = Path(mkdtemp(prefix="baton-undisturbed-"))
    try:
        furnish(folder)
        told: Told = apart(folder, _work, case, Endpoint(), **_environment(PATIENT_S)).told
    finally:
        shutil.rmtree(folder)
    return told


def _environment(timeout_s: float) -> dict[str, str]:
    roles = ("CLASSIFIER", "CHEAP", "STRONG", "JUDGE")
    return {"BATON_MODEL_TIMEOUT_S": str(timeout_s), **{f"BATON_MODEL_{role}": "openai:scripted" for role in roles}}


async def _work(case: Case, endpoint: Endpoint) -> Told:
    """In a child: one run against that endpoint."""
    asking.RETRY_AFTER_CAP_S = pace_rules.LONGEST_WAIT_S = pace_rules.LONGEST_HOLD_S = WAIT_CAP_S
    pace.PATIENCE_S = PATIENCE_S
    async with serve(endpoint) as url:
        os.environ["OPENAI_BASE_URL"] = url
        started = time.monotonic()
        async with open_resources() as resources:
            runner = Runner(resources, load)
            await queue_case(runner, case, THREAD)
            summary = await runner.resume(THREAD)
            parked = await letters(resources, THREAD)
    told = {name: summary[name] for name in ("status", "output", "error", "waiting_for", "usage")}
    seen = {"took": time.monotonic() - started, "asked": endpoint.asked, "acts": acts(home()), "bytes": _bytes(home())}
    return {**told, **seen, "letters": parked, "faults": endpoint.faults}


def _bytes(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.glob("baton.db*"))


def _judge(right: Told, told: Told | None, plan: tuple[int, int], rule: Rule, says: str) -> Outcome:
    """What a run may come to: the same as undisturbed, or a dead letter with its evidence; never in between."""
    first, times = plan
    where = f"request {first}, {'once' if times == 1 else 'always'}"
    if told is None:
        return Outcome(lost=1, note=f"{where}: the run hung or its process died")
    survived = _end(told) == _end(right)
    parked = told["status"] == "dead_lettered" and all(letter["evidence"] for letter in told["letters"])
    open_to_a_person = bool(told["letters"]) or (told["output"] or {}).get("outcome") == "escalated"
    notes = [*_exceeds(right, told, first, rule)]
    must = rule.once_is_survived if times == 1 else rule.always_is_survived
    silent = not survived and not parked and not open_to_a_person
    if not (survived or parked or open_to_a_person):
        notes.append(f"it ended {told['status']}: {told['error']} {resolution(told['output'])}")
    if must and rule is not REPAIRED and not survived:
        notes.append(f"it was not survived: {[letter['error'][:120] for letter in told['letters']]}")
    if not all(says in letter["error"] for letter in told["letters"]):
        notes.append(f"a dead letter does not say {says!r}: {[letter['error'][:120] for letter in told['letters']]}")
    if survived and not rule.always_is_survived and times != 1:
        notes.append("an answer that is none was taken for one")
        silent = True
    doubled = max(0, len(told["acts"]) - len(right["acts"]))
    return Outcome(
        lost=int(bool(notes) and not silent), doubled=doubled, silent=int(silent), note=_message(where, notes)
    )


def _message(where: str, notes: list[str]) -> str:
    return f"{where}: {', '.join(notes)}" if notes else ""


def _end(told: Told) -> tuple[object, ...]:
    asked = [question["action_requests"] for question in told["waiting_for"]]
    return told["status"], resolution(told["output"]), asked


def _exceeds(right: Told, told: Told, first: int, rule: Rule) -> Iterator[str]:
    """More requests, more time or more room than the policies allow; a desk may ask one thing twice by itself."""
    usual = Counter(question for _, question in right["asked"])
    asked = Counter(question for _, question in told["asked"][first:])
    most = max((count - max(usual[question], 1) + 1 for question, count in asked.items()), default=0)
    if most > rule.requests:
        yield f"{most} requests of one question where {rule.requests} are allowed"
    if told["took"] > MOST_SECONDS:
        yield f"it took {told['took']:.1f} s"
    if told["bytes"] > MOST_BYTES:
        yield f"it left {told['bytes']:,} bytes"
