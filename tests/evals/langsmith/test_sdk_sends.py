"""What LangSmith's own `evaluate` sends although it is told to send nothing; why experiments here do not go through it.

With `upload_results=False` and a LangGraph target it sends the traces of that graph, without a key and with tracing
off. A failure of the first test says that a newer SDK no longer does: then docs/langsmith.md is to be corrected.
"""

import os
import subprocess
import sys

import pytest

from tests.bank.stage import serving
from tests.evals.langsmith.stub import Stub

EVALUATE = """
import warnings
from datetime import datetime
from uuid import uuid4

warnings.simplefilter("ignore")
from langgraph.graph import END, START, StateGraph
from langsmith import Client, evaluate
from langsmith.schemas import Example
from typing_extensions import TypedDict


class State(TypedDict):
    text: str


graph = StateGraph(State).add_node("work", lambda state: state).add_edge(START, "work").add_edge("work", END).compile()
text = {"text": "a"}
example = Example(id=uuid4(), dataset_id=uuid4(), inputs=text, outputs=text, created_at=datetime.now())
client = None
if SILENT:
    nowhere = {"api_url": "http://127.0.0.1:9", "api_key": "none", "info": {}}
    client = Client(**nowhere, tracing_sampling_rate=0, auto_batch_tracing=False)
results = evaluate(
    graph, data=[example], evaluators=[lambda outputs: bool(outputs)], upload_results=False, client=client
)
assert [each["evaluation_results"]["results"][0].score for each in results] == [True]
"""


@pytest.fixture
def recorder() -> Stub:
    return Stub()


def requests_of(recorder: Stub, *, silent: bool) -> set[str]:
    """The requests of one evaluation in a process of its own, to its very end."""
    program = EVALUATE.replace("SILENT", str(silent))
    with serving(recorder.app()) as url:
        environment = {key: value for key, value in os.environ.items() if not key.startswith("LANGSMITH_")}
        environment |= {"LANGSMITH_ENDPOINT": url, "LANGSMITH_TRACING": "false"}
        subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, check=True)
    return set(recorder.requests)


def test_an_evaluation_that_uploads_nothing_sends_its_traces(recorder: Stub) -> None:
    assert requests_of(recorder, silent=False) == {"GET /info", "POST /runs/multipart"}


def test_with_a_client_that_samples_nothing_it_is_silent(recorder: Stub) -> None:
    assert requests_of(recorder, silent=True) == set()
