"""The compiled part records what Python records: the same program, once with each, leaves the same session."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec import structs

from flight_recorder.journal.reader import read_events
from flight_recorder.model.event import Finished, Started

pytest.importorskip("flight_recorder_speed", reason="the compiled part is not installed")

WITHOUT = "import flight_recorder.compiled as part; part.compiled = None\n"  # in one line: sites stay the same
PROGRAM = """
import asyncio
import os
import signal
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from flight_recorder import FlightRecorder

fr = FlightRecorder(store=sys.argv[1])
CACHE = {"kept": [1, 2]}
SECRET = "sk-" + "a1B2" * 12

@fr.register("plain")
def plain(a, b="b", *, c=None):
    return {"a": a, "b": [b, {"c": c}], "pi": 3.25, "big": 2**70, "no": None, "text": "\\n\\u20ac\\ud7ff"}

@fr.register("of all kinds")
def of_all_kinds(a, /, b=2, *, c, d=4):
    return [a, b, c, d]

CALLS = [
    ((1,), {"c": 3}), ((1, 2), {"c": 3, "d": 5}), ((1,), {"b": 6, "c": 3}), ((1, 2, 3, 4), {}), ((), {"a": 1}),
    ((1,), {}), ((1,), {"a": 1, "c": 3}), ((1,), {"c": 3, "e": 1}), ((1, 2), {"b": 1, "c": 3}), ((), {"c": 3}),
]

def call_in_all_ways():
    for args, named in CALLS:
        try:
            of_all_kinds(*args, **named)
        except TypeError:
            pass

class Customer:
    def __init__(self, n):
        self.n = n

    def total(self):
        return self.n + 1

@fr.register("gives an object")
def gives_an_object(n):
    return Customer(n)

@fr.register("uses an object")
def uses_an_object(n):
    return getattr(gives_an_object(n), "to" + "tal")()

@fr.register("takes an object")
def takes_an_object(customer):
    return customer.total()

@fr.register("changes")
def changes(rows):
    rows.append({"n": len(rows)})
    return len(rows)

@fr.register("gives back")
def gives_back(rows):
    return [rows]

@fr.register("keeps")
def keeps():
    return CACHE["kept"]

@fr.register("odd")
def odd(value):
    return (value, {1: b"x"})

@fr.register("secret")
def secret(text, token):
    return {"said": text, "authorization": token}

@fr.register("fails")
def fails(n):
    if n % 3 == 0:
        raise ValueError(f"not {n}")
    return n

@fr.register("long")
def long(messages):
    messages = [*messages, {"role": "user", "content": "word " * 100}]
    return messages

@fr.register("stream")
def stream(n):
    return (plain(number) for number in range(n))

@fr.register("nested", replayable=False)
def nested(n):
    return plain(n) if n == 0 else {"inner": nested(n - 1)}

def helper(n):
    return n + 1

@fr.register("by name")
def by_name(n):
    return globals()["hel" + "per"](n)

@fr.register("async")
async def sleeps(n):
    await asyncio.sleep(0)
    return [n, plain(n)]

async def many():
    return await asyncio.gather(*(sleeps(number) for number in range(5)), sleeps(9))

def handler(number, frame):
    plain("from a signal handler")

@fr.register("main")
def main():
    rows, messages = [], []
    for n in range(6):
        plain(n), plain(n, "c"), plain(a=n, c=[n]), plain(n, b={"n": n})
        call_in_all_ways()
        uses_an_object(n), takes_an_object(gives_an_object(n))
        of_all_kinds.__wrapped__.__defaults__ = (n,)
        changes(rows), gives_back(rows), keeps(), odd(n), secret("hi", f"Bearer {SECRET}"), secret(SECRET, "none")
        try:
            fails(n)
        except ValueError:
            pass
        messages = long(messages)
        list(stream(2))
        nested(3)
        by_name(n)
        signal.raise_signal(signal.SIGUSR1)
    asyncio.run(many())
    threads = [threading.Thread(target=lambda: [plain(n) for n in range(5)]) for _ in range(2)]
    for thread in threads:
        thread.start()
        thread.join()
    with ThreadPoolExecutor(1) as pool:
        list(pool.map(plain, range(5)))
    try:
        plain()
    except TypeError:
        pass
    return "done"

signal.signal(signal.SIGUSR1, handler)
print(fr.run(main), flush=True)
os._exit(0)  # before it is drained
"""


def recorded(folder: Path, program: str) -> list[Any]:
    """Return the events that *program* leaves, without the times."""
    (folder / "program.py").write_text(program, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "program.py", "home"], cwd=folder, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "done\n", "")
    (journal,) = (folder / "home" / "journal").glob("*.journal")
    events = [event for event in read_events(journal) if isinstance(event, Started | Finished)]
    journal.unlink()
    return [msgspec.to_builtins(structs.replace(event, at_ns=0), builtin_types=(bytes,)) for event in events]


def test_a_session_is_the_same_with_and_without_the_compiled_part(tmp_path: Path) -> None:
    with_it, without = recorded(tmp_path, PROGRAM), recorded(tmp_path, PROGRAM.replace("\n", WITHOUT, 1))

    assert len(with_it) > 300
    for mine, other in zip(with_it, without, strict=True):
        assert mine == other
