"""Cases: small programs, each with edits that a fingerprint has to see, and edits that it has not."""

from dataclasses import dataclass, field

HEAD = "from flight_recorder import FlightRecorder\nfr = FlightRecorder()\n"
STEP = '@fr.register("step")\ndef step(n):\n    return '

SAME = None
"""Stands for what is said of an edit that changes nothing."""


@dataclass(frozen=True)
class Case:
    """A program, and its edits: (old, new, a piece of what is said of it or SAME). *others* are files beside it."""

    name: str
    source: str
    edits: list[tuple[str, str, str | None]]
    others: dict[str, str] = field(default_factory=dict)
    since: tuple[int, int] = (3, 11)
    needs: str = ""  # a library

    def files(self, old: str = "", new: str = "") -> dict[str, str]:
        """The files, with the one place where *old* stands replaced."""
        files = {"steps.py": HEAD + self.source, **self.others}
        if not old:
            return files
        found = [name for name, text in files.items() for _ in range(text.count(old))]
        assert len(found) == 1, f"{old!r} stands {len(found)} times"
        return {**files, found[0]: files[found[0]].replace(old, new)}


CASES = [
    Case(
        "match statement",
        """
LIMIT = 3
def kind(n):
    match n:
        case {"size": size} if size > LIMIT:
            return "big"
        case [first, *_]:
            return first
        case int() | float():
            return "number"
    return "other"
"""
        + STEP
        + "kind(n)\n",
        [
            ('"size": size', '"width": size', "helper kind in"),
            ("size > LIMIT", "size >= LIMIT", "helper kind in"),
            ("LIMIT = 3", "LIMIT = 4", "LIMIT 3 -> 4"),
            ("int() | float()", "int()", "helper kind in"),
            ('"number"', "'number'", SAME),
        ],
    ),
    Case(
        "walrus and comprehensions",
        """
KEYS = ("a", "b")
"""
        + STEP
        + "[(m, k) for k in KEYS for j in range(3) if (m := n * j + 11) > 2 if all(x for x in (k, j))]\n",
        [
            ("n * j + 11", "n * j + 12", "code changed"),
            ("range(3)", "range(4)", "code changed"),
            ('("a", "b")', '("a", "c")', "KEYS"),
            ("(k, j)", "(k, j,)", SAME),
        ],
    ),
    Case(
        "type parameters",
        """
from typing import TypeVar
BOUND = 5
def first[T: (int, str)](items: list[T]) -> T:
    return items[BOUND]
class Box[T]:
    size = 3
    def get(self) -> T:
        return self.size
type Pair = tuple[int, int]
@fr.register("step")
def step[U](n: U) -> U:
    return first([n]) + Box[int]().get()
""",
        [
            ("BOUND = 5", "BOUND = 6", "BOUND 5 -> 6"),
            ("items[BOUND]", "items[-BOUND]", "helper first in"),
            ("size = 3", "size = 4", "Box.size 3 -> 4"),
            ("return self.size", "return -self.size", "helper Box.get in"),
            ("(items: list[T]) -> T", "(items: list[T])", SAME),
            ("+ Box", "- Box", "code changed"),
        ],
        since=(3, 12),
    ),
    Case(
        "dataclass options",
        """
from dataclasses import dataclass, field, KW_ONLY
def stamp(): return 5
@dataclass(slots=True, kw_only=False)
class Row:
    a: int
    b: int = 2
    c: list = field(default_factory=list, repr=False, compare=False)
    d: int = field(default_factory=stamp)
    def __post_init__(self):
        self.a += 100
    def unread(self): return 7
@dataclass(frozen=True, order=True)
class Key:
    n: int = 1
"""
        + STEP
        + "(Row(n), Key())\n",
        [
            ("kw_only=False", "kw_only=True", "Row"),
            ("slots=True, ", "", "Row"),
            ("repr=False, ", "", "class Row in"),
            ("compare=False", "compare=True", "class Row in"),
            ("order=True", "order=False", "Key"),
            ("frozen=True, ", "", "Key"),
            ("b: int = 2", "b: int = 3", "Row.b 2 -> 3"),
            ("+= 100", "+= 101", "helper Row.__post_init__ in"),
            ("return 5", "return 6", "helper stamp in"),
            ("    a: int\n    b: int = 2", "    a: int\n    # sizes\n    b: int = 2", SAME),
            ("default_factory=list", "default_factory=dict", "Row"),
        ],
    ),
    Case(
        "named tuple, typed dict, protocol, abstract base",
        """
from abc import ABC, abstractmethod
from typing import NamedTuple, Protocol, TypedDict
class Point(NamedTuple):
    x: int = 1
    def norm(self): return self.x * 11
class Options(TypedDict, total=False):
    size: int
class Sized(Protocol):
    def size(self) -> int: ...
class Shape(ABC):
    @abstractmethod
    def area(self): ...
    def twice(self): return self.area() * 2
class Square(Shape):
    def area(self): return 16
"""
        + STEP
        + "(Point().norm(), Options(size=1), Square().twice())\n",
        [
            ("x: int = 1", "x: int = 2", "Point"),
            ("self.x * 11", "self.x * 12", "helper Point.norm in"),
            ("self.area() * 2", "self.area() * 3", "helper Shape.twice in"),
            ("return 16", "return 17", "helper Square.area in"),
            ("def size(self) -> int", "def size(self) -> float", SAME),
        ],
    ),
    Case(
        "metaclass, __init_subclass__, descriptors",
        """
class Meta(type):
    def __call__(cls, *args):
        made = super().__call__(*args)
        made.mark = 21
        return made
class Plugin:
    found = {}
    def __init_subclass__(cls, rank=1):
        cls.rank = rank * 31
class Doubled:
    def __init__(self, by): self.by = by
    def __set_name__(self, owner, name): self.name = name
    def __get__(self, obj, owner=None): return self.by * 41
class Thing(Plugin, rank=2, metaclass=Meta):
    size = Doubled(51)
    __slots__ = ("mark",)
"""
        + STEP
        + "Thing().size + Thing.rank\n",
        [
            ("mark = 21", "mark = 22", "helper Meta.__call__ in"),
            ("rank * 31", "rank * 32", "Thing.rank 62 -> 64"),
            ("rank=2", "rank=3", "Thing.rank 62 -> 93"),
            ("self.by * 41", "self.by * 42", "helper Doubled.__get__ in"),
            ("Doubled(51)", "Doubled(52)", "51 -> 52"),
            ('("mark",)', '("mark", "more")', "class Thing in"),
        ],
    ),
    Case(
        "decorators of one's own and of libraries",
        """
import functools
from contextlib import contextmanager, asynccontextmanager
def retry(times, wait=lambda attempt: attempt * 61):
    def decorate(function):
        @functools.wraps(function)
        def inner(*args, **kwargs):
            for attempt in range(times):
                try:
                    return function(*args, **kwargs)
                except KeyError:
                    wait(attempt)
        return inner
    return decorate
@retry(3)
def fetch(n): return n + 71
@contextmanager
def opened(name):
    yield name + "81"
@asynccontextmanager
async def opened_async(name):
    yield name + "91"
async def later(n):
    async with opened_async(n) as x:
        return x
"""
        + '@fr.register("step")\n@retry(times=2)\ndef step(n):\n    with opened(n) as x:\n        '
        "return fetch(x), later(x)\n",
        [
            ("retry(3)", "retry(4)", "times 3 -> 4"),
            ("times=2", "times=1", "times 2 -> 1"),
            ("attempt * 61", "attempt * 62", "helper"),
            ("except KeyError", "except LookupError", "helper fetch"),
            ("n + 71", "n + 72", "helper fetch"),
            ('name + "81"', 'name + "82"', "helper opened in"),
            ('name + "91"', 'name + "92"', "helper opened_async in"),
        ],
    ),
    Case(
        "functools",
        """
import functools
@functools.cache
def cached(n): return n + 101
@functools.singledispatch
def shown(n): return "?"
@shown.register
def _(n: int): return n + 111
@shown.register(str)
def _(n): return n + "121"
@functools.total_ordering
class Size:
    n = 1
    def __lt__(self, other): return self.n < other.n + 131
    def __eq__(self, other): return True
    def part(self, by): return by * 141
    half = functools.partialmethod(part, 151)
    @functools.cached_property
    def area(self): return 161
    @functools.singledispatchmethod
    def take(self, x): return 171
    @take.register
    def _(self, x: int): return 181
def summed(a, b): return a + b + 191
"""
        + STEP
        + "(cached(n), shown(n), Size() > Size(), Size().half(), Size().area, Size().take(1),"
        " functools.reduce(summed, [1, 2]), functools.partial(summed, 201)(1))\n",
        [
            ("n + 101", "n + 102", "helper cached in"),
            ("n + 111", "n + 112", "helper"),
            ('"121"', '"122"', "helper"),
            ("_(n: int)", "_(n: float)", ""),
            ("other.n + 131", "other.n + 132", "helper Size.__lt__ in"),
            ("by * 141", "by * 142", "helper Size.part in"),
            ("part, 151", "part, 152", "(151,) -> (152,)"),
            ("return 161", "return 162", "helper Size.area in"),
            ("return 171", "return 172", "helper Size.take in"),
            ("return 181", "return 182", "helper"),
            ("b + 191", "b + 192", "helper summed in"),
            ("summed, 201", "summed, 202", "code changed"),
        ],
    ),
    Case(
        "modules",
        """
import settings
from stars import *
from settings import chosen as picked
try:
    import missing_module
except ImportError:
    missing_module = None
if settings.FLAG:
    from settings import fast as way
else:
    from settings import slow as way
"""
        + STEP
        + "(settings.lazy_name, starred(n), STAR, picked(n), missing_module, way(n))\n",
        [
            ('"1" + name', '"2" + name', "helper __getattr__ in settings.py:"),
            ("n + 211", "n + 212", "helper starred in stars.py:"),
            ("STAR = 221", "STAR = 222", "STAR 221 -> 222"),
            ("n + 231", "n + 232", "helper chosen in settings.py:"),
            ("return 241", "return 242", "helper fast in settings.py:"),
            ("return 251", "return 252", SAME),
            ("FLAG = True", "FLAG = False", "way"),
            ("missing_module = None", "missing_module = 0", "missing_module"),
            ("UNREAD = 1", "UNREAD = 2", SAME),
            (
                "import settings\nfrom stars import *\n",
                "from stars import *\nimport settings\n",
                SAME,
            ),
        ],
        others={
            "settings.py": """
FLAG = True
UNREAD = 1
def __getattr__(name): return "1" + name
def chosen(n): return n + 231
def fast(n): return 241
def slow(n): return 251
""",
            "stars.py": "STAR = 221\ndef starred(n): return n + 211\n",
        },
    ),
    Case(
        "imports in functions, and circles of them",
        """
import left
"""
        + STEP
        + "left.go(n)\n",
        [
            ("n + 261", "n + 262", "helper back in left.py:"),
            ("back(n) * 271", "back(n) * 272", "helper go in right.py:"),
            ("DEEP = 281", "DEEP = 282", "DEEP 281 -> 282"),
        ],
        others={
            "left.py": "import right\ndef go(n):\n    from right import go as onward\n    return onward(n)\n"
            "def back(n): return n + 261\n",
            "right.py": "import left\nDEEP = 281\ndef go(n):\n    import left as other\n"
            "    return other.back(n) * 271 + DEEP\n",
        },
    ),
    Case(
        "globals bound anew",
        """
COUNT = 1
LEVEL = 1
LEVEL = LEVEL + 291
def count():
    global COUNT
    COUNT += 1
    return COUNT
def patched(n): return n + 301
def original(n): return n + 311
class Client:
    def send(self, n): return n + 321
def sent(self, n): return n + 331
Client.send = sent
original = patched
"""
        + STEP
        + "(count(), LEVEL, original(n), Client().send(n))\n",
        [
            ("COUNT = 1\n", "COUNT = 2\n", "COUNT 1 -> 2"),
            ("LEVEL + 291", "LEVEL + 292", "LEVEL 292 -> 293"),
            ("n + 301", "n + 302", "helper patched in"),
            ("n + 311", "n + 312", SAME),
            ("n + 321", "n + 322", SAME),
            ("n + 331", "n + 332", "helper sent in"),
            ("original = patched\n", "", "helper"),
        ],
    ),
    Case(
        "defaults",
        """
LIMIT = 341
def scaled(n, by=lambda x: x * 351, *, limit=LIMIT, seen=[], table={"a": 361}):
    return by(n) + limit
"""
        + STEP
        + "scaled(n)\n",
        [
            ("x * 351", "x * 352", "helper"),
            ("LIMIT = 341", "LIMIT = 342", "limit=) 341 -> 342"),
            ("seen=[]", "seen=[1]", "seen="),
            ('"a": 361', '"a": 362', "table="),
        ],
    ),
    Case(
        "class bodies that compute",
        """
import os
def prompt_of(name): return f"You are {name}."
class Agent:
    names = ["a", "b"]
    prompts = {name: name * 2 for name in names}
    system = prompt_of("Ada")
    if len(names) > 1:
        mode = 371
    def go(self): return self.system, self.prompts
"""
        + STEP
        + "Agent().go(), Agent.mode\n",
        [
            ('"Ada"', '"Bob"', "Agent.system 'You are Ada.' -> 'You are Bob.'"),
            ("name * 2", "name * 3", "Agent.prompts"),
            ("You are {name}", "I am {name}", "Agent.system"),
            ("mode = 371", "mode = 372", "Agent.mode 371 -> 372"),
        ],
    ),
    Case(
        "types for checking only",
        """
from typing import TYPE_CHECKING
if TYPE_CHECKING:
    from decimal import Decimal
def priced(n: "Decimal") -> "Decimal": return n
"""
        + STEP
        + "priced(n)\n",
        [
            ("from decimal import Decimal", "from fractions import Fraction as Decimal", SAME),
            ('n: "Decimal"', "n: int", SAME),
        ],
    ),
    Case(
        "docstrings that are prompts",
        '''
def search(query):
    """Search the web."""
    return query
def unread():
    """Never read."""
'''
        + STEP
        + "search.__doc__ + str(n)\n",
        [
            ("Search the web.", "Search the files.", "helper search in"),
            ("Never read.", "Never ever read.", SAME),
        ],
    ),
    Case(
        "files read at import",
        """
import json
from pathlib import Path
HERE = Path(__file__).parent
PROMPTS = json.loads((HERE / "prompts.json").read_text())
TEXT = (HERE / "system.txt").read_text()
"""
        + STEP
        + 'PROMPTS["a"] + TEXT\n',
        [('"A prompt"', '"Another prompt"', "PROMPTS"), ("You are kind.", "You are terse.", "TEXT")],
        others={"prompts.json": '{"a": "A prompt"}', "system.txt": "You are kind."},
    ),
    Case(
        "enums",
        """
from enum import Enum, Flag, IntEnum, auto
class Rights(Flag):
    READ = auto()
    WRITE = auto()
    BOTH = READ | WRITE
class Level(IntEnum):
    LOW = 1
    HIGH = 381
class Way(Enum):
    UP = "up"
    def turned(self): return self.value + "391"
    @property
    def label(self): return "401"
"""
        + STEP
        + "Rights.BOTH, Level.HIGH > n, Way.UP.turned(), Way.UP.label\n",
        [
            ("READ | WRITE", "READ", "Rights"),
            ("HIGH = 381", "HIGH = 382", "Level"),
            ('UP = "up"', 'UP = "down"', "Way"),
            ('"391"', '"392"', "helper Way.turned in"),
            ('"401"', '"402"', "helper Way.label in"),
        ],
    ),
    Case(
        "prompts in other modules",
        """
import prompts
from prompts import SYSTEM
"""
        + STEP
        + 'f"{SYSTEM} {prompts.RULES!r:>10} {n:.2f}"\n',
        [
            ("Be brief.", "Be very brief.", "SYSTEM"),
            ("No lies.", "No jokes.", "SYSTEM"),
            ("RULES = [", "RULES = ['x', ", "RULES"),
            (":.2f", ":.3f", "code changed"),
            ("!r", "!s", "code changed"),
            (":>10", ":<10", "code changed"),
        ],
        others={"prompts.py": 'TONE = "Be brief."\nSYSTEM = f"{TONE} No lies."\nRULES = ["one"]\n'},
    ),
    Case(
        "values of the standard library",
        """
import re, datetime, decimal, uuid, pathlib, logging, threading, weakref, collections, types
WORD = re.compile(r"\\w+", re.I)
DAY = datetime.date(2024, 1, 1)
SPAN = datetime.timedelta(days=3)
PRICE = decimal.Decimal("1.10")
ID = uuid.UUID(int=411)
PLACE = pathlib.PurePosixPath("/data/in")
LOG = logging.getLogger("a.b")
LOCK = threading.Lock()
HELD = weakref.WeakValueDictionary()
ORDER = collections.OrderedDict(a=1, b=2)
COUNTS = collections.Counter("aab")
FROZEN = types.MappingProxyType({"a": 421})
SPACE = types.SimpleNamespace(a=431)
QUEUE = collections.deque([1, 2], maxlen=3)
CHAIN = collections.ChainMap({"a": 441}, {"b": 2})
"""
        + STEP
        + "(WORD, DAY, SPAN, PRICE, ID, PLACE, LOG, LOCK, HELD, ORDER, COUNTS, FROZEN, SPACE.a, QUEUE, CHAIN)\n",
        [
            ('r"\\w+"', 'r"\\d+"', "WORD"),
            ("re.I", "re.M", "WORD"),
            ("2024, 1, 1", "2024, 1, 2", "DAY"),
            ("days=3", "days=4", "SPAN"),
            ('"1.10"', '"1.1"', "PRICE"),
            ("int=411", "int=412", "ID"),
            ("/data/in", "/data/out", "PLACE"),
            ('"a.b"', '"a.c"', "LOG"),
            ("threading.Lock()", "threading.RLock()", "LOCK"),
            ("(a=1, b=2)", "(b=2, a=1)", "ORDER"),
            ('"aab"', '"abb"', "COUNTS"),
            ('"a": 421', '"a": 422', "FROZEN"),
            ("a=431", "a=432", "a 431 -> 432"),
            ("maxlen=3", "maxlen=4", "QUEUE"),
            ('"a": 441', '"a": 442', "CHAIN"),
        ],
    ),
    Case(
        "collections of functions and of text",
        """
def a(n): return n + 451
def b(n): return n + 461
def c(n): return n + 471
ROUTES = {"a": a, "deep": {"b": [b, (c,)]}}
STOP = {"the", "of", "and", "a", "in"}
FROZEN = frozenset({("x", 1), ("y", 2)})
"""
        + STEP
        + 'ROUTES["a"](n), STOP, FROZEN\n',
        [
            ("n + 451", "n + 452", "helper a in"),
            ("n + 461", "n + 462", "helper b in"),
            ("n + 471", "n + 472", "helper c in"),
            ('"deep"', '"deeper"', "ROUTES"),
            ('"of", "and"', '"and", "of"', SAME),
            ('"of", ', "", "STOP"),
            ('("x", 1)', '("x", 3)', "FROZEN"),
            ('{"a": a, "deep": {"b": [b, (c,)]}}', '{\n    "a": a,\n    "deep": {"b": [b, (c,)]},\n}', SAME),
        ],
    ),
    Case(
        "recursion and cycles",
        """
def even(n): return n == 0 or odd(n - 1)
def odd(n): return n != 481 and even(n - 1)
RING = [1]
RING.append(RING)
class Node:
    def __init__(self): self.next = self; self.mark = 491
NODE = Node()
"""
        + STEP
        + "even(n), RING, NODE.next.next\n",
        [
            ("n != 481", "n != 482", "helper odd in"),
            ("RING = [1]", "RING = [2]", "RING"),
            ("mark = 491", "mark = 492", "mark 491 -> 492"),
        ],
    ),
    Case(
        "closures and local classes",
        """
def build(scale, names):
    class Local:
        size = 501
        def grow(self, n): return n * scale * self.size
    offset = len(names) + 511
    def inner(n): return Local().grow(n) + offset
    return inner
run = build(2, ["a"])
LOOP = [lambda n, i=i: n + i * 521 for i in range(3)]
LATE = [lambda n: n + j * 531 for j in range(3)]
def factory():
    def make(n):
        def innermost(): return n + 541
        return innermost
    return make
made = factory()
"""
        + STEP
        + "run(n), LOOP[0](n), LATE[1](n), made(n)()\n",
        [
            ("build(2", "build(3", "scale 2 -> 3"),
            ('["a"]', '["a", "b"]', "offset 512 -> 513"),
            ("size = 501", "size = 502", "size 501 -> 502"),
            ("n * scale", "n - scale", "grow"),
            ("i * 521", "i * 522", "LOOP"),
            ("n + j * 531", "n + j * 532", "LATE"),
            ("n + 541", "n + 542", "helper made"),
            ("i=i: n + i * 521 for i in range(3)", "i=i: n + i * 521 for i in range(1, 4)", "LOOP"),
        ],
    ),
    Case(
        "what the environment says at import",
        """
import os
MODEL = os.environ.get("NEVER_SET_MODEL", "small")
"""
        + STEP
        + "MODEL\n",
        [('"small"', '"large"', "MODEL 'small' -> 'large'")],
    ),
    Case(
        "what makes no difference",
        """
import os
import sys
LIMIT = 551
class Tool:
    size = 561
    def used(self, text, times=2):
        return text * times
    def unused(self):
        return 571
def helper(text, *, upper=False):
    value = {"a": 1, "b": [1, 2]}
    if upper:
        return text.upper()
    return f"{text}{value['a']}"
def above(n): return n
def unread(): return 581
"""
        + STEP
        + 'helper(Tool().used("x" * n)), LIMIT\n',
        [
            ("import os\nimport sys\n", "import sys\nimport os\n", SAME),
            ("import sys\n", "import sys\nimport json\n", SAME),
            ('{"a": 1, "b": [1, 2]}', "{'a': 1, 'b': [1, 2,],}", SAME),
            ("{value['a']}", "{ value['a'] }", SAME),
            ("def helper(text, *, upper=False):", "def helper(\n    text,\n    *,\n    upper=False,\n):", SAME),
            ("def helper(text, *, upper=False):", "def helper(text: str, *, upper: bool = False) -> str:", SAME),
            (
                "    if upper:\n        return text.upper()\n",
                "    if (upper):\n        return (text.upper())\n",
                SAME,
            ),
            ("def above(n): return n\n", "", SAME),
            ("return 581", "return 582", SAME),
            ("LIMIT = 551", "LIMIT: int = 551", SAME),
            ("LIMIT = 551", "LIMIT = 500 + 51", SAME),
            ("LIMIT = 551", "LIMIT = 0x227", SAME),
            ("times=2", "times = 2", SAME),
            ("    value =", '    """Say it."""\n    value =', SAME),
            ("return text * times", "return text * times  # repeated", SAME),
            ("class Tool:", "class Tool:\n    '''A tool.'''", SAME),
        ],
    ),
]
