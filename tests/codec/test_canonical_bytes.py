"""Law 1, canonical bytes: equal values give equal bytes in any process, whatever its PYTHONHASHSEED."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]

SCRIPT = """
import datetime, enum, threading, functools
from tests.codec.made_classes import *
from flight_recorder.codec.capture import capture, CaptureSettings

def made(seed):
    words = [f"word-{number}" for number in range(20)]
    both = Both()
    both.slot = set(words)
    both.other = frozenset(words)
    plain = Plain(b=1, a={Right.READ, Right.WRITE})
    order = Order(customer=Customer(name="Ada", tags=set(words)), z=1)
    return [
        set(words), frozenset(words), {frozenset(words[:3]), frozenset(words[3:])}, {(1, "a"), (2.5, None), b"x", 7},
        {"nested": [set(words), {"deep": set(words)}]}, {Frozen(word) for word in words}, order, plain, both,
        Names(a=set(words)), RefusedError("x", code=3), {Color.RED, Color.GREEN}, [len, print, str.upper, int],
        functools.partial(made, 1), threading.Lock(), object(), (item for item in words), made, Plain,
        {Plain(name=word) for word in words}, logging_like(),
    ]

def logging_like():
    import logging
    return logging.getLogger("shop")

settings = CaptureSettings(describe_callable=lambda found: "same")
for thing in made(0):
    value = capture(thing, settings)
    print(value.digest, value.form, value.is_comparable, value.data)
"""


def lines_of(hash_seed: str) -> list[str]:
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], env=environment, capture_output=True, text=True, check=True, cwd=ROOT
    )
    return done.stdout.splitlines()


def test_equal_values_give_equal_bytes_in_processes_of_different_hash_seeds() -> None:
    first = lines_of("1")

    assert len(first) == 21
    assert lines_of("2") == first
    assert lines_of("3") == first
    assert " at 0x" not in "".join(first)
