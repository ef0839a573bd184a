"""What the annotations of a state say, and the forms of them that a codec works with."""

import sys
import typing
from collections import defaultdict
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import MISSING, fields, is_dataclass
from functools import reduce
from operator import or_
from types import FrameType, NoneType, UnionType
from typing import Annotated, Any, Literal, NotRequired, Required, Union, get_args, get_origin, get_type_hints

import typing_extensions as extended
from langchain_core.messages import BaseMessage
from langgraph.channels import UntrackedValue
from pydantic import BaseModel, ConfigDict, Strict, TypeAdapter, with_config
from pydantic.fields import FieldInfo
from typing_extensions import TypedDict, is_typeddict

from baton.errors import UsageError, first_fault

LEAVES = {str, int, float, bool, NoneType}
"""The types of JSON's own values; a `float` may be written as a whole number, and stays one."""

EXACT: dict[Any, Any] = {
    int: Annotated[int, Strict()],
    bool: Annotated[bool, Strict()],
    float: Union[Annotated[float, Strict()], Annotated[int, Strict()]],  # noqa: UP007 - of no types
}
"""Leaves that pydantic would read other things as: "5" as 5, True as 1, 1 as 1.0."""

QUALIFIERS = {Required, NotRequired, typing.Required, typing.NotRequired}
ANY_TYPE = ConfigDict(arbitrary_types_allowed=True)


def hints_of(thing: Any) -> dict[str, Any]:
    """The annotations of a class or function with all that is said beside the types.

    Names that are local to the functions which call this one are known too: a state may be declared in a test.

    Raises:
        NameError: an annotation names what there is not.
    """
    try:
        return get_type_hints(thing, include_extras=True)
    except NameError:
        return get_type_hints(thing, localns=_locals_around(sys._getframe(1)), include_extras=True)  # noqa: SLF001


def _locals_around(frame: FrameType | None) -> dict[str, Any]:
    """The local names of all callers; the nearest ones count."""
    found: dict[str, Any] = {}
    while frame is not None:
        found = {**frame.f_locals, **found}
        frame = frame.f_back
    return found


def is_schema(annotation: Any) -> bool:
    """Whether an annotation has keys of its own, as a state has: a TypedDict, a pydantic model, a dataclass."""
    return is_typeddict(annotation) or is_record(annotation)


def is_record(annotation: Any) -> bool:
    """Whether an annotation is a pydantic model or a dataclass."""
    return isinstance(annotation, type) and (issubclass(annotation, BaseModel) or is_dataclass(annotation))


def typed_dict(schema: Any, *, partial: bool = False, exact: bool = True, around: tuple[Any, ...] = ()) -> Any:
    """The keys of a schema as a TypedDict that pydantic takes on every Python; `partial`, none of them must be there.

    With `exact`, numbers are read as they are written: a value that pydantic would change does not fit.
    """
    hints = {name: unqualified(hint) for name, hint in hints_of(schema).items()}
    needed = required_keys(schema)
    inside = (*around, schema)
    made = {
        name: (Required if name in needed and not partial else NotRequired)[form_of(hint, exact=exact, around=inside)]
        for name, hint in hints.items()
    }
    return with_config(ANY_TYPE)(TypedDict(schema.__name__, made))  # type: ignore[operator]


def required_keys(schema: Any) -> AbstractSet[str]:
    """The keys of a schema that must be there: of a record, those without a default."""
    if is_typeddict(schema):
        found: frozenset[str] = schema.__required_keys__
        return found
    if issubclass(schema, BaseModel):
        return {name for name, field in schema.model_fields.items() if field.is_required()}
    return {each.name for each in fields(schema) if each.default is MISSING and each.default_factory is MISSING}


def channel_schema(schema: Any) -> Any:
    """A schema as a TypedDict with all that is said of its keys, reducers too; one of typing_extensions as it is."""
    if schema is None or (is_typeddict(schema) and type(schema).__module__ != "typing" and not _is_local(schema)):
        return schema
    needed, hints = required_keys(schema), {name: unqualified(hint) for name, hint in hints_of(schema).items()}
    made: dict[str, Any] = {name: hint if name in needed else NotRequired[hint] for name, hint in hints.items()}
    return TypedDict(schema.__name__, made)  # type: ignore[operator]


def _is_local(schema: Any) -> bool:
    """Whether an annotation names what only the function around the schema knows."""
    try:
        get_type_hints(schema)
    except NameError:
        return True
    return False


def form_of(hint: Any, *, exact: bool, around: tuple[Any, ...] = ()) -> Any:
    """The annotation of one key as pydantic is given it."""
    if is_conversation(hint) or is_live(hint):
        return Any
    return modern(hint, exact=exact, around=around)


