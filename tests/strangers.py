"""Projects as strangers have them: small folders, the run that each is asked for, and what must come of it."""

import json
import os
import traceback
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import langchain.agents  # noqa: F401 - whoever is forked here has the imports
import langgraph.prebuilt  # noqa: F401

import baton.cli.doctor.doctor_view
import baton.cli.views.run_view
import baton.cli.work.deciding
import baton.cli.work.reading
import baton.cli.work.resuming
import baton.cli.work.starting
import baton.testing  # noqa: F401
from baton.cli.main import main

HEAD = """
from typing import Annotated, Any, Literal
import operator
from typing_extensions import TypedDict
from langgraph.graph import END, START, StateGraph
from baton import TypedStateGraph
"""
ECHO = """
class State(TypedDict, total=False):
    message: str
    reply: str

async def echo(state: State) -> State:
    return {"reply": state["message"] * 2}

def built(kind=TypedStateGraph):
    return kind(State).add_node("echo", echo).add_edge(START, "echo").add_edge("echo", END)
"""
GRAPH = f"{HEAD}{ECHO}graph = built().compile(name='echo')\n"
SAID = {"message": "so", "reply": "soso"}


@dataclass(frozen=True)
class Stranger:
    """One project: its files, the words after `baton run`, and what must come of them."""

    files: Mapping[str, str]
    run: tuple[str, ...] = ("echo", "so")
    graphs: Mapping[str, Any] = field(default_factory=lambda: {"echo": "./own_echo.py:graph"})
    more: Mapping[str, Any] = field(default_factory=dict)  # of langgraph.json
    below: str = ""  # the folder that the commands are called in
    name: str = "project"
    code: int = 0
    output: Any = field(default_factory=lambda: SAID)
    decide: tuple[str, ...] = ()
    doctor: int = 0
    told: str = ""  # of the doctor, or of a run that is refused
    others: tuple[tuple[str, ...], ...] = ()  # further commands, which must go well

    def make(self, folder: Path) -> Path:
        """Write it; the folder that its commands are called in."""
        root = folder / self.name
        listed = json.dumps({"dependencies": ["."], **self.more, "graphs": self.graphs})
        for name, text in {**self.files, "langgraph.json": listed}.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text, "utf-8")
        (root / self.below).mkdir(parents=True, exist_ok=True)
        return root / self.below


def of_state(state: str, *, new: str = "state.message * 2", made: str = "{'reply': %s}") -> str:
    """A graph with a state of another kind."""
    step = f"async def echo(state: State) -> dict[str, Any]:\n    return {made % new}\n"
    return f"{HEAD}{state}\n{step}\ngraph = TypedStateGraph(State).add_node(echo).add_edge(START, 'echo').compile()\n"


def of_model(agent: str) -> str:
    """The model of an agent that calls `double` once."""
    return f"""
from typing import Any
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, ToolMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.tools import tool

class Doubler(BaseChatModel):
    @property
    def _llm_type(self): return "doubler"
    def bind_tools(self, tools, **_): return self
    def _generate(self, messages, *_, **__):
        done = [each.content for each in messages if isinstance(each, ToolMessage)]
        calls = [] if done else [{{"name": "double", "args": {{"number": 4}}, "id": "c1"}}]
        answer = AIMessage(f"it is {{done[0]}}" if done else "", tool_calls=calls)
        return ChatResult(generations=[ChatGeneration(message=answer)])

@tool
def double(number: int) -> int:
    "Twice the number."
    return 2 * number
{agent}"""


