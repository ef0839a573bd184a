"""A chat model of somebody's own in place of a role: asked within the budget, its answer checked and repaired."""

from typing import Any

import pytest
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langgraph.graph import START
from typing_extensions import TypedDict

from baton.errors import BadAnswer, OverBudget, UsageError
from baton.models.asking import ask
from baton.records import Record
from baton.runs.runner import Job, Runner
from baton.runtime.resources import Resources
from baton.steps.typed_graph import TypedStateGraph

USED = {"input_tokens": 120, "output_tokens": 9, "total_tokens": 129}


class Invoice(Record):
    payee: str


class State(TypedDict, total=False):
    message: str
    payee: str


class Own(BaseChatModel):
    """Says its texts in turn, and keeps what it was asked."""

    texts: list[str]
    asked: list[list[BaseMessage]] = []  # noqa: RUF012 - pydantic copies it

    @property
    def _llm_type(self) -> str:
        return "own"

    def _generate(self, messages: list[BaseMessage], *_: Any, **__: Any) -> ChatResult:
        self.asked.append(messages)
        text = self.texts.pop(0)
        return ChatResult(generations=[ChatGeneration(message=AIMessage(text, usage_metadata=USED))])


def graph_of(model: Any) -> Any:
    async def read(state: State) -> State:
        return {"payee": (await ask(model, Invoice, "Who is paid?", {"message": state["message"]})).payee}

    builder: Any = TypedStateGraph(State)
    return builder.add_node(read).add_edge(START, "read").compile(name="own")


@pytest.mark.parametrize("text", ['{"payee": "Ann"}', '```json\n{"payee": "Ann"}\n```', '```\n{"payee": "Ann"}\n```\n'])
async def test_it_is_given_the_schema_in_words_and_its_answer_counts(resources: Resources, text: str) -> None:
    model = Own(texts=[text])
    runner = Runner(resources, {"own": graph_of(model)}.__getitem__)
    [thread] = await runner.queue("own", [Job({"message": "pay Ann"})])
    run = await runner.resume(thread)
    assert (run["status"], run["output"]["payee"], run["usage"]["input_tokens"]) == ("done", "Ann", 120)
    assert '"payee"' in str(model.asked[0][-1].content)
    sql = "SELECT role, model, status, reserved_tokens > 0 FROM model_calls"
    rows = await resources.database.do(lambda tx: tx.execute(sql).fetchall())
    assert [tuple(row) for row in rows] == [("given", "own:Own", "answered", 1)]


async def test_a_bad_answer_is_shown_to_it_once(resources: Resources) -> None:
    assert resources
    mended, stubborn = Own(texts=["Ann, I think", '{"payee": "Ann"}']), Own(texts=["Ann"] * 2)
    assert (await graph_of(mended).ainvoke({"message": "pay Ann"}))["payee"] == "Ann"
    assert "That does not fit the schema" in str(mended.asked[1])
    with pytest.raises(BadAnswer):
        await graph_of(stubborn).ainvoke({"message": "pay Ann"})


async def test_it_is_not_asked_where_the_budget_does_not_hold_the_call(
    resources: Resources, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resources.settings, "budget_tokens", 500)
    model = Own(texts=[])
    with pytest.raises(OverBudget):
        await graph_of(model).ainvoke({"message": "pay Ann"})
    assert model.asked == []


@pytest.mark.parametrize("role", ["strongest", "", None, 7])
async def test_what_is_no_role_and_no_model_is_refused_in_one_line(resources: Resources, role: Any) -> None:
    assert resources
    with pytest.raises(UsageError, match="give classifier, cheap, strong, judge, or a chat model"):
        await graph_of(role).ainvoke({"message": "pay Ann"})
