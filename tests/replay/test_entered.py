"""Functions that no name leads to: a step that entered one runs again when it is edited. From Python 3.12."""

import sys

import pytest

from tests.kit import Project

pytestmark = pytest.mark.skipif(sys.version_info < (3, 12), reason="nothing reports the functions that are entered")

HANDLERS = """
import functools
from dataclasses import dataclass

LIMIT = 7

class Base:
    rate = 3

    def run(self, kind, n):
        return getattr(self, "do_" + kind)(n)

    def do_a(self, n):
        return n + 1

    def do_b(self, n):
        return n + self.shift(n)

    def shift(self, n):
        return n * LIMIT

class Handler(Base):
    @property
    def size(self):
        return 4

    @staticmethod
    def plain(n):
        return n + 40

    @classmethod
    def made(cls, n):
        return n + 50

    def __call__(self, n):
        return n + 60

    def __add__(self, n):
        return n + 70

def by_name(n):
    return n + 2

def make(extra):
    scale = 2
    def inner(n):
        return n * scale + extra
    return inner

TABLE = [lambda n: n + 3, lambda n: n + 4]
closure = make(5)

def bare_wrapper(function):
    def wrapper(n):
        return function(n) + 6
    return wrapper

@bare_wrapper
def wrapped(n):
    return n + 8

@functools.lru_cache
def cached(n):
    return n + 9

def stream(n):
    yield n + 11

async def later(n):
    return n + 12

@functools.singledispatch
def shown(n):
    return 0

@shown.register
def _(n: int):
    return n + 13

@shown.register
def _(n: str):
    return n + "!"

def local(n):
    class Local:
        def method(self):
            return n + 14
    return Local()

@dataclass
class Row:
    n: int

    def doubled(self):
        return self.n * 2

def unrelated():
    return 99
"""

PROGRAM = """
import asyncio
import threading
import handlers

def call(name, *path):
    found = globals()["hand" + "lers"]
    for one in path:
        found = getattr(found, one) if isinstance(one, str) else found[one]
    return found

@fr.register("step")
def step(what, n):
    ran(what)
    get = lambda *path: call("handlers", *path)
    if what == "a" or what == "b":
        return get("Handler")().run(what, n)
    if what == "property":
        return get("Handler")().size + n
    if what in ("plain", "made"):
        return getattr(get("Handler")(), what)(n)
    if what == "call":
        return get("Handler")()(n)
    if what == "add":
        return get("Handler")() + n
    if what in ("by_name", "closure", "wrapped", "cached"):
        return get(what)(n)
    if what == "lambda":
        return get("TABLE", 1)(n)
    if what == "stream":
        return list(get("stream")(n))
    if what == "later":
        return asyncio.run(get("later")(n))
    if what == "shown":
        return get("shown")(n)
    if what == "local":
        return get("local")(n).method()
    if what == "row":
        return get("Row")(n).doubled()
    if what == "thread":
        found = []
        thread = threading.Thread(target=lambda: found.append(get("by_name")(n)))
        thread.start()
        thread.join()
        return found[0]
    return n

KINDS = ["a", "b", "property", "plain", "made", "call", "add", "by_name", "closure", "wrapped", "cached",
         "lambda", "stream", "later", "shown", "local", "row", "thread", "none"]

@fr.register("pipeline")
def pipeline():
    return [step(kind, 1) for kind in KINDS]

if __name__ == "__main__":
    print(fr.run(pipeline))
"""


@pytest.fixture
def recorded(project: Project) -> Project:
    project.write("handlers.py", HANDLERS, prelude=False)
    project.write("program.py", PROGRAM)
    recording = project.record()
    assert recording.status == 0, recording.stderr
    return project


