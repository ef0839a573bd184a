"""Bounds drawn in until the longest answer that they allow fits, and schemas for models that take none."""

import json
from datetime import date
from typing import Annotated, Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import AnyUrl, BaseModel, Field, create_model

from baton.models.bounds import CHARACTERS_PER_TOKEN, LADDER, longest_answer
from baton.models.dialects import schema_of


def made(fields: dict[str, Any]) -> type[BaseModel]:
    return create_model("Shape", **fields)


LLAMA, OTHER = "llama:model.gguf", "openai:model"
KINDS = st.recursive(
    st.sampled_from([str, int, bool, float, Literal["yes", "no"]])
    | st.integers(1, 4000).map(lambda most: Annotated[str, Field(max_length=most)]),
    lambda inner: inner.map(lambda kind: list[kind]) | inner.map(lambda kind: kind | None),  # type: ignore[valid-type]
    max_leaves=4,
)
SHAPES = st.dictionaries(st.from_regex("[a-z]{1,9}", fullmatch=True), KINDS, min_size=1, max_size=5).map(
    lambda fields: made({f"f_{name}": (kind, ...) for name, kind in fields.items()})
)


def schema(shape: type[BaseModel], model: str, tokens: int = 800) -> dict[str, Any]:
    """The schema that a model is sent."""
    is_held = model == LLAMA
    return schema_of(shape, "strict", bounds=is_held, answer_tokens=tokens if is_held else None)


def nodes(value: Any) -> list[dict[str, Any]]:
    if isinstance(value, list):
        return [each for part in value for each in nodes(part)]
    return [value, *(each for part in value.values() for each in nodes(part))] if isinstance(value, dict) else []


@given(SHAPES)
def test_a_constrained_model_gets_a_bound_for_every_text_and_list(shape: type[BaseModel]) -> None:
    for node in nodes(schema(shape, LLAMA)["properties"]):
        assert "maxItems" in node or node.get("type") != "array"
        assert "maxLength" in node or node.get("type") != "string" or "enum" in node


@given(SHAPES, st.integers(16, 4000))
def test_the_longest_answer_fits_or_nothing_narrower_is_left(shape: type[BaseModel], tokens: int) -> None:
    narrow = schema(shape, LLAMA, tokens)
    narrowest = schema(shape, LLAMA, 1)
    assert longest_answer(narrow) <= tokens * CHARACTERS_PER_TOKEN or narrow == narrowest


@given(SHAPES)
def test_no_bound_of_a_record_is_widened(shape: type[BaseModel]) -> None:
    own = [each["maxLength"] for each in nodes(shape.model_json_schema()) if "maxLength" in each]
    sent = [each["maxLength"] for each in nodes(schema(shape, LLAMA, 10**6)) if "maxLength" in each]
    assert max(sent, default=0) <= max([*own, LADDER[0][1]])
    assert all(each in sent or each > LADDER[0][1] for each in own)


@given(SHAPES)
def test_other_models_get_the_record_without_bounds(shape: type[BaseModel]) -> None:
    sent = json.dumps(schema(shape, OTHER))
    assert "maxLength" not in sent
    assert "maxItems" not in sent


class Odd(BaseModel):
    """Its fields have the names of keywords."""

    maxLength: Annotated[str, Field(max_length=9, description="maxItems")]  # noqa: N815
    properties: list[int]


@pytest.mark.parametrize("model", [LLAMA, OTHER])
def test_a_field_of_a_keywords_name_stays(model: str) -> None:
    assert schema(Odd, model)["required"] == ["maxLength", "properties"] == list(schema(Odd, model)["properties"])


class Formed(BaseModel):
    """Texts that are bounded by their form, and one whose form no endpoint holds a model to."""

    amount: Annotated[str, Field(pattern=r"^\d{1,7}\.\d{2}$")]
    day: date
    link: AnyUrl


def test_a_form_is_sent_as_llama_cpp_knows_it() -> None:
    fields = schema(Formed, LLAMA)["properties"]
    assert fields["amount"]["pattern"] == r"^[0-9]{1,7}\.[0-9]{2}$"
    assert [name for name, each in fields.items() if "maxLength" in each] == ["link"]


def test_a_share_is_a_number_from_0_to_1_also_where_numbers_cannot_be_bounded() -> None:
    field = schema(made({"confidence": (Annotated[float, Field(ge=0, le=1)], ...)}), LLAMA)["properties"]["confidence"]
    assert (min(field["enum"]), max(field["enum"])) == (0, 1)
    assert not {"minimum", "maximum"} & field.keys()