INSIDE = """
class Inner(TypedDict, total=False):
    message: str
    reply: str
async def echo(state: Inner) -> Inner:
    return {"reply": state["message"] * 2}
def inner(kind): return kind(Inner).add_node("echo", echo).add_edge(START, "echo").add_edge("echo", END).compile()
def outer(kind, inside):
    return kind(Inner).add_node("inner", inside).add_edge(START, "inner").add_edge("inner", END).compile(name="outer")
"""
ASKS = """
from langgraph.types import interrupt
class State(TypedDict, total=False):
    message: str
    reply: str
async def echo(state: State) -> State:
    return {"reply": interrupt({"what": state["message"]})}
"""
APPROVES = """
from baton import effect, dead_letter, request_approval
class State(TypedDict, total=False):
    message: str
    reply: str
    approved: bool
async def same(args: dict[str, Any]) -> dict[str, Any]:
    return args
async def ask(state: State) -> State:
    decision = await request_approval("pay", {"whom": state["message"]}, description="pay", check=same)
    return {"approved": decision.type == "approve"}
async def pay(state: State) -> State:
    async def send(key: str) -> dict[str, Any]:
        return {"paid": state["message"]}
    return {"reply": (await effect("pay", {"whom": state["message"]}, send))["paid"]}
builder = TypedStateGraph(State).set_node_defaults(error_handler=dead_letter).add_node(ask).add_node(pay)
graph = builder.add_edge(START, "ask").add_edge("ask", "pay").add_edge("pay", END).compile()
"""
FANS_OUT = """
from langgraph.types import Send
class One(TypedDict):
    word: str
class State(TypedDict, total=False):
    words: list[str]
    long: Annotated[list[int], operator.add]
async def measure(state: One) -> State:
    return {"long": [len(state["word"])]}
def fan_out(state: State) -> list[Send]:
    return [Send("measure", {"word": each}) for each in state["words"]]
builder = TypedStateGraph(State).add_node(measure).add_conditional_edges(START, fan_out, ["measure"])
graph = builder.add_edge("measure", END).compile()
"""
TOOLS = """
from langgraph.graph import START, MessagesState
from langgraph.prebuilt import ToolNode, tools_condition
from baton import TypedStateGraph
async def agent(state: MessagesState) -> dict[str, Any]:
    return {"messages": [await Doubler().ainvoke(state["messages"])]}
builder = TypedStateGraph(MessagesState).add_node(agent).add_node("tools", ToolNode([double])).add_edge(START, "agent")
graph = builder.add_conditional_edges("agent", tools_condition).add_edge("tools", "agent").compile()
"""
AGENT = "\nfrom langchain.agents import create_agent\ngraph = create_agent(Doubler(), [double], name='doubler')\n"
MESSAGES = ("agent", "--input", '{"messages": [{"role": "user", "content": "4 twice"}]}')
OWN = """
import typer
from baton import Record
class Answer(Record):
    reply: str
def answer(request):
    return {"reply": request.data["message"] * 2}
SKILLS = {"Answer": answer}
def hello(): "Say hello."; typer.echo("hello")
"""
ASKING = """
from baton import ask
from own_parts import Answer
class State(TypedDict, total=False):
    message: str
    reply: str
async def echo(state: State) -> State:
    return {"reply": (await ask("cheap", Answer, "Say it twice.", {"message": state["message"]})).reply}
graph = TypedStateGraph(State).add_node(echo).add_edge(START, "echo").add_edge("echo", END).compile(name="echo")
"""
BATON_TOML = '[commands]\nhello = "own_parts:hello"\n[responders]\nours = "own_parts:SKILLS"\n'
READ = "import os\nFOUND = os.environ['OWN_WORD']\n"
KEYED = f"{READ}{HEAD}{ECHO}graph = built().compile()\n"

