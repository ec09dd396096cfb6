"""The calls that are recorded: what goes in, what comes out. Texts are made of words, as prompts are.

No two calls are alike: a number stands in one argument of each, in one of its messages or rows, and in its result, so
that nobody gains by having seen the same bytes before. What goes in is made before the clock starts.
"""

import marshal
import random
from collections.abc import Awaitable, Callable
from typing import Any

TEXT = (
    "the order of a customer was sent again because its address could not be read by any carrier and so a clerk in"
    " another town looked it up by hand wrote it down and asked whether the parcel may be left with a neighbour"
)
WORDS = tuple(TEXT.split())
Args = tuple[Any, ...]


def small(email: str, why: str) -> dict[str, Any]:
    """Two strings in, a dict of five keys out."""
    return {"name": "Sarah", "score": 75, "stage": "lead", "owner": None, "seen": f"out-{why}"}


def medium(messages: list[dict[str, str]], request: str) -> dict[str, Any]:
    """20 chat messages, 8 KB, in; an answer of 2 KB out."""
    return {"role": "assistant", "content": f"{ANSWER} out-{request}"}


def large(rows: list[dict[str, Any]], what: str) -> Any:
    """1 MB of nested data in, and another one out, made anew as a parsed response is."""
    out = marshal.loads(MEGABYTE)
    out[int(what[:-1]) % ROWS]["note"] = f"out-{what}"
    return out


async def small_async(email: str, why: str) -> dict[str, Any]:
    """As `small`."""
    return {"name": "Sarah", "score": 75, "stage": "lead", "owner": None, "seen": f"out-{why}"}


async def medium_async(messages: list[dict[str, str]], request: str) -> dict[str, Any]:
    """As `medium`."""
    return {"role": "assistant", "content": f"{ANSWER} out-{request}"}


async def large_async(rows: list[dict[str, Any]], what: str) -> Any:
    """As `large`."""
    out = marshal.loads(MEGABYTE)
    out[int(what[:-1]) % ROWS]["note"] = f"out-{what}"
    return out


def arguments(payload: str, number: int) -> Args:
    """Return what the call with that *number* is given."""
    mark = marked(number)
    if payload == "small":
        return f"sarah@acmecorp.com/in-{mark}", mark
    if payload == "medium":
        at = number % len(MESSAGES)
        said = {"role": MESSAGES[at]["role"], "content": f"{MESSAGES[at]['content'][:-12]} in-{mark}"}
        return [*MESSAGES[:at], said, *MESSAGES[at + 1 :]], mark
    at = number % ROWS
    return [*IN[:at], {**IN[at], "note": f"in-{mark}"}, *IN[at + 1 :]], mark


def marked(number: int) -> str:
    """Return how that *number* is written: no mark is a part of another."""
    return f"{number:07d}."


def text(chance: random.Random, size: int) -> str:
    """Return words, *size* characters of them."""
    said = ""
    while len(said) < size:
        said += chance.choice(WORDS) + " "
    return said[:size]


def _rows(chance: random.Random) -> list[dict[str, Any]]:
    return [
        {
            "id": n,
            "price": chance.random() * 100,
            "tags": [text(chance, 12), text(chance, 9)],
            "at": {"x": n, "y": -n},
        }
        for n in range(ROWS)
    ]


ROWS = 7_800
_chance = random.Random(1)
MESSAGES = [{"role": ("user", "assistant")[n % 2], "content": text(_chance, 370)} for n in range(20)]
IN = _rows(random.Random(2))
MEGABYTE = marshal.dumps(_rows(random.Random(3)))
ANSWER = text(random.Random(4), 1_950)
STEPS: dict[str, Callable[..., Any]] = {"small": small, "medium": medium, "large": large}
ASYNC_STEPS: dict[str, Callable[..., Awaitable[Any]]] = {
    "small": small_async,
    "medium": medium_async,
    "large": large_async,
}