def modern(annotation: Any, *, exact: bool, around: tuple[Any, ...] = ()) -> Any:
    """An annotation with every TypedDict in it as pydantic takes it, and its leaves exact if that is wanted.

    One that holds itself, further in, stays as it is there.
    """
    if isinstance(annotation, type) and exact and annotation in EXACT:
        return EXACT[annotation]
    if is_typeddict(annotation):
        return annotation if annotation in around else typed_dict(annotation, exact=exact, around=around)
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin in {None, Literal, defaultdict} or not inner:
        return annotation
    if origin is Annotated:
        return Annotated[(modern(inner[0], exact=exact, around=around), *inner[1:])]
    made = tuple(modern(each, exact=exact, around=around) if _is_type(each) else each for each in inner)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        made = (inner[0], *made[1:])  # JSON's keys are texts, whatever they are of
    if made == inner:
        return annotation
    return reduce(or_, made) if origin is UnionType else Union[made] if origin is Union else origin[made]  # noqa: UP007


def _is_type(argument: Any) -> bool:
    return not isinstance(argument, list) and argument is not Ellipsis


def key_adapter(hint: Any) -> TypeAdapter[Any]:
    """Reads and writes one key by itself."""
    form = form_of(hint, exact=True)
    config = None if is_schema(bare(form)) else ANY_TYPE
    return TypeAdapter(form, config=config)


def unqualified(hint: Any) -> Any:
    """An annotation without `Required`, `NotRequired` and their like."""
    while get_origin(hint) in {*QUALIFIERS, extended.ReadOnly}:
        [hint] = get_args(hint)
    return hint


def bare(hint: Any) -> Any:
    """A key's annotation without what is said beside its type, such as its reducer."""
    hint = unqualified(hint)
    return bare(get_args(hint)[0]) if get_origin(hint) is Annotated else hint


def is_conversation(hint: Any) -> bool:
    """Whether a key holds LangChain messages: they are kept as such, for LangGraph stores them without loss."""
    hint = bare(hint)
    if get_origin(hint) not in {list, Sequence}:
        return False
    [each] = get_args(hint) or (None,)
    kinds = get_args(bare(each)) or (each,) if each is not None else ()
    return bool(kinds) and all(isinstance(kind := bare(one), type) and issubclass(kind, BaseMessage) for one in kinds)


def is_live(hint: Any) -> bool:
    """Whether a key holds what is never stored: LangGraph's `UntrackedValue`."""
    said = get_args(hint)[1:] if get_origin(unqualified(hint)) is Annotated else ()
    return any(each is UntrackedValue or isinstance(each, UntrackedValue) for each in said)


def is_plain(annotation: Any, around: tuple[Any, ...] = ()) -> bool:
    """Whether a type is JSON's own at every depth, so that what is stored of it is what was written."""
    annotation = unqualified(annotation)
    if get_origin(annotation) is Annotated:
        kind, *said = get_args(annotation)
        return is_plain(kind, around) and not any(map(_may_change, said))
    if get_origin(annotation) is Literal:
        return all(type(each) in LEAVES for each in get_args(annotation))
    if annotation is None or (isinstance(annotation, type) and annotation in LEAVES):
        return True
    if is_typeddict(annotation):
        inside = (*around, annotation)
        return annotation in around or all(is_plain(each, inside) for each in hints_of(annotation).values())
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is dict:
        return inner[0] is str and is_plain(inner[1], around)
    return origin in {list, Union, UnionType} and all(is_plain(each, around) for each in inner)


def _may_change(said: Any) -> bool:
    """Whether what stands beside a type is pydantic's and may make another value of it, as `AfterValidator` does."""
    return type(said).__module__.startswith("pydantic") and not isinstance(said, FieldInfo)


def context_of(schema: Any, given: Mapping[str, Any], graph: str, said: str = "context") -> Any:
    """A context with the defaults of what is left out; `said` is what the caller gave it as.

    Raises:
        UsageError: a key is unknown, or a value does not fit.
    """
    known = get_type_hints(schema)
    unknown = given.keys() - known.keys()
    if unknown and not _takes_more(schema):
        raise UsageError(f"{said}: {graph} has no {', '.join(sorted(unknown))}; it has {', '.join(known)}")
    try:
        return schema(**given)
    except (TypeError, ValueError) as error:
        raise UsageError(f"{said}: {first_fault(error)}") from error


def _takes_more(schema: Any) -> bool:
    """Whether a schema takes keys that it does not declare, or declares under another name."""
    if not (isinstance(schema, type) and issubclass(schema, BaseModel)):
        return False
    return schema.model_config.get("extra") == "allow" or any(each.alias for each in schema.model_fields.values())


def update_of(made: Any) -> Any:
    """What a step that gives a record writes, as LangGraph reads it: its fields, but None that nobody set."""
    if type(made) is dict:
        return made
    if isinstance(made, BaseModel):
        unset = {
            name for name, field in type(made).model_fields.items() if field.default is None
        } - made.model_fields_set
        return {name: value for name, value in made if name not in unset or value is not None}
    return fields_of(made)


def fields_of(record: Any) -> Any:
    """The fields of a record by name; anything else as it is."""
    if isinstance(record, BaseModel):
        return dict(record)
    if is_dataclass(record) and not isinstance(record, type):
        return {each.name: getattr(record, each.name) for each in fields(record)}
    return record