FIELDS = "    message: str\n    reply: str | None = None\n"
ONE = {"own_echo.py": GRAPH}
ANSWERED: dict[str, Any] = {
    "code": 3,
    "output": {"message": "so", "reply": "yes"},
    "decide": ("--answer", "yes"),
}
STRANGERS: dict[str, Stranger] = {
    "flat files": Stranger(
        {"own_state.py": HEAD + ECHO, "own_echo.py": "from own_state import built\ngraph = built().compile()\n"}
    ),
    "a package with relative imports": Stranger(
        {
            "pkg_a/__init__.py": "",
            "pkg_a/state.py": HEAD + ECHO,
            "pkg_a/graphs/__init__.py": "",
            "pkg_a/graphs/echo.py": "from ..state import built\ngraph = built().compile()\n",
        },
        graphs={"echo": "./pkg_a/graphs/echo.py:graph"},
    ),
    "a src layout": Stranger(
        {
            "src/pkg_b/__init__.py": "",
            "src/pkg_b/state.py": HEAD + ECHO,
            "src/pkg_b/echo.py": "from pkg_b.state import built\ngraph = built().compile()\n",
        },
        graphs={"echo": "pkg_b.echo:graph", "file": "./src/pkg_b/echo.py:graph"},
        more={"dependencies": ["./src"]},
    ),
    "factories": Stranger(
        {"own_echo.py": f"{HEAD}{ECHO}def make(config): return built(StateGraph)\n"},
        graphs={"echo": "./own_echo.py:make"},
    ),
    "an async factory": Stranger(
        {"own_echo.py": f"{HEAD}{ECHO}async def make(): return built()\n"},
        graphs={"echo": "./own_echo.py:make"},
        code=2,
        doctor=1,
        told="that is an async function; write `def`",
    ),
    "a pydantic state": Stranger(
        {"own_echo.py": of_state(f"from pydantic import BaseModel\nclass State(BaseModel):\n{FIELDS}")}
    ),
    "a dataclass state": Stranger(
        {"own_echo.py": of_state(f"from dataclasses import dataclass\n@dataclass\nclass State:\n{FIELDS}")}
    ),
    "typing.TypedDict": Stranger(
        {
            "own_echo.py": of_state(
                "import typing\nclass State(typing.TypedDict):\n    message: str\n    reply: str\n",
                new="state['message'] * 2",
            )
        }
    ),
    "MessagesState": Stranger(
        {
            "own_echo.py": of_state(
                "from langgraph.graph import MessagesState as State\n",
                new="('ai', state['messages'][-1].content * 2)",
                made="{'messages': [%s]}",
            )
        },
        run=("echo", "--input", '{"messages": "so"}'),
        output=["so", "soso"],
    ),
    "typed in typed": Stranger(
        {"own_echo.py": f"{HEAD}{INSIDE}graph = outer(TypedStateGraph, inner(TypedStateGraph))\n"}
    ),
    "plain in typed": Stranger({"own_echo.py": f"{HEAD}{INSIDE}graph = outer(TypedStateGraph, inner(StateGraph))\n"}),
    "typed in plain": Stranger({"own_echo.py": f"{HEAD}{INSIDE}graph = outer(StateGraph, inner(TypedStateGraph))\n"}),
    "several graphs in one file": Stranger(
        {
            "own_echo.py": f"{HEAD}{ECHO}one = built().compile()\ntwo = built(StateGraph).compile()\n"
            "def made(): return two\n"
        },
        graphs={"echo": "./own_echo.py:one", "other": "./own_echo.py:two", "third": "./own_echo.py:made"},
        others=(("run", "other", "so"), ("graph", "other")),
    ),
    "one broken graph": Stranger(
        {**ONE, "own_broken.py": "import nothing_of_that_name\n"},
        graphs={"broken": "./own_broken.py:graph", "echo": "./own_echo.py:graph"},
        doctor=1,
        told="names broken as ./own_broken.py:graph: ModuleNotFoundError: No module named 'nothing_of_that_name'",
    ),
    "a broken graph is run": Stranger(
        {**ONE, "own_broken.py": "def graph(:\n"},
        graphs={"broken": "./own_broken.py:graph", "echo": "./own_echo.py:graph"},
        run=("broken", "so"),
        code=2,
        doctor=1,
        told="names broken as ./own_broken.py:graph: SyntaxError: invalid syntax",
    ),
    "a plain graph": Stranger({"own_echo.py": f"{HEAD}{ECHO}graph = built(StateGraph).compile()\n"}),
    "a plain graph of sync steps": Stranger(
        {
            "own_echo.py": f"{HEAD}{ECHO}def sync(state): return {{'reply': state['message'] * 2}}\n"
            "graph = StateGraph(State).add_node(sync).add_edge(START, 'sync').compile()\n"
        }
    ),
    "an interrupt": Stranger(
        {
            "own_echo.py": f"{HEAD}{ASKS}builder = TypedStateGraph(State).add_node(echo)\n"
            "graph = builder.add_edge(START, 'echo').compile()\n"
        },
        **ANSWERED,
    ),
    "a plain interrupt": Stranger(
        {"own_echo.py": f"{HEAD}{ASKS}graph = StateGraph(State).add_node(echo).add_edge(START, 'echo').compile()\n"},
        **ANSWERED,
    ),
    "an approval": Stranger(
        {"own_echo.py": HEAD + APPROVES},
        code=3,
        output={**SAID, "reply": "so", "approved": True},
        decide=("--approve",),
    ),
    "a fan-out": Stranger(
        {"own_echo.py": HEAD + FANS_OUT},
        run=("echo", "--input", '{"words": ["a", "bb", "bb"]}'),
        output={"words": ["a", "bb", "bb"], "long": [1, 2, 2]},
    ),
    "ToolNode": Stranger(
        {"own_agent.py": of_model(TOOLS)},
        run=MESSAGES,
        graphs={"agent": "./own_agent.py:graph"},
        output=["4 twice", "", "8", "it is 8"],
    ),
    "create_agent": Stranger(
        {"own_agent.py": of_model(AGENT)},
        run=MESSAGES,
        graphs={"agent": "./own_agent.py:graph"},
        output=["4 twice", "", "8", "it is 8"],
    ),
    "a .env": Stranger({"own_echo.py": KEYED, ".env": "OWN_WORD=found\nBATON_HOME=.elsewhere\n"}, more={"env": ".env"}),
    "called from below": Stranger(ONE, below="docs/deep"),
    "a name with blanks and letters": Stranger(
        {"eigene größe/dès own.py": GRAPH},
        graphs={"echo": "./eigene größe/dès own.py:graph"},
        name="Über uns & 2 (neu)",
    ),
    "a folder with a dot": Stranger({"v1.2/own-echo.py": GRAPH}, graphs={"echo": "./v1.2/own-echo.py:graph"}),
    "a file that is called as a module": Stranger({"json.py": GRAPH}, graphs={"echo": "./json.py:graph"}),
    "extra keys": Stranger(
        ONE,
        more={
            "store": {"index": {"embed": "openai:text-embedding-3-small", "dims": 1536, "fields": ["$"]}},
            "http": {"app": "./webapp.py:app", "cors": {"allow_origins": ["*"]}},
            "auth": {"path": "./auth.py:auth"},
            "image_distro": "wolfi",
            "env": {"A": "b"},
        },
    ),
    "commands and responders": Stranger(
        {
            "own_echo.py": HEAD + ASKING,
            "own_parts.py": READ + OWN,
            "baton.toml": BATON_TOML,
            ".env": "BATON_MODEL_CHEAP=local:ours\nOWN_WORD=x\n",
        },
        others=(("hello",), ("models",)),
    ),
}
"""By what is special about each."""


