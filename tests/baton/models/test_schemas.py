"""The values that one question leaves for the fields of a record."""

from typing import Any, Literal

import pytest
from pydantic import Field

from baton.errors import UsageError
from baton.models.bounds import longest_answer
from baton.models.dialects import FORMS, largest_schema, response_format, said_schema, schema_of
from baton.models.schemas import allowed_values
from baton.records import Record
from desk.bounds import Few, Id

POLICIES = ["CARD-01", "CARD-02"]


class Part(Record):
    worker: Id
    kind: Literal["question", "wish"]


class Answer(Record):
    route: Id
    spare: Id | None
    number: int = Field(ge=1)
    citations: Few[Id]
    parts: list[Part]


def schema(*, bounds: bool = True, answer_tokens: int | None = None, **allow: Any) -> dict[str, Any]:
    allowed = allowed_values(Answer, allow)
    return schema_of(Answer, "strict", bounds=bounds, answer_tokens=answer_tokens, allowed=allowed)


def test_a_field_is_held_to_its_values_and_others_are_as_they_were() -> None:
    held, free = schema(route=["cards", "fees"])["properties"], schema()["properties"]
    assert held["route"]["enum"] == ["cards", "fees"]
    assert {**held, "route": free["route"]} == free


def test_a_list_holds_each_value_once_at_most() -> None:
    citations = schema(citations=[*POLICIES, "CARD-01"])["properties"]["citations"]
    assert (citations["items"]["enum"], citations["maxItems"]) == (POLICIES, 2)
    assert schema(citations=[])["properties"]["citations"]["maxItems"] == 0


def test_a_field_that_may_be_null_stays_so() -> None:
    choices = schema(spare=["cards"])["properties"]["spare"]["anyOf"]
    assert [each.get("enum", each["type"]) for each in choices] == [["cards"], "null"]


def test_fields_of_records_within_are_held_too() -> None:
    assert schema(worker=["policies"])["$defs"]["Part"]["properties"]["worker"]["enum"] == ["policies"]


def test_numbers_are_held_as_well() -> None:
    assert schema(number=range(1, 4))["properties"]["number"]["enum"] == [1, 2, 3]


def test_values_are_no_bounds_and_stay_where_those_are_not_taken() -> None:
    route = schema(bounds=False, route=["cards"])["properties"]["route"]
    assert route["enum"] == ["cards"]
    assert "maxLength" not in route


def test_what_cannot_be_written_takes_no_room_from_the_rest() -> None:
    narrow, wide = schema(answer_tokens=100, citations=POLICIES, route=["cards"]), schema(answer_tokens=100)
    assert (
        narrow["properties"]["spare"]["anyOf"][0]["maxLength"] >= wide["properties"]["spare"]["anyOf"][0]["maxLength"]
    )
    assert longest_answer(narrow) <= longest_answer(wide)


def test_a_name_that_no_field_has_is_told() -> None:
    with pytest.raises(UsageError, match="allow: Answer has no field 'rout'"):
        schema(rout=["cards"])


def test_every_form_says_the_values_and_none_is_larger_than_reserved() -> None:
    allowed = allowed_values(Answer, {"citations": [f"POLICY-{number}" for number in range(200)]})
    for form in FORMS:
        sent = f"{response_format(Answer, form, bounds=True, allowed=allowed)}"
        said = said_schema(Answer, form, said=True, allowed=allowed)
        assert "POLICY-199" in sent + said
        assert len(sent.encode()) + len(said.encode()) <= largest_schema(Answer, allowed) + 100
