"""The calls that are recorded: what goes in, what comes out. Texts are made of words, as prompts are."""

import json
import random
from collections.abc import Callable
from typing import Any

TEXT = (
    "the order of a customer was sent again because its address could not be read by any carrier and so a clerk in"
    " another town looked it up by hand wrote it down and asked whether the parcel may be left with a neighbour"
)
WORDS = TEXT.split()


def small(email: str, why: str) -> dict[str, Any]:
    """Two strings in, a dict of five keys out."""
    return {"name": "Sarah", "score": 75, "stage": "lead", "owner": None, "tags": ["a"]}


def medium(messages: list[dict[str, str]], model: str) -> dict[str, Any]:
    """20 chat messages, 8 KB, in; an answer of 2 KB out."""
    return {"role": "assistant", "content": ANSWER}


def large(rows: list[dict[str, Any]], what: str) -> Any:
    """1 MB of nested JSON in, and another one out."""
    return json.loads(MEGABYTE)


def arguments(payload: str) -> tuple[Any, ...]:
    """Return what the step of that name is called with."""
    if payload == "small":
        return "sarah@acmecorp.com", "lookup"
    if payload == "medium":
        chance = random.Random(1)
        return [{"role": ("user", "assistant")[n % 2], "content": _text(chance, 370)} for n in range(20)], "a-model"
    return _rows(random.Random(2)), "rows"


CALLS = {"small": 2_000, "medium": 500, "large": 4}  # in a burst


def _text(chance: random.Random, size: int) -> str:
    text = ""
    while len(text) < size:
        text += chance.choice(WORDS) + " "
    return text[:size]


def _rows(chance: random.Random) -> list[dict[str, Any]]:
    return [
        {
            "id": n,
            "price": chance.random() * 100,
            "tags": [_text(chance, 12), _text(chance, 9)],
            "at": {"x": n, "y": -n},
        }
        for n in range(7_800)
    ]


ANSWER = _text(random.Random(4), 1_950)
MEGABYTE = json.dumps(_rows(random.Random(3)))
STEPS: dict[str, Callable[..., Any]] = {"small": small, "medium": medium, "large": large}