def work(names: list[str], where: str) -> None:
    """In a process without threads: each command of these projects in a process of its own; `told.json` keeps all."""
    os.environ.pop("BATON_HOME", None)
    told = {}
    for number, name in enumerate(names):
        folder = Path(where, str(number))
        inside = STRANGERS[name].make(folder)
        told[name] = {" ".join(each): _call(inside, folder, each) for each in commands(STRANGERS[name])}
    Path(where, "told.json").write_text(json.dumps(told))


def commands(stranger: Stranger) -> list[tuple[str, ...]]:
    """What is asked of a project, in this order."""
    run = ("run", *stranger.run, "--thread-id", "t", "--json")
    decided = [("decide", "t", *stranger.decide, "--json")] if stranger.decide else []
    looks = [("show", "t"), ("resume", "--all"), *decided, ("show", "t", "--json"), ("doctor",)]
    return [("graphs",), run, *looks, *stranger.others]


def _call(inside: Path, folder: Path, arguments: tuple[str, ...]) -> dict[str, Any]:
    """The exit code of a command and what it wrote."""
    out, err = folder / "out.txt", folder / "err.txt"
    pid = os.fork()
    if pid == 0:
        os.chdir(inside)
        code: Any = 99
        with out.open("w") as told, err.open("w") as complained:
            try:
                with redirect_stdout(told), redirect_stderr(complained):
                    main(arguments)
            except SystemExit as left:
                code = left.code or 0
            except BaseException:  # noqa: BLE001 - a forked process must not return
                traceback.print_exc(file=complained)
        os._exit(code)
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    return {"code": code, "out": out.read_text(), "err": err.read_text()}
