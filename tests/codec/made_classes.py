"""Classes of a program, of every declared kind, for the tests of the codec."""

import enum
from collections import namedtuple
from dataclasses import InitVar, dataclass, field
from typing import Any, Generic, NamedTuple, TypeVar

from pydantic import BaseModel, ConfigDict, PrivateAttr, field_validator

T = TypeVar("T")


class Color(enum.Enum):
    RED = 1
    GREEN = "green"
    CRIMSON = RED


class Level(enum.IntEnum):
    LOW = 1
    HIGH = 2


class Tone(enum.StrEnum):
    WARM = "warm"


class Right(enum.Flag):
    READ = 1
    WRITE = 2
    RUN = 4


class Mode(enum.IntFlag):
    A = 1
    B = 2


@dataclass
class Quote:
    carrier: Any
    price: Any


@dataclass(frozen=True, slots=True)
class Frozen:
    left: Any
    right: Any = None


@dataclass
class Derived:
    seed: InitVar[int]
    kept: Any
    made: Any = field(init=False)
    unset: Any = field(init=False, repr=False, compare=False)

    def __post_init__(self, seed: int) -> None:
        self.made = seed + 1


@dataclass
class Box(Generic[T]):
    content: T


Point = namedtuple("Point", ["x", "y"])


class Route(NamedTuple):
    start: Any
    end: Any = "home"


class Marked(Route):
    """A named tuple whose instances have a `__dict__`."""


class Customer(BaseModel):
    name: str
    tags: Any = None

    @field_validator("name")
    @classmethod
    def name_is_short(cls, name: str) -> str:
        if len(name) > 20:
            raise ValueError("too long")
        return name


class Order(BaseModel):
    model_config = ConfigDict(extra="allow", frozen=True)
    customer: Customer | None = None
    _seen: Any = PrivateAttr(default=0)


class Page(BaseModel, Generic[T]):
    items: list[T]


class RefusedError(Exception):
    """An exception whose `__init__` takes other arguments than it keeps."""

    def __init__(self, why: str, *, code: int) -> None:
        super().__init__(why)
        self.code = code


class SlottedError(ValueError):
    __slots__ = ("where",)


class FileGoneError(FileNotFoundError):
    pass


class Plain:
    """An ordinary class."""

    def __init__(self, **state: Any) -> None:
        self.__dict__.update(state)


class Both:
    """State in a slot and in `__dict__`."""

    __slots__ = ("__dict__", "slot")


class Names(dict):  # type: ignore[type-arg]
    pass


class Items(list):  # type: ignore[type-arg]
    pass


class Text(str):
    __slots__ = ()


class Count(int):
    pass
