"""A hundred kinds of values as strangers keep them in a state: each an annotation and a value."""

import collections
import dataclasses
import datetime as dt
import enum
import fractions
import ipaddress
import pathlib
import re
import typing
import uuid
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Annotated, Any, Literal, NamedTuple, NotRequired, Optional, Union
from zoneinfo import ZoneInfo

from langchain_core.documents import Document
from langchain_core.messages import AIMessage, AnyMessage, HumanMessage, ToolMessage
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PrivateAttr, SecretBytes, SecretStr
from typing_extensions import TypedDict

UTC = dt.UTC
BERLIN = ZoneInfo("Europe/Berlin")


class Animal(BaseModel):
    name: str


class Dog(Animal):
    tricks: int = 0


class Loose(BaseModel):
    model_config = ConfigDict(extra="allow")
    at: int


class Hidden(BaseModel):
    shown: int
    kept_out: int = Field(default=0, exclude=True)


class Private(BaseModel):
    at: int
    _note: str = PrivateAttr(default="")


class Priced(BaseModel):
    amount: Decimal
    at: dt.datetime


class Colour(enum.Enum):
    RED = "red"


class Word(enum.StrEnum):
    YES = "yes"


class Level(enum.IntEnum):
    LOW = 1


class Flag(enum.Flag):
    A = 1
    B = 2


@dataclasses.dataclass
class Point:
    x: int
    y: float = 0.0


@dataclasses.dataclass(frozen=True)
class Frozen:
    when: dt.date
    tags: tuple[str, ...] = ()


class Pair(NamedTuple):
    one: int
    two: str


class Line(TypedDict):
    text: str
    amount: Decimal


class Old(typing.TypedDict):
    text: str


class Tree(TypedDict):
    name: str
    children: NotRequired[list["Tree"]]


class Text(str):
    __slots__ = ()


class Custom:
    def __init__(self, at: int) -> None:
        self.at = at

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Custom) and other.at == self.at

    def __hash__(self) -> int:
        return self.at


def dog() -> Dog:
    return Dog(name="Rex", tricks=3)


def private() -> Private:
    made = Private(at=1)
    made._note = "kept"  # noqa: SLF001 - that it is private is the point
    return made