EDITS = [
    ("n + 1\n", "n + 100\n", ["a"], "helper Base.do_a in handlers.py:13 changed"),
    ("n + self.shift(n)", "n - self.shift(n)", ["b"], "helper Base.do_b in handlers.py:16 changed"),
    ("n * LIMIT", "n * LIMIT + 1", ["b"], "helper Base.shift in handlers.py:19 changed"),
    ("LIMIT = 7", "LIMIT = 8", ["b"], "LIMIT 7 -> 8"),
    ("return 4", "return 5", ["property"], "helper Handler.size in handlers.py:23 changed"),
    ("n + 40", "n + 41", ["plain"], "helper Handler.plain in handlers.py:27 changed"),
    ("n + 50", "n + 51", ["made"], "helper Handler.made in handlers.py:31 changed"),
    ("n + 60", "n + 61", ["call"], "helper Handler.__call__ in handlers.py:35 changed"),
    ("n + 70", "n + 71", ["add"], "helper Handler.__add__ in handlers.py:38 changed"),
    ("n + 2\n", "n + 20\n", ["by_name", "thread"], "helper by_name in handlers.py:41 changed"),
    ("n * scale", "n - scale", ["closure"], "helper make in handlers.py:44 changed"),
    ("scale = 2", "scale = 3", ["closure"], "helper make in handlers.py:44 changed"),
    ("function(n) + 6", "function(n) + 7", ["wrapped"], "helper bare_wrapper in handlers.py:53 changed"),
    ("n + 8\n", "n + 80\n", ["wrapped"], "helper wrapped in handlers.py:58 changed"),
    ("n + 9\n", "n + 90\n", ["cached"], "helper cached in handlers.py:62 changed"),
    ("n: n + 4", "n: n + 5", ["lambda"], "helper <lambda> in handlers.py:50 changed"),
    ("n + 11", "n + 110", ["stream"], "helper stream in handlers.py:66 changed"),
    ("n + 12", "n + 120", ["later"], "helper later in handlers.py:69 changed"),
    ("n + 13", "n + 130", ["shown"], "helper _ in handlers.py:76 changed"),
    ("n + 14", "n + 140", ["local"], "helper local in handlers.py:84 changed"),
    ("self.n * 2", "self.n * 3", ["row"], "helper Row.doubled in handlers.py:94 changed"),
]


# One edit of each kind of function in each group, so that one replay shows what each of them runs, and leaves alone.
GROUPS = [
    ["a", "property", "made", "add", "closure", "cached", "stream", "shown", "row"],
    ["b", "plain", "call", "by_name thread", "wrapped", "lambda", "later", "local"],
]


@pytest.mark.parametrize("group", GROUPS, ids=["one half", "the other half"])
def test_an_edit_of_a_function_that_was_entered_runs_the_steps_that_entered_it(
    recorded: Project, group: list[str]
) -> None:
    expected: dict[str, list[str]] = {}
    for old, new, steps, said in EDITS:
        if " ".join(steps) in group:
            recorded.edit("handlers.py", old, new)
            for step in steps:
                expected.setdefault(step, []).append(said)

    replay = recorded.replay()

    ran = [one for one in replay.json["steps"] if one["decision"] == "rerun" and one["name"] == "step"]
    assert dict(zip(replay.ran, [one["detail"].split("; ") for one in ran], strict=True)) == {
        step: list(dict.fromkeys(said)) for step, said in expected.items()
    }


COSMETIC = [
    ("def unrelated", "# a note\ndef unrelated"),
    ("return 99", "return 98"),
    ("def by_name(n):\n", 'def by_name(n):\n    """A docstring."""\n'),
    ("return n + 2\n", "return (\n        n + 2\n    )\n"),
    ("rate = 3\n", "rate = 3\n    unread = 4\n"),
    ("def plain(n)", "def plain(n: int) -> int"),
    ("def stream", "def new():\n    return 1\n\ndef stream"),
]


def test_no_other_edit_runs_anything(recorded: Project) -> None:
    for old, new in COSMETIC:
        recorded.edit("handlers.py", old, new)

    assert recorded.replay().ran == []


SHAPES = """
LOADED = []

class Base:
    def run(self, kind, n):
        return getattr(self, "do_" + kind)(n)

    def do_a(self, n):
        return n + 1

class Sub(Base):
    pass

class Mixin:
    pass

class Mixed(Mixin, Base):
    pass

class Apart(Base):
    pass

def made():
    return Sub()
"""

