"""Agents as strangers have them: that of LangGraph's quickstart, and a prebuilt one; and processes that kill them."""

import asyncio
import json
import operator
import os
import signal
import traceback
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Annotated, Any, Literal

from langchain.agents import create_agent
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AnyMessage, BaseMessage, SystemMessage, ToolMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.tools import tool
from langgraph.graph import START, StateGraph
from typing_extensions import TypedDict

from baton import Job, Runner, effect, open_resources
from baton.storage import show
from baton.testing import commit_hook

ASKED = {"messages": [{"role": "user", "content": "Please pay 5 to Ann"}]}
MOST_KILLS = 60


class Teller(BaseChatModel):
    """A chat model that calls the tool once, then tells what came of it; it says what it used."""

    says: bool = True

    @property
    def _llm_type(self) -> str:
        return "teller"

    def bind_tools(self, tools: Any, **_: Any) -> Any:  # noqa: ARG002 - it knows its tool
        return self

    def _generate(self, messages: list[BaseMessage], *_: Any, **__: Any) -> ChatResult:
        done = [message for message in messages if isinstance(message, ToolMessage)]
        calls = [] if done else [{"name": "pay", "args": {"amount": 5}, "id": "call-1"}]
        used = {"input_tokens": 10 * len(messages), "output_tokens": 7, "total_tokens": 10 * len(messages) + 7}
        message = AIMessage("paid" if done else "", tool_calls=calls, usage_metadata=used if self.says else None)
        return ChatResult(generations=[ChatGeneration(message=message)])


@tool
async def pay(amount: int) -> str:
    """Pay somebody."""

    async def send(key: str) -> dict[str, int]:
        with Path("paid").open("a") as book:  # noqa: ASYNC230 - a line
            book.write(f"{key}\n")
        return {"paid": amount}

    return json.dumps(await effect("pay", {"amount": amount}, send))


class State(TypedDict):
    """As in LangGraph's quickstart."""

    messages: Annotated[list[AnyMessage], operator.add]
    llm_calls: int


def quickstart(model: BaseChatModel) -> Any:
    """The tool-calling agent of LangGraph's quickstart."""
    tools = {"pay": pay}
    bound = model.bind_tools([*tools.values()])

    async def llm_call(state: State) -> dict[str, Any]:
        answer = await bound.ainvoke([SystemMessage("You pay."), *state["messages"]])
        return {"messages": [answer], "llm_calls": state.get("llm_calls", 0) + 1}

    async def tool_node(state: State) -> dict[str, Any]:
        last: Any = state["messages"][-1]
        return {"messages": [await tools[each["name"]].ainvoke(each) for each in last.tool_calls]}

    def should_continue(state: State) -> Literal["tool_node", "__end__"]:
        last: Any = state["messages"][-1]
        return "tool_node" if last.tool_calls else "__end__"

    builder: Any = StateGraph(State)
    builder.add_node(llm_call).add_node(tool_node).add_edge(START, "llm_call")
    return builder.add_conditional_edges("llm_call", should_continue).add_edge("tool_node", "llm_call").compile()


def prebuilt(model: BaseChatModel) -> Any:
    """LangChain's own."""
    return create_agent(model, [pay])


AGENTS = {"quickstart": quickstart, "prebuilt": prebuilt}
TOLD = {
    "quickstart": [("llm_call", 20, 7), ("tool_node", 0, 0), ("llm_call", 40, 7)],
    "prebuilt": [("model", 10, 7), ("tools", 0, 0), ("model", 30, 7)],
}
"""The steps of each with the tokens that their model calls said."""


def forms(messages: list[dict[str, Any]]) -> list[Any]:
    """What there is to compare of a conversation."""
    return [
        [each[name] for name in ("type", "content")] + [each.get("tool_calls"), each.get("usage_metadata")]
        for each in messages
    ]


async def worked(kind: str) -> dict[str, Any]:
    """Work the one run as far as it goes, from wherever it is: the three lines that a stranger adds."""
    async with open_resources() as resources:
        runner = Runner(resources, {kind: AGENTS[kind](Teller())}.__getitem__)
        if not await resources.database.do(lambda tx: tx.execute("SELECT 1 FROM runs").fetchone()):
            await runner.queue(kind, [Job(ASKED, "one")])
        run = await runner.resume("one")
        steps = await resources.database.do(lambda tx: show.steps(tx, "one", 1))
    told = [(each["step"], each["input_tokens"], each["output_tokens"]) for each in steps if each["kind"] == "step"]
    return {"status": run["status"], "messages": forms(run["output"]["messages"]), "steps": told}


def lives(kind: str) -> None:
    """In a process without threads: the agent killed at each commit, one after the other, and resumed in another."""
    told = []
    for kill in range(1, MOST_KILLS):
        folder = Path(f"life-{kill}")
        folder.mkdir()
        killed = _ended(_within, folder, kind, kill) == -signal.SIGKILL
        _ended(_within, folder, kind, None)
        told.append({**json.loads((folder / "told.json").read_text()), "killed": killed})
        if not killed:
            break
    Path("told.json").write_text(json.dumps(told))


def _ended(target: Any, *args: Any) -> int:
    """The exit code of a process of its own."""
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            target(*args)
            code = 0
        except BaseException:  # noqa: BLE001 - a forked process must not return
            traceback.print_exc()
        os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def _within(folder: Path, kind: str, kill: int | None) -> None:
    os.chdir(folder)
    os.environ["BATON_HOME"] = str(folder.absolute() / "home") if folder.is_absolute() else str(Path.cwd() / "home")
    ticks: Iterator[int] = count(1)
    with commit_hook(after=lambda: os.kill(os.getpid(), signal.SIGKILL) if next(ticks) == kill else None):
        found = asyncio.run(worked(kind))
    found["paid"] = Path("paid").read_text().split()
    Path("told.json").write_text(json.dumps(found))