NOON = dt.datetime(2026, 11, 29, 12, 30, 15, 123456)  # noqa: DTZ001 - naive
VALUES: dict[str, tuple[Any, Any]] = {
    # JSON's own
    "str": (str, "text"),
    "empty str": (str, ""),
    "unicode": (str, "zażółć \u2028 👩\u200d👧"),
    "int": (int, 7),
    "big int": (int, 2**62),
    "float": (float, 0.1),
    "whole float": (float, 2.0),
    "int in float": (float, 1),
    "negative zero": (float, -0.0),
    "bool": (bool, True),
    "none": (str | None, None),
    "list": (list[str], ["a", "b"]),
    "nested lists": (list[list[int]], [[1], [2, 3], []]),
    "list of floats with ints": (list[float], [1, 2.5]),
    "dict": (dict[str, int], {"a": 1}),
    "dict of lists": (dict[str, list[float]], {"a": [1.5]}),
    "literal": (Literal["a", "b"], "a"),
    "optional": (Optional[int], 3),  # noqa: UP045
    "union of json": (Union[int, str], "5"),  # noqa: UP007
    "bounded": (Annotated[int, Field(ge=0, le=10)], 5),
    "bounded float with int": (Annotated[float, Field(ge=0, le=1)], 1),
    "any json": (Any, {"a": [1, None, "x", 2.5, True]}),
    "bare list": (list, [1, "a", None]),
    "bare dict": (dict, {"a": {"b": 1}}),
    "typed dict": (Line, {"text": "a", "amount": Decimal("9.50")}),
    "typing.TypedDict": (Old, {"text": "a"}),
    "list of typed dicts": (list[Line], [{"text": "a", "amount": Decimal(1)}]),
    "tree": (Tree, {"name": "a", "children": [{"name": "b"}]}),
    "typed dict with more": (Line, {"text": "a", "amount": Decimal(1), "more": 1}),
    # the standard library's
    "decimal": (Decimal, Decimal("9.50")),
    "fraction": (fractions.Fraction, fractions.Fraction(1, 3)),
    "complex": (complex, 1 + 2j),
    "date": (dt.date, dt.date(2026, 11, 29)),
    "time": (dt.time, dt.time(12, 30, 15, 5)),
    "naive datetime": (dt.datetime, NOON),
    "utc datetime": (dt.datetime, NOON.replace(tzinfo=UTC)),
    "offset datetime": (dt.datetime, NOON.replace(tzinfo=dt.timezone(dt.timedelta(hours=2)))),
    "zoned datetime": (dt.datetime, NOON.replace(tzinfo=BERLIN)),
    "timedelta": (dt.timedelta, dt.timedelta(days=2, seconds=5, microseconds=7)),
    "negative timedelta": (dt.timedelta, dt.timedelta(days=-1, seconds=5)),
    "zone": (Any, BERLIN),
    "uuid": (uuid.UUID, uuid.UUID(int=5)),
    "path": (pathlib.Path, pathlib.Path("a/b")),
    "bytes": (bytes, b"text"),
    "bytes of any": (bytes, b"\xff\x00"),
    "bytearray": (bytearray, bytearray(b"ab")),
    "pattern": (re.Pattern[str], re.compile("a+", re.IGNORECASE)),
    "address": (ipaddress.IPv4Address, ipaddress.IPv4Address("127.0.0.1")),
    "network": (ipaddress.IPv6Network, ipaddress.IPv6Network("::/64")),
    "tuple": (tuple[int, str], (1, "a")),
    "long tuple": (tuple[int, ...], (1, 2, 3)),
    "tuple in list": (list[tuple[str, int]], [("a", 1)]),
    "set": (set[int], {1, 2}),
    "frozenset": (frozenset[str], frozenset({"a"})),
    "set of dates": (set[dt.date], {dt.date(2026, 1, 1)}),
    "deque": (collections.deque[int], collections.deque([1, 2])),
    "sequence": (Sequence[int], [1, 2]),
    "mapping": (Mapping[str, int], {"a": 1}),
    "dict by int": (dict[int, str], {1: "a"}),
    "dict by date": (dict[dt.date, int], {dt.date(2026, 1, 1): 1}),
    "dict by tuple": (dict[tuple[int, int], str], {(1, 2): "a"}),
    "ordered dict": (collections.OrderedDict[str, int], collections.OrderedDict(a=1)),
    "default dict": (collections.defaultdict[str, int], collections.defaultdict(int, a=1)),
    "counter": (collections.Counter[str], collections.Counter("aab")),
    "enum": (Colour, Colour.RED),
    "str enum": (Word, Word.YES),
    "str enum in str": (str, Word.YES),
    "int enum": (Level, Level.LOW),
    "int enum in int": (int, Level.LOW),
    "flag": (Flag, Flag.A | Flag.B),
    "str subclass": (str, Text("a")),
    "named tuple": (Pair, Pair(1, "a")),
    "named tuple in tuple": (tuple[int, str], Pair(1, "a")),
    # records
    "model": (Animal, Animal(name="a")),
    "subclass where declared": (Dog, dog()),
    "subclass in base": (Animal, dog()),
    "subclass in list of base": (list[Animal], [dog()]),
    "union of models, the wider": (Dog | Animal, Animal(name="a")),
    "union of models, the narrower": (Dog | Animal, dog()),
    "model with extra": (Loose, Loose(at=1, more="x")),  # type: ignore[call-arg]
    "model with excluded": (Hidden, Hidden(shown=1, kept_out=5)),
    "model with private": (Private, private()),
    "model of decimals": (Priced, Priced(amount=Decimal("1.10"), at=NOON.replace(tzinfo=UTC))),
    "list of models": (list[Priced], [Priced(amount=Decimal(1), at=NOON)]),
    "dict of models": (dict[str, Animal], {"a": Animal(name="b")}),
    "dict for model": (Animal, {"name": "a"}),
    "dataclass": (Point, Point(1, 2.5)),
    "frozen dataclass": (Frozen, Frozen(dt.date(2026, 1, 1), ("a",))),
    "list of dataclasses": (list[Point], [Point(1)]),
    "secret": (SecretStr, SecretStr("hush")),
    "secret bytes": (SecretBytes, SecretBytes(b"hush")),
    "secret in any": (Any, SecretStr("hush")),
    "stripped": (Annotated[str, AfterValidator(str.strip)], "a"),
    "stripped, with blanks": (Annotated[str, AfterValidator(str.strip)], " a "),
    "document": (Document, Document("text", metadata={"page": 1})),
    # what the declared type does not tell apart
    "decimal in any": (Any, Decimal("1.5")),
    "date in any": (Any, dt.date(2026, 1, 1)),
    "set in any": (Any, {1, 2}),
    "tuple in any": (Any, (1, 2)),
    "uuid in any": (Any, uuid.UUID(int=5)),
    "bytes in any": (Any, b"\xff"),
    "model in any": (Any, Animal(name="a")),
    "decimal in bare list": (list, [Decimal(1)]),
    "date in bare dict": (dict, {"at": dt.date(2026, 1, 1)}),
    "datetime or str, a datetime": (dt.datetime | str, NOON),
    "datetime or str, a str": (dt.datetime | str, "2026-11-29T12:30:15"),
    "float or decimal": (float | Decimal, Decimal("1.5")),
    "int or bool": (int | bool, True),
    "bytes or str": (bytes | str, b"a"),
    "list or tuple": (list[int] | tuple[int, ...], (1, 2)),
    "int or none": (int | None, 0),
    "any of lists": (list[Any], [1, Decimal(1), {"a": {1}}]),
    # messages
    "message": (
        AIMessage,
        AIMessage("hi", id="1", usage_metadata={"input_tokens": 1, "output_tokens": 2, "total_tokens": 3}),
    ),
    "messages": (
        list[AnyMessage],
        [HumanMessage("hi", id="1"), ToolMessage("x", tool_call_id="c", id="2", artifact={"a": [1, 2]})],
    ),
    "message with a tuple": (list[AnyMessage], [ToolMessage("x", tool_call_id="c", artifact=(1, 2))]),
    "messages of one kind": (list[HumanMessage], [HumanMessage([{"type": "text", "text": "hi"}])]),
    # what nobody can keep
    "custom": (Any, Custom(1)),
    "function": (Callable[..., Any], len),
    "generator": (Any, (each for each in [1])),
    "module": (Any, re),
    "type": (type, int),
    "nan": (float, float("nan")),
    "huge int": (int, 2**70),
}
