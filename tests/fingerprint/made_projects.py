"""Made projects: small modules whose step's fingerprint is taken as a recorder takes it."""

import importlib
import sys
from itertools import count
from pathlib import Path

from flight_recorder.config import Project
from flight_recorder.model.fingerprint import Fingerprint
from flight_recorder.record.binding import binder
from flight_recorder.record.learning import Learner
from flight_recorder.record.registry import Registered

_number = count()

STEPS = '''
import enum
import functools
from dataclasses import dataclass, field
from typing import NamedTuple

from flight_recorder import FlightRecorder

import helpers
import settings
from helpers import tax as duty
from settings import CFG

fr = FlightRecorder()
PROMPT = "You can call: search, calculator, web_page."
LIMIT = 10
COUNTRIES = {"de": 19, "fr": 20}


def decorated(extra):
    def decorate(function):
        @functools.wraps(function)
        def inner(*args):
            return function(*args) + extra + 100
        return inner
    return decorate


def make(step):
    def stepper(n):
        return n + step
    return stepper


def shipping(kilos):
    return kilos * rate(kilos)


def rate(kilos):
    return 4 if kilos < 10 else 3


def loud(text):
    return text.upper()


def quiet(text):
    return text.lower()


def unrelated():
    return 1


class Colour(enum.Enum):
    RED = 1


class Base:
    factor = 3

    def scaled(self, n):
        return n * self.factor


class Price(Base):
    currency = "EUR"

    @property
    def label(self):
        return "in " + self.currency

    @classmethod
    def zero(cls):
        return 0


@dataclass
class Quote:
    carrier: str = "Seafast"
    codes: list = field(default_factory=lambda: [7])


class Point(NamedTuple):
    x: int = 1


TABLE = {"loud": loud, "quiet": quiet}
add_one = make(1)
half = functools.partial(divmod, 2)


@functools.lru_cache
def cached(n):
    return n + 1000


@decorated(5)
def wrapped(n):
    return n + 2000


class Shop:
    opening = 9

    @fr.register("method")
    def method(self, n, greeting="hello", *, loudly=False):
        return self.closing(n) + self.opening

    def closing(self, n):
        return n + 18


@fr.register("other")
def other(n):
    return n + 555


@fr.register("step")
@decorated(7)
def step(n, unit="kg"):
    """The step's docstring."""
    from helpers import late

    def nested(x):
        return x + 31

    squares = [x * 41 for x in range(n)]
    price = Price()
    return (
        f"about {n} {unit}", PROMPT, LIMIT, COUNTRIES["de"], shipping(n), TABLE["loud"], add_one(n), half(n),
        cached(n), wrapped(n), Colour.RED, price, Quote(), Point(), CFG.limit, settings.DEPTH, helpers.clean("x"),
        duty(n), late(n), nested(n), squares, (lambda y: y + 61)(n), other(n),
    )
'''

HELPERS = """
def clean(text):
    return strip(text) + "!"

def strip(text):
    return text.strip("*")

def tax(n):
    return n * 0.19

def late(n):
    return n + 77
"""

SETTINGS = """
DEPTH = 3

class Config:
    def __init__(self):
        self.limit = 50

CFG = Config()
"""

FILES = {"steps.py": STEPS, "helpers.py": HELPERS, "settings.py": SETTINGS}


def edited(file: str, old: str, new: str) -> dict[str, str]:
    """FILES with the one place where *old* stands replaced."""
    assert FILES[file].count(old) == 1, f"{old!r} stands {FILES[file].count(old)} times"
    return {**FILES, file: FILES[file].replace(old, new)}


def take(folder: Path, files: dict[str, str], path: str = "step") -> Fingerprint:
    """Write *files* to a new folder below *folder*, import steps.py, and take the fingerprint of a step in it."""
    root = folder / f"project{next(_number)}"
    root.mkdir(parents=True)
    for name, text in files.items():
        (root / name).write_text(text, encoding="utf-8")
    modules = [name.removesuffix(".py") for name in files]
    sys.path.insert(0, str(root))
    importlib.invalidate_caches()
    try:
        found: object = importlib.import_module("steps")
        for name in path.split("."):
            found = vars(found)[name]
        registered = found.__flight_recorder_step__  # type: ignore[attr-defined]
        return Learner(Project(str(root))).learn(registered)[1]
    finally:
        sys.path.remove(str(root))
        for module in modules:
            sys.modules.pop(module, None)


def fingerprint_of(function: object, root: Path) -> Fingerprint:
    """The fingerprint of any callable."""
    step = Registered(function, "x", function_name="m:x", bind=binder(function), parameters=None)  # type: ignore[arg-type]
    return Learner(Project(str(root))).learn(step)[1]
