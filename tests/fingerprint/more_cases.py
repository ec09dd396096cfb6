"""More cases: classes, objects and values of every kind, and what libraries make of them."""

from tests.fingerprint.cases import SAME, STEP, Case

MORE = [
    Case(
        "classes and their order",
        """
class A:
    def who(self): return "a11"
class B:
    def who(self): return "b21"
class C(A, B):
    class Inner:
        deep = 31
        def go(self): return self.deep + 41
    other = A
    __secret = 51
    table = {"x": lambda self: 61}
    def reveal(self): return self.__secret
    def through(self): return super().who() + C.Inner().go()
"""
        + STEP
        + "C().who(), C().reveal(), C().through(), C.other, C.table\n",
        [
            ("class C(A, B)", "class C(B, A)", "class C in"),
            ('"a11"', '"a12"', "helper A.who in"),
            ("deep = 31", "deep = 32", "C.Inner.deep 31 -> 32"),
            ("self.deep + 41", "self.deep + 42", "helper C.Inner.go in"),
            ("other = A", "other = B", "C.other"),
            ("__secret = 51", "__secret = 52", "51 -> 52"),
            ("lambda self: 61", "lambda self: 62", "helper C.table"),
            ("super().who()", "super().who() * 2", "helper C.through in"),
        ],
    ),
    Case(
        "decorators of classes, and classes as decorators",
        """
def marked(mark):
    def decorate(cls):
        cls.mark = mark * 71
        return cls
    return decorate
@marked(2)
class Thing:
    pass
class Retry:
    def __init__(self, times): self.times = times
    def __call__(self, function):
        def inner(n):
            return function(n) * self.times + 81
        return inner
@Retry(3)
def fetch(n): return n + 91
class Scorer:
    def __init__(self, weight): self.weight = weight
    def __call__(self, n): return n * self.weight + 101
score = Scorer(5)
"""
        + STEP
        + "Thing.mark, fetch(n), score(n)\n",
        [
            ("mark * 71", "mark * 72", "142 -> 144"),
            ("marked(2)", "marked(3)", "142 -> 213"),
            ("Retry(3)", "Retry(4)", "times 3 -> 4"),
            ("+ 81", "+ 82", "helper"),
            ("n + 91", "n + 92", "n"),
            ("Scorer(5)", "Scorer(6)", "weight 5 -> 6"),
            ("+ 101", "+ 102", "helper Scorer.__call__ in"),
        ],
    ),
    Case(
        "objects that hold things",
        """
import operator
class Slotted:
    __slots__ = ("a", "b")
    def __init__(self): self.a = 111
class Text(str):
    def loud(self): return self.upper() + "121"
class Items(list):
    pass
class Holder:
    def __init__(self):
        self.act = lambda n: n + 131
        self.rows = {"x": [1, 141]}
        self._lazy = None
    @property
    def lazy(self): return self._lazy or 151
    def __getattr__(self, name): return name + "161"
SLOTTED = Slotted()
TEXT = Text("hello171")
ITEMS = Items([1, 2])
ITEMS.more = 181
HOLDER = Holder()
BOUND = Text("bound191").loud
PICK = operator.itemgetter("key201")
TABLE = [HOLDER.act, Text.loud, staticmethod(len)]
"""
        + STEP
        + "SLOTTED.a, TEXT.loud(), ITEMS, HOLDER.lazy, HOLDER.any, BOUND(), PICK, TABLE\n",
        [
            ("self.a = 111", "self.a = 112", "111 -> 112"),
            ('"121"', '"122"', "helper Text.loud in"),
            ("hello171", "hello172", "TEXT"),
            ("[1, 2]", "[1, 3]", "ITEMS"),
            ("ITEMS.more = 181", "ITEMS.more = 182", "181 -> 182"),
            ("n + 131", "n + 132", "HOLDER"),
            ("[1, 141]", "[1, 142]", "HOLDER"),
            ("151", "152", "helper Holder.lazy in"),
            ('"161"', '"162"', "helper Holder.__getattr__ in"),
            ("bound191", "bound192", "BOUND"),
            ("key201", "key202", "PICK"),
            ("staticmethod(len)", "staticmethod(abs)", "TABLE"),
        ],
    ),
    Case(
        "objects told by how they were made",
        """
import asyncio, contextvars, io, itertools, random, string, threading, array, types
VARIABLE = contextvars.ContextVar("v", default=211)
GATE = asyncio.Semaphore(221)
NUMBERS = itertools.count(231)
ROWS = iter([1, 241])
SQUARES = (x * 251 for x in range(3))
MAPPED = map(str, [261])
BUFFER = io.StringIO("271")
DICE = random.Random(281)
TEMPLATE = string.Template("Dear $name 291")
PACKED = array.array("i", [301])
VIEW = memoryview(b"311")
LOCAL = threading.local()
LOCAL.depth = 321
EVENT = threading.Event()
MODULE = types.ModuleType("made")
MODULE.size = 331
"""
        + STEP
        + "VARIABLE, GATE, NUMBERS, ROWS, SQUARES, MAPPED, BUFFER, DICE, TEMPLATE, PACKED, VIEW, LOCAL, EVENT,"
        " MODULE\n",
        [
            ("211", "212", "VARIABLE"),
            ("221", "222", "GATE"),
            ("231", "232", "NUMBERS"),
            ("241", "242", "ROWS"),
            ("251", "252", "SQUARES"),
            ("261", "262", "MAPPED"),
            ("271", "272", "BUFFER"),
            ("281", "282", "DICE"),
            ("291", "292", "TEMPLATE"),
            ("301", "302", "PACKED"),
            ("311", "312", "VIEW"),
            ("321", "322", "LOCAL"),
            ("331", "332", "size"),
            ("EVENT = threading.Event()", "EVENT = threading.Event()  # set later", SAME),
        ],
    ),
    Case(
        "constants of every kind",
        """
DICT = {"a": 1, "b": 2}
TUPLE = (1, 2)
LIST = [True, 0]
ZERO = 0.0
BIG = 10 ** 40
BYTES = b"ab"
COMPLEX = 1j
SPAN = range(0, 341)
MIXED = {1, "x", None, (2, "y")}
NESTED = {"a": [{"b": ({"c"}, 351)}]}
LONG = "one " "two"
SLICE = slice(1, 361)
NOTHING = ...
NAN = float("nan")
"""
        + STEP
        + "DICT, TUPLE, LIST, ZERO, BIG, BYTES, COMPLEX, SPAN, MIXED, NESTED, LONG, SLICE, NOTHING, NAN\n",
        [
            ('{"a": 1, "b": 2}', '{"b": 2, "a": 1}', "DICT"),
            ("(1, 2)", "[1, 2]", "TUPLE"),
            ("[True, 0]", "[1, 0]", "LIST"),
            ("[True, 0]", "[True, False]", "LIST"),
            ("ZERO = 0.0", "ZERO = -0.0", "ZERO"),
            ("** 40", "** 41", "BIG"),
            ('b"ab"', 'b"ac"', "BYTES"),
            ('b"ab"', 'bytearray(b"ab")', "BYTES"),
            ("1j", "2j", "COMPLEX"),
            ("341", "342", "SPAN"),
            ('(2, "y")', '(3, "y")', "MIXED"),
            ('1, "x", None', 'None, 1, "x"', SAME),
            ("351", "352", "NESTED"),
            ('"one " "two"', '"one two"', SAME),
            ('"one " "two"', '("one "\n    "two")', SAME),
            ("361", "362", "SLICE"),
            ("NOTHING = ...", "NOTHING = None", "NOTHING"),
            ("10 ** 40", "1" + "0" * 40, SAME),
        ],
    ),
    Case(
        "definitions that depend",
        """
import sys
if sys.version_info >= (3,):
    def chosen(n): return n + 371
else:
    def chosen(n): return n + 381
def twice(n): return n + 391
def twice(n): return n + 401
try:
    def tried(n): return n + 411
finally:
    pass
for _ in range(1):
    def looped(n): return n + 421
with open(__file__):
    def within(n): return n + 431
def counter():
    count = 441
    def up():
        nonlocal count
        count += 451
        return count
    return up
up = counter()
def stream(n):
    yield from (n, 461)
async def agen(n):
    async for x in other(n):
        yield x
async def other(n):
    yield n + 471
"""
        + STEP
        + "chosen(n), twice(n), tried(n), looped(n), within(n), up(), list(stream(n)), agen(n)\n",
        [
            ("n + 371", "n + 372", "helper chosen in"),
            ("n + 381", "n + 382", SAME),
            ("n + 391", "n + 392", SAME),
            ("n + 401", "n + 402", "helper twice in"),
            ("n + 411", "n + 412", "helper tried in"),
            ("n + 421", "n + 422", "helper looped in"),
            ("n + 431", "n + 432", "helper within in"),
            ("count = 441", "count = 442", "441 -> 442"),
            ("+= 451", "+= 452", "helper up"),
            ("(n, 461)", "(n, 462)", "helper stream in"),
            ("n + 471", "n + 472", "helper other in"),
        ],
    ),
    Case(
        "text that is made",
        """
NAME = "Ada481"
HELLO = "Dear %s" % NAME
BYE = "Yours, {}".format(NAME)
def letter(n, *, tone="kind491", **options):
    assert n != 501, "never"
    return f"{HELLO}{BYE}{tone:{n}}{options.get('x', 511)}"
def calls(n, *args): return letter(n, *args, **{"x": 521})
"""
        + STEP
        + "calls(n)\n",
        [
            ("Ada481", "Ada482", "HELLO"),
            ("Dear %s", "Hi %s", "HELLO"),
            ("Yours, {}", "Bye, {}", "BYE"),
            ("kind491", "kind492", "tone="),
            ("501", "502", "helper letter in"),
            ("511", "512", "helper letter in"),
            ("521", "522", "helper calls in"),
            ("{tone:{n}}", "{tone:>{n}}", "helper letter in"),
        ],
    ),
    Case(
        "pydantic",
        '''
from typing import Annotated, Literal
from pydantic import BaseModel, ConfigDict, Field, computed_field, field_validator, model_validator
def low(n): return n + 531
class Part(BaseModel):
    size: int = 541
class Order(BaseModel):
    """An order 551."""
    model_config = ConfigDict(extra="ignore")
    name: str = Field(default="x", description="The name 561", max_length=571)
    kind: Literal["a", "b"] = "a"
    level: Annotated[int, Field(ge=581)] = 600
    parts: list[Part] = Field(default_factory=lambda: [Part(size=591)])
    @field_validator("level")
    @classmethod
    def check(cls, value): return low(value)
    @model_validator(mode="after")
    def whole(self):
        self.name += "601"
        return self
    @computed_field
    @property
    def total(self) -> int: return 611
    def unread(self): return 621
'''
        + STEP
        + "Order(name='y').model_dump()\n",
        [
            ("n + 531", "n + 532", "helper low in"),
            ("size: int = 541", "size: int = 542", "Part"),
            ("An order 551", "An order 552", "class Order in"),
            ('extra="ignore"', 'extra="forbid"', "Order.model_config"),
            ("The name 561", "The name 562", "Order.name"),
            ("max_length=571", "max_length=572", "Order"),
            ('Literal["a", "b"]', 'Literal["a", "c"]', "class Order in"),
            ("ge=581", "ge=582", "Order"),
            ("size=591", "size=592", "Order.parts"),
            ("return low(value)", "return -low(value)", "Order.check"),
            ('"601"', '"602"', "Order.whole"),
            ("return 611", "return 612", "Order.total"),
            ("    name: str", "    # names\n    name: str", SAME),
        ],
        needs="pydantic",
    ),
    Case(
        "pydantic with annotations as text",
        """
from pydantic import BaseModel
class Node(BaseModel):
    next: "Node | None" = None
    size: "int" = 631
"""
        + STEP
        + "Node().model_dump()\n",
        [('size: "int"', 'size: "float"', "class Node in"), ("631", "632", "Node")],
        needs="pydantic",
    ),
    Case(
        "attrs",
        """
import attr
from attrs import define, field, validators
@define
class Row:
    a: int = 641
    b: list = field(factory=lambda: [651])
    c: int = field(default=661, validator=validators.lt(671), converter=lambda x: x + 681)
    @c.validator
    def check(self, attribute, value):
        if value == 691: raise ValueError
    def used(self): return self.a + 701
"""
        + STEP
        + "Row().used()\n",
        [
            ("a: int = 641", "a: int = 642", "Row"),
            ("[651]", "[652]", "Row"),
            ("661", "662", "Row"),
            ("lt(671)", "lt(672)", "Row"),
            ("x + 681", "x + 682", "Row"),
            ("691", "692", "Row"),
            ("self.a + 701", "self.a + 702", "helper Row.used in"),
        ],
        needs="attrs",
    ),
]
