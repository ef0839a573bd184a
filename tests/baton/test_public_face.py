"""What `from baton import ...` gives, with its types: mypy reads this file as a user's program."""

import subprocess
import sys
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any, assert_type

import pytest
from langgraph.types import RetryPolicy, TimeoutPolicy
from typing_extensions import TypedDict

import baton
from baton import (
    MODEL_RETRY,
    STEP_TIMEOUT,
    Business,
    Decision,
    Failure,
    Job,
    Record,
    Runner,
    TypedStateGraph,
    ask,
    checkpointer,
    dead_letter_branch,
    effect,
    open_resources,
    prompt,
    request_approval,
)
from baton.errors import BatonError, OverBudget
from baton.offline import Endpoint, Request
from baton.runtime.resources import Resources
from baton.storage.sqlite_checkpointer import SqliteCheckpointer
from baton.testing import ScriptedModel, scripted_model
from tests.test_house import ROOT


class Invoice(Record):
    payee: str


class State(TypedDict, total=False):
    message: str
    invoice: Invoice
    failures: list[Failure]


async def program(state: State) -> State:
    """Never called: what a type checker makes of it is the test."""
    invoice = await ask("cheap", Invoice, prompt(__file__), {"message": state["message"]})
    assert_type(invoice, Invoice)

    async def sane(args: dict[str, Any]) -> dict[str, Any]:
        return args

    decision = await request_approval("pay", {"payee": invoice.payee}, description="pay", check=sane)
    assert_type(decision, Decision)
    assert_type(decision.args, dict[str, Any])

    async def send(key: str) -> dict[str, Any]:
        return {"key": key}

    assert_type(await effect("pay", decision.args, send), Any)
    async with open_resources() as resources:
        assert_type(resources, Resources)
        threads = await Runner(resources, {"pay": graph}.__getitem__).queue("pay", [Job({"message": "x"})])
        assert_type(threads, list[str])
    return {"invoice": invoice}


builder = TypedStateGraph(State)
builder.set_node_defaults(retry_policy=MODEL_RETRY, timeout=STEP_TIMEOUT)
builder.add_node(program, error_handler=dead_letter_branch("program")).set_entry_point("program")
graph = builder.compile(name="pay")


def test_the_types_are_those_that_the_pages_name() -> None:
    assert_type(MODEL_RETRY, RetryPolicy)
    assert_type(STEP_TIMEOUT, TimeoutPolicy)
    assert_type(checkpointer(), AbstractAsyncContextManager[SqliteCheckpointer])
    assert_type(Business().checks, tuple[baton.Check, ...])
    with scripted_model("yes") as model:
        assert_type(model, ScriptedModel)
        assert_type(model.asked, list[Request])
    assert issubclass(OverBudget, BatonError)
    assert Endpoint({}, "none").usage.calls == 0


@pytest.mark.parametrize("name", baton.__all__)
def test_every_name_of_the_face_is_there(name: str) -> None:
    assert getattr(baton, name) is not None


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'baton' has no attribute 'nothing'"):
        baton.nothing  # noqa: B018


def test_the_server_finds_the_checkpointer_without_asking_for_it() -> None:
    assert "checkpointer" in vars(baton)


def test_the_face_loads_nothing_heavy() -> None:
    heavy = {"langgraph", "openai", "httpx2", "starlette"}
    code = f"import baton, baton.errors, baton.offline, sys; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, text=True, capture_output=True, check=True)
    assert done.stdout == "[]\n"


def test_it_says_that_it_is_typed() -> None:
    assert (Path(baton.__file__).parent / "py.typed").is_file()
