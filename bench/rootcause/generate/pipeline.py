"""Pipeline: one generated program, put together from a fault, carriers, a form of dataflow and decoys.

The same seed and number give the same program, whatever the interpreter.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, field

from bench.rootcause.case import Case, with_last_line
from bench.rootcause.generate.faults import FAULTS, HELPERS, LOCAL, NUMBER, RECORD, TEXT, Fault

MAX_CARRIERS = 3
MAX_DECOYS = 3

HEAD = """import asyncio
import json
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from flight_recorder import FlightRecorder

fr = FlightRecorder()


@dataclass
class Parcel:
    body: object
    stamp: int
"""

NOUNS = [
    "order",
    "ticket",
    "invoice",
    "claim",
    "paper",
    "track",
    "parcel",
    "meter",
    "patient",
    "flight",
    "crop",
    "loan",
    "photo",
    "match",
    "recipe",
]
SOURCES = ["load", "fetch", "read", "pull", "open"]
PRODUCERS = ["extract", "classify", "resolve", "find", "parse", "rate", "map"]
CARRIERS = ["enrich", "pack", "annotate", "attach", "stage", "route", "note"]
CONSUMERS = ["render", "score", "settle", "publish", "submit", "rank"]
DECOYS = ["coupon", "owner", "hint", "history", "alias", "remark", "quota"]


@dataclass(slots=True)
class Draft:
    """A program as it grows: the steps' definitions, the lines of the entry, and what a name stands for in it."""

    chance: random.Random
    noun: str
    is_async: bool = False
    names: list[str] = field(default_factory=list)
    definitions: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)

    def name(self, words: list[str]) -> str:
        """Return a function name that no other step has."""
        free = [word for word in words if word not in self.names]
        word = self.chance.choice(free)
        self.names.append(word)
        return word

    def step(self, word: str, parameters: str, body: tuple[str, ...], returns: str = "") -> None:
        """Define a step."""
        lines = "\n".join(f"    {line}" for line in body)
        start = "async def" if self.is_async else "def"
        self.definitions.append(
            f'@fr.register("{self.noun}/{word}")\n{start} {word}({parameters}){returns}:\n{lines}\n'
        )

    def call(self, word: str, arguments: str) -> str:
        """Return the expression by which the entry calls a step, in one of several ways."""
        if self.is_async:
            return f"await {word}({arguments})"
        if self.chance.random() < 0.15:
            return f"pool.submit({word}, {arguments}).result()"
        return f"{word}({arguments})"


@dataclass(frozen=True, slots=True)
class Planted:
    """A fault in its place: the two versions of one line of a program, and the step that it belongs to."""

    category: str
    cause: str
    bad: str
    good: str


def failing_case(seed: int, number: int) -> Case:
    """Return program *number* of *seed*, which fails."""
    chance = random.Random(f"{seed}/{number}")
    plant = chance.choices([_in_producer, _in_consumer, _in_entry, _in_mutation, _in_state], [17, 5, 5, 1.5, 1.5])[0]
    return _case(chance, f"{seed}-{number}", plant)


def healthy_case(seed: int, number: int) -> Case:
    """Return the mended program *number* of *seed*, with all its odd values: it succeeds, and nobody is to blame."""
    chance = random.Random(f"{seed}/{number}/healthy")
    case = _case(chance, f"{seed}-{number}", chance.choice([_in_producer, _in_consumer, _in_entry, _in_mutation]))
    return Case(f"healthy-{case.name}", "healthy", case.title, (), "", case.fixed, case.fixed)


def _case(chance: random.Random, name: str, plant: "Callable[[Draft], tuple[Planted, Fault]]") -> Case:
    draft = Draft(chance, chance.choice(NOUNS), is_async=chance.random() < 0.2)
    planted, fault = plant(draft)
    program = _text(draft, fault)
    bad, good = (program.replace("<<fault>>", version) for version in (planted.bad, planted.good))
    earlier: tuple[str, ...] = ()
    if chance.random() < 0.5:
        is_other_input = fault.reacts and planted.cause.startswith(draft.noun) and planted.category == fault.category
        runs = [with_last_line(bad, _run(draft, place)) for place in ("south", "north")]
        earlier = tuple(runs) if is_other_input else (good,)
    return Case(name, planted.category, planted.category, (planted.cause,), "", bad, good, earlier)


