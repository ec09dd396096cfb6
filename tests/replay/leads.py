"""A program of several modules, with a little of everything in it, that fails at its last step."""

FILES = {
    "leads/__init__.py": '''
"""Leads: found, scored and delivered."""
''',
    "leads/recorder.py": '''
from pathlib import Path

from flight_recorder import FlightRecorder

fr = FlightRecorder()


def ran(step):
    """Note that a step has run."""
    with open(Path(__file__).parents[1] / "ran.log", "a") as log:
        log.write(step + "\\n")
''',
    "leads/models.py": '''
"""What passes between the steps."""

from dataclasses import dataclass, field
from enum import Enum

from pydantic import BaseModel, field_validator


class Grade(Enum):
    """How good a lead is."""

    HOT = "hot"
    COLD = "cold"


@dataclass
class Lead:
    """Somebody who might buy."""

    name: str
    visits: int = 0
    tags: list = field(default_factory=list)

    def is_new(self):
        """Whether it has never come back."""
        return self.visits < 2  # the first visit counts


class Letter(BaseModel):
    to: str
    lines: list[str] = []

    @field_validator("to")
    @classmethod
    def check(cls, value):
        """A letter needs somebody to go to."""
        if not value:
            raise ValueError("to whom?")
        return value.strip()
''',
    "leads/helpers.py": '''
"""Helpers that are not steps."""

import functools

RATES = {"visit": 3, "tag": [1, 2]}
GREETING = "Dear"


def rounded(digits):
    """Round what the decorated function returns."""

    def decorate(function):
        @functools.wraps(function)
        def wrapper(*args, **kwargs):
            return round(function(*args, **kwargs), digits)

        return wrapper

    return decorate


@rounded(2)
def weight(visits, tags=(), *, factor=1.0):
    # more tags weigh more
    extra = sum(RATES["tag"][index % 2] for index, _ in enumerate(tags))
    return (visits * RATES["visit"] + extra) * factor


pick = lambda first, *rest: first if first is not None else pick(*rest)  # noqa
''',
    "leads/clients.py": '''
"""Where leads come from."""

from leads.models import Lead
from leads.recorder import fr, ran


class Source:
    """A source of leads."""

    prefix = "lead"

    def __init__(self, start):
        self.start = start

    @fr.register("fetch")
    def fetch(self, number):
        """Return a lead."""
        ran("fetch")
        return Lead(self.named(number), visits=self.start + number)

    def named(self, number):
        return self.prefix + "-" + str(number)


class OtherSource(Source):
    prefix = "other"

    def named(self, number):
        """As the base does, in capitals."""
        return super().named(number).upper()
''',
    "leads/agents.py": '''
"""The steps."""

import asyncio

from leads.helpers import GREETING, pick, weight
from leads.models import Grade, Letter
from leads.recorder import fr, ran


@fr.register("score")
async def score(lead):
    """Return how much a lead is worth."""
    ran("score")
    await asyncio.sleep(0)
    lead.tags.append("scored")
    return weight(lead.visits, lead.tags, factor=0.5 if lead.is_new() else 1.5)


@fr.register("grade")
def grade(points, limit=pick(None, 4)):
    ran("grade")
    match points:
        case int() | float() if points > limit:
            return Grade.HOT
        case _:
            return Grade.COLD


@fr.register("lines")
def lines(leads, grades):
    """Yield the lines of a letter."""
    ran("lines")
    yield f"{GREETING} all,"
    for lead, each in zip(leads, grades):
        yield f"{lead.name} is {each.value}"


@fr.register("deliver")
def deliver(letter):
    """Send it."""
    ran("deliver")
    raise ConnectionError("the service is down")


@fr.register("main")
async def main(count, source):
    ran("main")
    leads = [source.fetch(number) for number in range(count)]
    points = await asyncio.gather(*(score(lead) for lead in leads))
    grades = [grade(each) for each in points]
    letter = Letter(to=" team ", lines=list(lines(leads, grades)))
    return deliver(letter)
''',
    "leads/__main__.py": '''
"""Run with python -m leads."""

import asyncio
import sys

from leads.agents import main
from leads.clients import OtherSource
from leads.recorder import fr

if __name__ == "__main__":
    asyncio.run(fr.run(main, int(sys.argv[1]), OtherSource(0)))
''',
}
