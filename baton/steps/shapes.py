"""Reads the annotations of states and steps, and converts them to the types that a codec works with."""

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
"""Leaves as strict types, without which pydantic would convert values: "5" to 5, True to 1, 1 to 1.0."""

QUALIFIERS = {Required, NotRequired, typing.Required, typing.NotRequired}
ANY_TYPE = ConfigDict(arbitrary_types_allowed=True)


def hints_of(thing: Any) -> dict[str, Any]:
    """The annotations of a class or function, with their metadata such as reducers.

    Names local to the functions that call this one are resolved too: a state may be declared in a test.

    Raises:
        NameError: an annotation uses a name that does not exist.
    """
    try:
        return get_type_hints(thing, include_extras=True)
    except NameError:
        return get_type_hints(thing, localns=_locals_around(sys._getframe(1)), include_extras=True)  # noqa: SLF001


def _locals_around(frame: FrameType | None) -> dict[str, Any]:
    """The local names of all callers; of equal names, the nearest caller's."""
    names: dict[str, Any] = {}
    while frame is not None:
        names = {**frame.f_locals, **names}
        frame = frame.f_back
    return names


def is_schema(annotation: Any) -> bool:
    """Whether an annotation has keys of its own, as a state has: a TypedDict, a pydantic model, a dataclass."""
    return is_typeddict(annotation) or is_record(annotation)


def is_record(annotation: Any) -> bool:
    """Whether an annotation is a pydantic model or a dataclass."""
    return isinstance(annotation, type) and (issubclass(annotation, BaseModel) or is_dataclass(annotation))


def typed_dict(schema: Any, *, partial: bool = False, exact: bool = True, around: tuple[Any, ...] = ()) -> Any:
    """Make a TypedDict of a schema's keys that pydantic takes on every Python; with `partial`, no key is required.

    With `exact`, a value that pydantic would convert does not fit. `around` are the schemas that this one is inside.
    """
    hints = {name: unqualified(hint) for name, hint in hints_of(schema).items()}
    required = set() if partial else required_keys(schema)
    inside = (*around, schema)
    keys = {
        name: (Required if name in required else NotRequired)[form_of(hint, exact=exact, around=inside)]
        for name, hint in hints.items()
    }
    return with_config(ANY_TYPE)(TypedDict(schema.__name__, keys))  # type: ignore[operator]


def required_keys(schema: Any) -> AbstractSet[str]:
    """The required keys of a schema: of a record, those without a default."""
    if is_typeddict(schema):
        keys: frozenset[str] = schema.__required_keys__
        return keys
    if issubclass(schema, BaseModel):
        return {name for name, field in schema.model_fields.items() if field.is_required()}
    return {each.name for each in fields(schema) if each.default is MISSING and each.default_factory is MISSING}


def channel_schema(schema: Any) -> Any:
    """Make a TypedDict of a schema for LangGraph, with its reducers; one of typing_extensions is returned as it is."""
    if schema is None or (is_typeddict(schema) and type(schema).__module__ != "typing" and not _is_local(schema)):
        return schema
    required, hints = required_keys(schema), {name: unqualified(hint) for name, hint in hints_of(schema).items()}
    keys: dict[str, Any] = {name: hint if name in required else NotRequired[hint] for name, hint in hints.items()}
    return _declared_in(schema.__module__, TypedDict(schema.__name__, keys))  # type: ignore[operator]


def _declared_in(module: str, schema: Any) -> Any:
    """Return the schema, with the module in which a reader finds what it was made of."""
    schema.__module__ = module
    return schema


def _is_local(schema: Any) -> bool:
    """Whether an annotation of a schema uses a name that is local to the function around it."""
    try:
        get_type_hints(schema)
    except NameError:
        return True
    return False


def form_of(hint: Any, *, exact: bool, around: tuple[Any, ...] = ()) -> Any:
    """The type that pydantic is given for one key; Any for conversations and live values, which are not validated."""
    if is_conversation(hint) or is_live(hint):
        return Any
    return modern(hint, exact=exact, around=around)