def _text(draft: Draft, fault: Fault) -> str:
    defining = "async def" if draft.is_async else "def"
    lines = draft.lines
    if any("pool.submit" in line for line in lines):
        lines = ["with ThreadPoolExecutor(2) as pool:", *(f"    {line}" for line in lines)]
    body = "\n".join(f"    {line}" for line in lines)
    entry = f'@fr.register("{draft.noun}/run")\n{defining} run(place):\n{body}\n'
    parts = [HEAD, HELPERS, fault.table, *draft.definitions, entry]
    return "\n\n".join(part.strip("\n") for part in parts if part) + f"\n\n\n{_run(draft, 'North')}\n"


def _run(draft: Draft, place: str) -> str:
    return f'asyncio.run(fr.run(run, "{place}"))' if draft.is_async else f'fr.run(run, "{place}")'


def _in_producer(draft: Draft) -> tuple[Planted, Fault]:
    """A producer is at fault; its payload travels to a consumer, which stumbles."""
    fault = draft.chance.choice(FAULTS)
    cause = _chain(draft, fault, ("<<fault>>",), draft.chance.choice(fault.reads))
    return Planted(fault.category, cause, _lines(fault.bad), _lines(fault.good)), fault


def _lines(body: tuple[str, ...]) -> str:
    return "\n    ".join(body)


def _in_consumer(draft: Draft) -> tuple[Planted, Fault]:
    """The consumer is at fault; what it is given is sound."""
    category, fault, bad, good = draft.chance.choice(LOCAL)
    places: list[str] = []
    _chain(draft, fault, fault.good, "<<fault>>", places)
    reach = places[0]
    return Planted(category, f"{draft.noun}/{draft.names[-1]}", bad.format(x=reach), good.format(x=reach)), fault


def _in_entry(draft: Draft) -> tuple[Planted, Fault]:
    """The entry passes the wrong thing to the consumer."""
    fault = draft.chance.choice([each for each in FAULTS if each.reads in (TEXT, NUMBER)])
    source, producer, other, consumer = (draft.name(words) for words in (SOURCES, PRODUCERS, PRODUCERS, CONSUMERS))
    draft.step(source, "place", (f"return {RECORD}",))
    draft.step(producer, "item", fault.good)
    draft.step(other, "item", ('return {"parts": item["parts"], "count": 3}',))
    telling = [each for each in fault.reads if each != "len({x})"]  # a record has a length too: no failure
    reads = draft.chance.choice(telling).format(x="value")
    draft.step(consumer, "value, extra", ('count = extra["count"] + 1', f"return [count, {reads}]"))
    _decoys(draft)
    bad, category = draft.chance.choice(
        [
            ("given, wanted", "arguments swapped"),
            ("None, given", "placeholder passed"),
            ("given, given", "wrong variable passed"),
            ('wanted, {"parts": given["parts"]}', "field dropped by the caller"),
        ]
    )
    names = {"wanted": draft.chance.choice(["value", "found", "wanted"]), "given": "extra"}
    bad = " ".join(bad.replace("wanted", names["wanted"]).replace("given", names["given"]).split())
    draft.lines += [
        f"item = {draft.call(source, 'place')}",
        f"{names['wanted']} = {draft.call(producer, 'item')}",
        f"{names['given']} = {draft.call(other, 'item')}",
        f"return {draft.call(consumer, '<<fault>>')}",
    ]
    return Planted(category, f"{draft.noun}/run", bad, f"{names['wanted']}, {names['given']}"), fault


def _in_mutation(draft: Draft) -> tuple[Planted, Fault]:
    """A step takes something out of a record that others hold as well."""
    fault = draft.chance.choice(FAULTS)
    source, culprit, producer, consumer = (draft.name(words) for words in (SOURCES, CARRIERS, PRODUCERS, CONSUMERS))
    draft.step(source, "place", (f"return {RECORD}",))
    key = draft.chance.choice(["raw", "parts", "amount"])
    draft.step(culprit, "item", ("<<fault>>", 'return item["id"] * 2'))
    draft.step(producer, "item", ('return str(item["id"]) + item["place"]',))
    draft.step(consumer, "item, label", (f'return [label, item["{key}"]]',))
    _decoys(draft)
    draft.lines += [
        f"item = {draft.call(source, 'place')}",
        f"number = {draft.call(culprit, 'item')}",
        f"label = {draft.call(producer, 'item')}",
        f"return [number, {draft.call(consumer, 'item, label')}]",
    ]
    bad = draft.chance.choice([f'item.pop("{key}")', f'del item["{key}"]', f'item["{key} "] = item.pop("{key}")'])
    return Planted("shared argument changed", f"{draft.noun}/{culprit}", bad, "item = dict(item)"), fault


