"""A decision model behind an endpoint (`POST /v1/decisions`), as one of LangChain core's.

`langchain_openai.OpenAIDecisions` speaks the protocol, with questions and answers of its own; here it takes and gives
those of `langchain_core.decisions`, so that whoever asks need not know which model answers.
"""

from typing import Any

from langchain_core.decisions import (
    Answer,
    BaseDecisionModel,
    Choice,
    ChoiceAnswer,
    ClassifierResponse,
    Question,
    State,
)
from langchain_openai import OpenAIDecisions
from langchain_openai.decisions import Choice as EndpointChoice
from langchain_openai.decisions import ChoiceAnswer as EndpointChoiceAnswer
from langchain_openai.decisions import DecisionRequest, DecisionResponse
from pydantic import PrivateAttr
from typing_extensions import override

from baton.errors import BadAnswer


class _Client(OpenAIDecisions):
    """The client, without the warning that the class itself is beta."""


class EndpointDecisions(BaseDecisionModel):
    """Asks the endpoint `Choice` questions about a text; `endpoint_decisions` makes one."""

    _client: OpenAIDecisions = PrivateAttr()

    @property
    @override
    def _provider(self) -> str:
        return "openai"

    @override
    def _classify(self, state: State, questions: dict[str, Question]) -> ClassifierResponse:
        return _response(self._client.invoke(_request(state, questions)))

    @override
    async def _aclassify(self, state: State, questions: dict[str, Question]) -> ClassifierResponse:
        return _response(await self._client.ainvoke(_request(state, questions)))


def endpoint_decisions(name: str, **client: Any) -> EndpointDecisions:
    """Make the decision model of that name; `client` are the arguments of `OpenAIDecisions`: address, key, limits."""
    model = EndpointDecisions(model=name)
    # The graph's retry policy is the only layer that tries again.
    model._client = _Client(model=name, max_retries=0, **client)  # noqa: SLF001 - pydantic sets no private field
    return model


def _request(state: State, questions: dict[str, Question]) -> DecisionRequest:
    """The request in the endpoint's types.

    Raises:
        TypeError: a question is no `Choice`, or the state or a description is no text.
    """
    if not isinstance(state, str):
        raise TypeError(f"the endpoint is asked about a text, not about {type(state).__name__}")
    return {"input": state, "questions": {name: _question(each) for name, each in questions.items()}}


def _question(question: Question) -> EndpointChoice:
    if not isinstance(question, Choice) or not isinstance(question.instructions, str):
        raise TypeError("the endpoint is asked choices, with instructions in words")
    return EndpointChoice(
        instructions=question.instructions,
        choices={label: None if text is None else str(text) for label, text in question.criteria.items()},
    )


def _response(response: DecisionResponse) -> ClassifierResponse:
    """The response in core's types; counts that were not reported are no usage."""
    counts = response.usage.model_dump(exclude_none=True)
    return ClassifierResponse(
        model=response.model,
        answers={name: _answer(each) for name, each in response.answers.items()},
        usage=counts if {"input_tokens", "output_tokens"} <= counts.keys() else None,  # type: ignore[arg-type]
        request_id=response.request_id,
    )


def _answer(answer: object) -> Answer:
    """An answer in core's types.

    Raises:
        BadAnswer: the model refused, or answered another kind of question.
    """
    if not isinstance(answer, EndpointChoiceAnswer):
        raise BadAnswer(f"the decision model gave no choice, but a {getattr(answer, 'type', type(answer).__name__)}")
    return ChoiceAnswer(
        type="choice",
        choice=str(answer.choice),
        probabilities={str(label): share for label, share in answer.probabilities.items()},
        confidence=answer.confidence,
    )