def modern(annotation: Any, *, exact: bool, around: tuple[Any, ...] = ()) -> Any:
    """Convert an annotation for pydantic: every TypedDict in it, and with `exact` its leaves to strict types.

    A TypedDict that holds itself is left as it is further in.
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
    arguments = tuple(modern(each, exact=exact, around=around) if _is_type(each) else each for each in inner)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        arguments = (inner[0], *arguments[1:])  # JSON's keys are texts, so those of other types must be converted
    if arguments == inner:
        return annotation
    return _rebuild(origin, arguments)


def _rebuild(origin: Any, arguments: tuple[Any, ...]) -> Any:
    """A generic type or union with other arguments."""
    if origin is UnionType:
        return reduce(or_, arguments)
    return Union[arguments] if origin is Union else origin[arguments]  # noqa: UP007 - of a tuple


def _is_type(argument: Any) -> bool:
    return not isinstance(argument, list) and argument is not Ellipsis


def key_adapter(hint: Any) -> TypeAdapter[Any]:
    """The adapter that reads and writes one key by itself."""
    form = form_of(hint, exact=True)
    config = None if is_schema(bare(form)) else ANY_TYPE
    return TypeAdapter(form, config=config)


def unqualified(hint: Any) -> Any:
    """An annotation without `Required`, `NotRequired` and `ReadOnly`."""
    while get_origin(hint) in {*QUALIFIERS, extended.ReadOnly}:
        [hint] = get_args(hint)
    return hint


def bare(hint: Any) -> Any:
    """A key's type without its metadata, such as a reducer."""
    hint = unqualified(hint)
    return bare(get_args(hint)[0]) if get_origin(hint) is Annotated else hint


def is_conversation(hint: Any) -> bool:
    """Whether a key holds LangChain messages, which are stored as they are: LangGraph stores them without loss."""
    hint = bare(hint)
    if get_origin(hint) not in {list, Sequence}:
        return False
    [each] = get_args(hint) or (None,)
    kinds = get_args(bare(each)) or (each,) if each is not None else ()
    return bool(kinds) and all(isinstance(kind := bare(one), type) and issubclass(kind, BaseMessage) for one in kinds)


def is_live(hint: Any) -> bool:
    """Whether a key is never stored: LangGraph's `UntrackedValue`."""
    metadata = get_args(hint)[1:] if get_origin(unqualified(hint)) is Annotated else ()
    return any(each is UntrackedValue or isinstance(each, UntrackedValue) for each in metadata)


def is_plain(annotation: Any, around: tuple[Any, ...] = ()) -> bool:
    """Whether a type is JSON's own at every depth, so that its values are stored as they are."""
    annotation = unqualified(annotation)
    if get_origin(annotation) is Annotated:
        kind, *metadata = get_args(annotation)
        return is_plain(kind, around) and not any(map(_may_change, metadata))
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


def _may_change(metadata: Any) -> bool:
    """Whether the metadata of a type is pydantic's and may change a value, as `AfterValidator` does."""
    return type(metadata).__module__.startswith("pydantic") and not isinstance(metadata, FieldInfo)


def context_of(schema: Any, values: Mapping[str, Any], graph: str, name: str = "context") -> Any:
    """The context of a run: `values`, and the defaults of the other keys; `name` is used in the errors.

    Raises:
        UsageError: a key is unknown, or a value does not fit.
    """
    keys = get_type_hints(schema)
    unknown = values.keys() - keys.keys()
    if unknown and not _takes_more(schema):
        raise UsageError(f"{name}: {graph} has no {', '.join(sorted(unknown))}; it has {', '.join(keys)}")
    try:
        return schema(**values)
    except (TypeError, ValueError) as error:
        raise UsageError(f"{name}: {first_fault(error)}") from error


def _takes_more(schema: Any) -> bool:
    """Whether a schema takes keys that it does not declare, or declares under another name."""
    if not (isinstance(schema, type) and issubclass(schema, BaseModel)):
        return False
    return schema.model_config.get("extra") == "allow" or any(each.alias for each in schema.model_fields.values())


def update_of(result: Any) -> Any:
    """The update of a step's result, as LangGraph reads it: of a record its fields, without a None by default."""
    if type(result) is dict:
        return result
    if isinstance(result, BaseModel):
        optional = {name for name, field in type(result).model_fields.items() if field.default is None}
        unset = optional - result.model_fields_set
        return {name: value for name, value in result if name not in unset or value is not None}
    return fields_of(result)


def fields_of(record: Any) -> Any:
    """The fields of a record by name; anything else as it is."""
    if type(record) is dict:
        return record
    if isinstance(record, BaseModel):
        return dict(record)
    if is_dataclass(record) and not isinstance(record, type):
        return {each.name: getattr(record, each.name) for each in fields(record)}
    return record
