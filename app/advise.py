"""`baton advise`. Light on purpose: a model is loaded only to read a description."""

import sys
from typing import Annotated

import typer

from app.questions import Advice, Question, questions
from app.questions import advise as advice_from
from baton.cli.terminal.light import LightCommand
from baton.cli.terminal.options import Json
from baton.errors import UsageError

Answer = bool | None


def _option(question_id: str) -> typer.models.OptionInfo:
    option: typer.models.OptionInfo = typer.Option(help=questions()[question_id].asks, show_default=False)
    return option


app = typer.Typer()


@app.command(cls=LightCommand)
def advise(
    *,
    fixed_steps: Annotated[Answer, _option("fixed_steps")] = None,
    categories: Annotated[Answer, _option("categories")] = None,
    independent: Annotated[Answer, _option("independent")] = None,
    same_question: Annotated[Answer, _option("same_question")] = None,
    criteria: Annotated[Answer, _option("criteria")] = None,
    unknown_steps: Annotated[Answer, _option("unknown_steps")] = None,
    describe: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Let a real model answer them from this.", show_default=False)
    ] = None,
    json: Json = False,
) -> int:
    """Say which pattern fits: six questions, the first yes decides."""
    values = (fixed_steps, categories, independent, same_question, criteria, unknown_steps)
    answers = dict(zip(questions(), values, strict=True))  # both in the order of the table
    if describe is None:
        return _print_advice(advice_from(lambda question: _find_answer(question, answers)), json=json)
    if any(answer is not None for answer in answers.values()):
        raise UsageError("answer the questions, or --describe the work; not both")
    from app.describe import read_description

    reading = read_description(describe)
    return _print_advice(advice_from(reading.answer, wants_agent=reading.asks_for_an_agent), json=json)


def _find_answer(question: Question, answers: dict[str, Answer]) -> Answer:
    """Return the answer of the flags; where they give none, ask a person if stdin and stderr are a terminal."""
    answer = answers[question.id]
    if answer is not None or not (sys.stdin.isatty() and sys.stderr.isatty()):
        return answer
    return typer.confirm(question.asks, err=True)


def _print_advice(advice: Advice, *, json: bool) -> int:
    from app.advice_view import as_object, show_advice
    from baton.cli.terminal.output import say_json

    if json:
        say_json(as_object(advice))
    else:
        show_advice(advice)
    return 0