def _in_state(draft: Draft) -> tuple[Planted, Fault]:
    """A step leaves a bad value in a global, where another one finds it."""
    fault = draft.chance.choice([each for each in FAULTS if each.reads in (TEXT, NUMBER) and each.table])
    source, setter, producer, consumer = (draft.name(words) for words in (SOURCES, CARRIERS, PRODUCERS, CONSUMERS))
    draft.definitions.append("STATE = {}\n")
    draft.step(source, "place", (f"return {RECORD}",))
    draft.step(setter, "item", ("<<fault>>", 'return item["id"]'))
    draft.step(producer, "item", ('return item["parts"][0]',))
    reads = draft.chance.choice(fault.reads).format(x='STATE["value"]')
    draft.step(consumer, "count", (f"return [count, {reads}]",))
    _decoys(draft)
    draft.lines += [
        f"item = {draft.call(source, 'place')}",
        draft.call(setter, "item"),
        f"count = {draft.call(producer, 'item')}",
        f"return {draft.call(consumer, 'count')}",
    ]
    bad, good = (body[0].replace("return", 'STATE["value"] =') for body in (fault.bad, fault.good))
    return Planted("global left in a bad state", f"{draft.noun}/{setter}", bad, good), fault


def _chain(
    draft: Draft, fault: Fault, produced: tuple[str, ...], consumed: str, places: list[str] | None = None
) -> str:
    """Define source, producer, carriers and consumer, and call them; return the producer's name."""
    source, producer = draft.name(SOURCES), draft.name(PRODUCERS)
    draft.step(source, "place", (f"return {RECORD}",))
    draft.step(producer, "item", produced, fault.returns)
    _decoys(draft)
    draft.lines.append(f"item = {draft.call(source, 'place')}")
    reach = "value"
    if draft.chance.random() < 0.25 and produced == ("<<fault>>",):
        reach = _looped(draft, producer)
    else:
        draft.lines.append(f"value = {draft.call(producer, 'item')}")
    for _ in range(draft.chance.randrange(MAX_CARRIERS + 1)):
        reach = _carrier(draft, reach)
    consumer = draft.name(CONSUMERS)
    if places is not None:
        places.append(reach)
    extra = draft.names and _decoy_argument(draft)
    parameters = "value" if not extra else f"value, {extra}"
    body = [f'note = "" if {extra} is None else str({extra})'] if extra else ['note = "-"']
    draft.step(
        consumer, parameters, (*body, f"return [note, {consumed.format(x=reach) if places is None else consumed}]")
    )
    draft.lines.append(f"return {draft.call(consumer, parameters)}")
    return f"{draft.noun}/{producer}"


def _looped(draft: Draft, producer: str) -> str:
    """Call the producer for two items, the first of them sound, and hand on a list of both payloads."""
    draft.lines += [
        'every = [{**item, "place": "north", "amount": 400.0}, item]',
        f"value = [{draft.call(producer, 'each')} for each in every]",
    ]
    return "value[-1]"


def _carrier(draft: Draft, reach: str) -> str:
    """Define a step that takes the value on in a wrapping of its own; return how the payload is reached from then."""
    word = draft.name(CARRIERS)
    key = draft.chance.choice(["body", "content", "payload"])
    wrapped, prefix = draft.chance.choice(
        [
            (f'{{"{key}": value, "at": 3}}', f'value["{key}"]'),
            ("(value, 7)", "value[0]"),
            ("[value]", "value[0]"),
            ("Parcel(value, 4)", "value.body"),
            ("value", "value"),
        ]
    )
    draft.step(word, "value", (f"return {wrapped}",))
    form = draft.chance.choice(["plain", "bag", "helper"])
    if form == "plain":
        draft.lines.append(f"value = {draft.call(word, 'value')}")
    elif form == "bag":
        draft.lines += ["bag = {}", f'bag["{word}"] = {draft.call(word, "value")}', f'value = bag["{word}"]']
    else:
        draft.definitions.append(f"def after_{word}(value):\n    return value\n")
        draft.lines.append(f"value = after_{word}({draft.call(word, 'value')})")
    return reach.replace("value", prefix, 1)


def _decoys(draft: Draft) -> None:
    """Define and call steps whose odd results have nothing to do with the failure."""
    for _ in range(draft.chance.randrange(MAX_DECOYS + 1)):
        word = draft.name(DECOYS)
        odd = draft.chance.choice(["None", "[]", '""', "{}", "0", '"n/a"', "-1"])
        draft.step(word, "place", (f"return {odd}",))
        draft.lines.append(f"{word}_found = {draft.call(word, 'place')}")


def _decoy_argument(draft: Draft) -> str:
    decoys = [word for word in draft.names if word in DECOYS]
    return f"{draft.chance.choice(decoys)}_found" if decoys else ""
