"""Kit: the file `kit.py` that every generated program imports. Never edited, so never a reason to run a step."""

KIT = """
import hashlib
import os
import threading
from dataclasses import dataclass, field

from flight_recorder import FlightRecorder

fr = FlightRecorder()


def beside(name):
    return os.path.join(os.path.dirname(os.path.abspath(__file__)), name)


def append(name, line):
    with open(beside(name), "a") as file:
        file.write(line + "\\n")


def ran(step):
    append("ran.log", step)


def told(value):
    # The order of a set is nothing that a program may rely on.
    if isinstance(value, (set, frozenset)):
        return f"{{{', '.join(sorted(map(told, value)))}}}"
    if isinstance(value, (list, tuple)):
        return f"({', '.join(map(told, value))})"
    return repr(value)


def effect(step, *inputs):
    append("effects.log", f"{step} {told(inputs)}")


def answer(*question):
    with open(beside("world.txt")) as world:
        seed = world.read()
    return int(hashlib.md5(told((seed, question)).encode()).hexdigest(), 16) % 50


def counted(*question):
    name = "count-" + hashlib.md5(told(question).encode()).hexdigest()[:12]
    append(name, "asked")
    return answer(os.path.getsize(beside(name)), *question)


def spend(step, limit, *question):
    name = "spent-" + hashlib.md5(told((step, question)).encode()).hexdigest()[:12]
    append(name, "tried")
    if os.path.getsize(beside(name)) <= 6 * limit:
        raise ValueError(f"{step} is busy")


@dataclass
class Record:
    value: int
    tags: list = field(default_factory=list)


class Plain:
    def __init__(self, value):
        self.value = value
        self.items = []

    def total(self):
        return self.value + sum(self.items)


class Handle:
    def __init__(self, base):
        self.base = base
        self.lock = threading.Lock()

    def read(self, n):
        with self.lock:
            return self.base * 7 + n
"""
