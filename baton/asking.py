"""The one way to ask a model: reserve, call, parse, repair within bounds, settle."""

import asyncio
import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from httpx2 import ConnectError, ConnectTimeout, PoolTimeout, UnsupportedProtocol
from langchain_core.exceptions import ModelError
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage
from openai import OpenAIError, pydantic_function_tool
from pydantic import BaseModel, ValidationError

from baton.active import ActiveRun, active_run
from baton.budget import Usage, reserve
from baton.errors import BadAnswer, BatonError, Fatal, Transient
from baton.models import Models, cost_usd, models
from baton.settings import Role
from baton.spans import sendable

if TYPE_CHECKING:
    from langchain_openai import ChatOpenAI

T = TypeVar("T", bound=BaseModel)
REPAIRS = 1  # times a model is shown its error and asked again
RETRY_AFTER_CAP_S = 30.0
PASSING = (408, 409)  # a timeout and a conflict, which the endpoint's own SDK would try again
UNREACHED = (ConnectError, ConnectTimeout, PoolTimeout, UnsupportedProtocol)  # nothing was sent


async def ask(role: Role, shape: type[T], instructions: str, data: dict[str, Any]) -> T:
    """Ask the model of a role for one `shape`.

    `instructions` is our own text; everything a customer wrote belongs in `data`, which travels in one fenced block.

    Raises:
        BadAnswer: no usable answer within the bounded repairs.
        OverBudget: the call may cost more than is left of the run's budget.
        Transient: the endpoint could not be reached or asks to wait.
        Fatal: the endpoint refuses the request.
    """
    run = active_run()
    known = await run.plumbing.resource(models)
    messages: list[BaseMessage] = [SystemMessage(instructions), HumanMessage(fenced(data))]
    for repair in range(REPAIRS + 1):
        text, fault = await _call(run, known, role, shape, messages)
        if fault:
            raise BadAnswer(fault, text)
        try:
            return shape.model_validate_json(text)
        except ValidationError as error:
            if repair == REPAIRS:
                raise BadAnswer(_faults(error), text) from error
            messages = [*messages, AIMessage(text), HumanMessage(_told(error))]
    raise AssertionError("unreachable")


def fenced(data: dict[str, Any]) -> str:
    """Data as one fenced JSON block that nothing inside it can close."""
    return f"```json\n{_unticked(json.dumps(data, ensure_ascii=False, default=str))}\n```"


@cache
def prompt(node_file: str) -> str:
    """The prompt beside a node: `prompt(__file__)` in `nodes/draft.py` reads `nodes/prompts/draft.md`."""
    node = Path(node_file)
    return (node.parent / "prompts" / f"{node.stem}.md").read_text("utf-8")


async def _call(
    run: ActiveRun, known: Models, role: Role, shape: type[BaseModel], messages: list[BaseMessage]
) -> tuple[str, str | None]:
    """One paid call: the answer's text, and what is wrong with the answer as a whole."""
    wanted, cap = _response_format(shape), run.plumbing.settings.max_completion_tokens
    size = sum(len(str(message.content).encode()) for message in messages) + _schema_bytes(shape)
    model = await known.of(role)
    reservation = await reserve(run, role, known.name(role), size + cap)
    try:
        text, usage, fault = await _answer(model, messages, wanted, cap)
    except BaseException as error:
        await reservation.settle(None, error=f"{type(error).__name__}: {error}", unknown=_perhaps_billed(error))
        if isinstance(error, Transient) and error.retry_after:
            await asyncio.sleep(min(error.retry_after, RETRY_AFTER_CAP_S))
        raise
    await reservation.settle(usage, cost_usd(known.name(role), usage), fault)
    return text, fault


async def _answer(
    model: "ChatOpenAI", messages: list[BaseMessage], wanted: dict[str, Any], cap: int
) -> tuple[str, Usage, str | None]:
    """Text, usage and what is wrong with the answer as a whole (refused, cut, empty).

    The schema goes as `extra_body`: the SDK's own parsing would walk it again at every call, twice the call's cost.
    """
    try:
        message = await model.ainvoke(messages, max_completion_tokens=cap, extra_body={"response_format": wanted})
    except (ModelError, OpenAIError) as error:
        raise _classified(error) from error
    except (ValueError, TypeError, LookupError, AttributeError) as error:
        return "", Usage(0, 0), f"what the endpoint sent is no completion ({type(error).__name__}: {error})"
    found = message.usage_metadata or {"input_tokens": 0, "output_tokens": 0}
    text = sendable(message.text)  # it may go back to the model
    return text, Usage(found["input_tokens"], found["output_tokens"]), _unusable(message)


def _unusable(message: AIMessage) -> str | None:
    """Why an answer is none, or None when it is one."""
    if refusal := message.additional_kwargs.get("refusal"):
        return f"the model refused: {refusal}"
    finish = message.response_metadata.get("finish_reason")
    if finish in ("length", "content_filter"):
        return f"the answer was cut ({finish})"
    return None if message.text.strip() else "the answer is empty"


def _classified(error: Exception) -> BatonError:
    """A provider's error as one of ours: worth trying again, or not."""
    told = f"the model endpoint failed ({type(error).__name__}): {str(error).splitlines()[0] if str(error) else ''}"
    code = getattr(error, "code", None)
    passing = getattr(error, "is_retryable", False) or getattr(error, "status_code", None) in PASSING
    if passing and code != "insufficient_quota":
        headers = getattr(getattr(error, "response", None), "headers", {})
        return Transient(f"{told} Check OPENAI_BASE_URL and the network.", _seconds(headers.get("retry-after")))
    return Fatal(f"{told} Check the model's name and OPENAI_API_KEY.")


def _perhaps_billed(error: BaseException) -> bool:
    """Whether the endpoint may have worked and billed although no answer came, as after a timeout."""
    causes: list[BaseException] = [error]
    while (cause := causes[-1].__cause__) is not None:
        causes.append(cause)
    answered = any(getattr(each, "response", None) is not None for each in causes)
    return not answered and not any(isinstance(each, UNREACHED) for each in causes)


def _seconds(retry_after: str | None) -> float | None:
    try:
        seconds = float(retry_after or 0)
    except ValueError:  # a date or junk: our own backoff is as good
        return None
    return seconds if seconds > 0 else None  # nan is not


@cache
def _response_format(shape: type[BaseModel]) -> dict[str, Any]:
    """The strict schema of a record, made once, by the SDK's public way to one."""
    schema = pydantic_function_tool(shape)["function"]["parameters"]
    return {"type": "json_schema", "json_schema": {"name": shape.__name__, "strict": True, "schema": schema}}


@cache
def _schema_bytes(shape: type[BaseModel]) -> int:
    return len(json.dumps(_response_format(shape)))


def _told(error: ValidationError) -> str:
    """What a model is shown of its error: quoted, for a record's own complaint may repeat what a customer wrote."""
    return f"That does not fit the schema: {_unticked(json.dumps(_faults(error), ensure_ascii=False))}. Answer again."


def _unticked(text: str) -> str:
    """JSON text without a backtick, so that it can neither close a fenced block nor open one."""
    return text.replace("`", "\\u0060")


def _faults(error: ValidationError) -> str:
    faults = error.errors(include_url=False, include_input=False)
    return "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in faults[:5])