SMALL = """
import sys
import importlib
import shapes

@fr.register("step", ignore=("shape",))
def step(shape, n):
    ran(type(shape).__name__)
    return shape.run("a", n)

@fr.register("plugged")
def plugged(name, n):
    ran(name)
    return importlib.import_module("plugins." + name).run(n)

@fr.register("pipeline")
def pipeline():
    found = sys.modules["shapes"]
    shapes = [getattr(found, name)() for name in ("Base", "Sub", "Mixed", "Apart")]
    return [*(step(shape, at) for at, shape in enumerate(shapes)), plugged("one", 1), plugged("two", 2),
            plugged("one", 3)]

if __name__ == "__main__":
    print(fr.run(pipeline))
"""
PLUGIN = """
from plugins.shared import add
SCALE = 3

def run(n):
    return add(n) * SCALE

def other():
    return 0
"""


@pytest.fixture
def small(project: Project) -> Project:
    project.write("shapes.py", SHAPES, prelude=False)
    project.write("plugins/__init__.py", "", prelude=False)
    project.write("plugins/shared.py", "def add(n):\n    return n + 1\n", prelude=False)
    project.write("plugins/one.py", PLUGIN, prelude=False)
    project.write("plugins/two.py", PLUGIN.replace("3", "4"), prelude=False)
    project.write("program.py", SMALL)
    recording = project.record()
    assert recording.ran == ["Base", "Sub", "Mixed", "Apart", "one", "two", "one"], recording.stderr
    return project


OTHERWISE = [
    (
        "the method is gone",
        "do_a(self, n):\n        return n + 1",
        "do_b(self, n):\n        return n",
        "Base",
        "is gone",
    ),
    (
        "a class below has one of its own",
        "class Sub(Base):\n    pass",
        "class Sub(Base):\n    def do_a(self, n):\n        return -n",
        "Base Sub Mixed Apart",
        "Base.do_a is overridden by nothing -> Sub",
    ),
    (
        "a class beside has one of its own",
        "class Mixin:\n    pass",
        "class Mixin:\n    def do_a(self, n):\n        return -n",
        "Base Sub Mixed Apart",
        "Base.do_a is overridden by nothing -> Mixin in Mixed",
    ),
    (
        "a second definition takes its place",
        "class Sub(",
        "    def do_a(self, n):\n        return n + 5\n\nclass Sub(",
        "Base Sub Mixed Apart",
        "Base.do_a definitions 1 -> 2",
    ),
    (
        "something else is put in its place",
        "def made(",
        "Base.do_a = lambda self, n: n * 7\n\ndef made(",
        "Base Sub Mixed Apart",
        "Base.do_a Base.do_a -> <lambda>",
    ),
]


@pytest.mark.parametrize(("what", "old", "new", "ran", "said"), OTHERWISE, ids=[case[0] for case in OTHERWISE])
def test_a_call_that_would_come_elsewhere_now(
    small: Project, what: str, old: str, new: str, ran: str, said: str
) -> None:
    small.edit("shapes.py", old, new)

    replay = small.replay()

    # Where the method is gone the first call already fails.
    assert replay.ran == ran.split()
    assert [one["detail"] for one in replay.json["steps"] if one["name"] == "step" and said in one["detail"]]


def test_a_plugin_that_a_step_imports_by_name(small: Project) -> None:
    session = small.sessions()[0]["id"]
    small.edit("plugins/two.py", "SCALE = 4", "SCALE = 5")
    two = small.replay(session=session)
    small.edit("plugins/one.py", "* SCALE", "+ SCALE")
    both = small.replay(session=session)
    after_two = small.replay(session=two.json["session"])
    small.edit("plugins/one.py", "+ SCALE", "* SCALE  # a note")
    again = small.replay(session=two.json["session"])
    small.edit("plugins/shared.py", "n + 1", "n + 2")
    shared = small.replay(session=two.json["session"])

    assert [replay.ran for replay in (two, both, after_two, again, shared)] == [
        ["two"], ["one", "two", "one"], ["one", "one"], [], ["one", "two", "one"]
    ]  # fmt: skip


def test_replays_of_replays_run_only_what_the_last_edit_touched(small: Project) -> None:
    small.edit("shapes.py", "n + 1", "n + 2")
    first = small.replay()
    second = small.replay()
    small.edit("shapes.py", "n + 2", "n + 1")
    back = small.replay()
    third = small.replay()

    assert [replay.ran for replay in (first, second, back, third)] == [
        ["Base", "Sub", "Mixed", "Apart"], [], ["Base", "Sub", "Mixed", "Apart"], []
    ]  # fmt: skip
    assert back.json["result"] == [1, 2, 3, 4, 6, 12, 12]
