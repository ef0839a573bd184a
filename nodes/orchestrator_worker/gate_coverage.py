"""Gate: the reply rests on the findings alone, and no sub-task was lost; with findings missing, a person looks."""

from collections.abc import Iterator, Sequence

from baton.redact import redact
from desk.business import business, knowledge
from desk.records import Passage, Review, amount_of, arguments, values_of
from desk.reply_checks import citation_fault, claim_fault, contents_fault, shows_card_number
from state.desk import Draft
from state.gates import gate_or_person
from state.orchestrator_worker import GateCoverageInput, GateCoverageUpdate


async def gate_coverage(state: GateCoverageInput) -> GateCoverageUpdate:
    """Return the gate's report on the draft; after a second fault, or with findings missing, a person looks."""
    passages = (await knowledge()).passages(state["passages"])
    fault = next(_faults_of_form(state, passages), None) or await _others(state, passages)
    fault = fault or next(_faults_of_content(state, passages), None)
    report = gate_or_person("gate_coverage", fault, state.get("repaired", []))
    if fault is None and state["missing"]:
        missing = f"no findings for {', '.join(state['missing'])}"
        report["review"] = Review(verdict="escalate", reason=missing)
    if "review" in report:
        return {**report, "best": _best(state, passages)}
    return {"complaint": report["complaint"], "repaired": report["repaired"]}


def _faults_of_form(state: GateCoverageInput, passages: Sequence[Passage]) -> Iterator[str]:
    """Yield what is lost, rests on nothing, or must not stand in any reply."""
    draft, findings = state["draft"], state["findings"]
    through = {*state["missing"], *(each.subtask for each in findings)}
    yield from (f"the sub-task {each.id} was lost" for each in state["plan"].subtasks if each.id not in through)
    if citation_fault(draft.citations, {each.policy_id for each in passages}):
        yield "the reply must cite policies, and only those that were found"
    for each in findings:
        if each.citations and not set(each.citations) & set(draft.citations):
            yield f"the reply rests on nothing that {each.subtask} found; it found {', '.join(each.citations)}"
    if shows_card_number(draft.reply, state["request"]):
        yield "the reply holds a card number"


def _faults_of_content(state: GateCoverageInput, passages: Sequence[Passage]) -> Iterator[str]:
    """Yield what the reply says or proposes beyond the findings."""
    draft = state["draft"]
    if fault := claim_fault(draft.reply, draft.action, _sources(state, passages)):
        yield fault
    if not _rests_on_findings(state, draft):
        yield f"the action names {business().wording.thing} that no finding holds"
    grounds = " ".join([state["request"], *_sources(state, passages)])
    reader, own = business().reader, amount_of(draft.action, business().service.chosen_amount_fields)
    for amount in sorted(reader.amounts(draft.reply) - reader.amounts(grounds) - own):
        yield f"neither a finding nor the message names the amount {amount}"


def _rests_on_findings(state: GateCoverageInput, draft: Draft) -> bool:
    """Return whether the action is about things that a worker found."""
    evidence = {name for each in state["findings"] for name in each.evidence}
    args = arguments(draft.action) if draft.action else {}
    return {value for name, value in args.items() if name in business().service.id_fields.values()} <= evidence


async def _others(state: GateCoverageInput, passages: Sequence[Passage]) -> str | None:
    """Return the fault of a reply that holds, or evidence that names, what is not the customer's; None without one."""
    evidence = (name for each in state["findings"] if each.rows for name in each.evidence)
    if await business().service.names_others(" ".join([state["draft"].reply, *evidence]), state["customer_id"]):
        return f"the reply or its evidence names {business().wording.thing} that is not the customer's"
    sources = _sources(state, passages)
    return await contents_fault(state["draft"].reply, sources, state["customer_id"], state["request"])


def _sources(state: GateCoverageInput, passages: Sequence[Passage]) -> list[str]:
    """Return the texts that the reply may rest on: the findings with their rows, and the passages."""
    texts = (text for each in passages for text in (each.title, each.text))
    values = values_of(row for each in state["findings"] for row in each.rows)
    return [*(each.summary for each in state["findings"]), *values, *texts]


def _best(state: GateCoverageInput, passages: Sequence[Passage]) -> Draft:
    """Return the draft for a person to read, reduced to the citations and the action that rest on findings."""
    draft, policy_ids = state["draft"], {each.policy_id for each in passages}
    return Draft(
        reply=redact(draft.reply),
        citations=[name for name in draft.citations if name in policy_ids],
        action=draft.action if _rests_on_findings(state, draft) else None,
    )
