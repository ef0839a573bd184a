"""`baton advise`. Light on purpose: a model is loaded only where one is to read a description."""

import sys
from typing import Annotated

import typer

from app.framework import Advice, Question, questions
from app.framework import advise as advice_from
from baton.cli.terminal.light import LightCommand
from baton.cli.terminal.options import Json
from baton.errors import UsageError

Answer = bool | None


def _asks(question_id: str) -> typer.models.OptionInfo:
    option: typer.models.OptionInfo = typer.Option(help=questions()[question_id].asks, show_default=False)
    return option


app = typer.Typer()


@app.command(cls=LightCommand)
def advise(
    *,
    fixed_steps: Annotated[Answer, _asks("fixed_steps")] = None,
    categories: Annotated[Answer, _asks("categories")] = None,
    independent: Annotated[Answer, _asks("independent")] = None,
    same_question: Annotated[Answer, _asks("same_question")] = None,
    criteria: Annotated[Answer, _asks("criteria")] = None,
    unknown_steps: Annotated[Answer, _asks("unknown_steps")] = None,
    describe: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Let a real model answer them from this.", show_default=False)
    ] = None,
    json: Json = False,
) -> int:
    """Say which pattern fits: six questions, the first yes decides."""
    answers: dict[str, Answer] = {
        "fixed_steps": fixed_steps,
        "categories": categories,
        "independent": independent,
        "same_question": same_question,
        "criteria": criteria,
        "unknown_steps": unknown_steps,
    }
    if describe is None:
        return _say(advice_from(lambda question: _answer(question, answers)), json=json)
    if any(answer is not None for answer in answers.values()):
        raise UsageError("answer the questions, or --describe the work; not both")
    from app.describing import read

    given = read(describe)
    return _say(advice_from(given.answer, agent_wanted=given.asks_for_an_agent), json=json)


def _answer(question: Question, given: dict[str, Answer]) -> Answer:
    """As the flags say; what they do not say is asked of a person, where one is there."""
    answer = given[question.id]
    if answer is not None or not (sys.stdin.isatty() and sys.stderr.isatty()):
        return answer
    return typer.confirm(question.asks, err=True)


def _say(advice: Advice, *, json: bool) -> int:
    from app.advice_view import as_object, show_advice
    from baton.cli.terminal.output import say_json

    if json:
        say_json(as_object(advice))
    else:
        show_advice(advice)
    return 0
