"""Ask a person about the proposed action; nothing with an effect happens here."""

from typing import Any

from baton import Decision, request_approval
from baton.errors import BadDecision
from desk.business import Refused, UnknownCustomer, business
from desk.records import Action, Review, arguments, in_words, parse_action
from state.desk import Draft
from state.support_desk import AskPersonInput, AskPersonUpdate


async def ask_person(state: AskPersonInput) -> AskPersonUpdate:
    """Request a person's approval and return the decision, and how to go on with it.

    The business's rules check an edit again; one beyond the reviewer's limit goes to a person once more.
    """
    action, customer_id = state["draft"].action, state["customer_id"]
    if action is None or customer_id is None:
        raise ValueError("there is no action to ask about")
    count = state.get("asked", 0)

    async def clean(args: dict[str, Any]) -> dict[str, Any]:
        return arguments(await _parse_edit(customer_id, action.name, args))

    decision = await request_approval(
        action.name,
        arguments(action),
        description=_description(action, customer_id, state),
        occurrence=f"{state['position']}.{count}",
        check=clean,
    )
    action_decided = parse_action(business().actions, action.name, decision.args)
    update: AskPersonUpdate = {
        "decision": decision,
        "asked": count + 1,
        "draft": state["draft"],
        "review": _next(decision, action_decided),
        "consequences": state["consequences"],
    }
    if action_decided == action:
        return update
    consequences = await business().service.consequences(action_decided, customer_id)
    return {**update, "draft": _edited_draft(state["draft"], action_decided), "consequences": consequences}


def _edited_draft(draft: Draft, action: Action) -> Draft:
    """Return the draft with an edited action and a reply of fixed words: its own reply is about the old action."""
    reply = business().wording.edited.format(done=in_words(action))
    return draft.model_copy(update={"action": action, "reply": reply})


def _description(action: Action, customer_id: str, state: AskPersonInput) -> str:
    """Return the action in words that code makes, so that a person never approves a model's prose.

    What it costs, cancels or makes final follows, and why a person is asked.
    """
    words = f"{action.name} for customer {customer_id}: {', '.join(f'{k} {v}' for k, v in arguments(action).items())}"
    limit = business().service.exceeded_limit(action)
    above = f" (above {limit}: for a supervisor)" if limit else ""
    costs = f"{state['consequences']} " if state["consequences"] else ""
    return f"{words}{above}. {costs}Why you are asked: {state['review'].reason}."


async def _parse_edit(customer_id: str, name: str, args: dict[str, Any]) -> Action:
    """Return the edited action, if the business would do it.

    Raises:
        BadDecision: its form or the business's rules are broken.
    """
    try:
        action = parse_action(business().actions, name, args)
        await business().service.check(customer_id, action)
    except (ValueError, Refused, UnknownCustomer) as error:
        raise BadDecision(f"the edit cannot stand: {error}") from error
    return action


def _next(decision: Decision, action: Action) -> Review:
    """Return the review that follows from the decision; `action` is the one decided on."""
    if decision.type == "edit" and (limit := business().service.exceeded_limit(action)):
        return Review(verdict="ask_person", reason=f"the edit exceeds the reviewer's limit of {limit}")
    if decision.type in ("approve", "edit"):
        return Review(verdict="act", reason="a person approved the action")
    if decision.type == "respond" and not decision.message.strip():
        return Review(verdict="ask_person", reason="an answer to the customer needs its text")
    if decision.type == "respond":
        return Review(verdict="answer", reason="a person answered instead")
    return Review(verdict="decline", reason=decision.message or "a person rejected the action")
