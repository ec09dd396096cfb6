"""Evidence: the failing line, the way that led to it, what was ruled out, and what to do next, for people."""

import os
from collections.abc import Iterator
from textwrap import wrap

from flight_recorder.codec.preview import preview
from flight_recorder.diagnose.findings import Confidence, Diagnosis, FailingLine, Hop, Spot
from flight_recorder.diagnose.in_flight import Flying
from flight_recorder.diagnose.wrong import Wrong
from flight_recorder.model.session import Session
from flight_recorder.model.start import Unstartable
from flight_recorder.model.step import Step
from flight_recorder.model.value import Value
from flight_recorder.render.safe import safe
from flight_recorder.render.terminal import NAME, Text, line
from flight_recorder.render.text import outcome_text
from flight_recorder.render.times import duration_text

WIDTH = 120  # where nobody says how much room there is
MIN_ROOM = 24  # for a value
MAX_SHOWN = 400  # characters of a value, also in a pipe, where lines are as long as they are
MAX_RULED_OUT = 3
MAX_FLYING, MAX_CALLERS = 6, 4
_WRONG = "Wrong result: "


def evidence_blocks(diagnosis: Diagnosis, width: int | None) -> Iterator[list[Text]]:
    """Yield the blocks between the root cause and the timeline, each with its heading."""
    room = width or WIDTH
    if diagnosis.wrong is not None:
        yield list(_wrong(diagnosis.wrong, room))
    if diagnosis.line is not None:
        yield list(_failing_line(diagnosis.line, diagnosis.session, room))
    if _is_a_way(diagnosis.trail):
        yield [line(("How it got there:", "bold")), *_tree(diagnosis, room)]
    if diagnosis.flying:
        yield [line((_heading_of_flight(diagnosis), "bold")), *_flying(diagnosis.flying)]
    if diagnosis.ruled_out:
        yield [line(("Ruled out:", "bold")), *_ruled_out(diagnosis)]
    if diagnosis.undecided:
        yield [line(("What would decide:", "bold")), *_wrapped(diagnosis.undecided, room)]


def next_step(diagnosis: Diagnosis, id: str) -> str:
    """Return what to do next, with the command to type, for the session *id*; "" where nothing is to be done."""
    root, session = diagnosis.root_cause, diagnosis.session
    if root is None:
        return ""
    step = session.steps[root.step]
    if root.confidence is Confidence.UNSURE:
        return f"flight-recorder show {id} {step.id} shows all that {step.name} was given and gave"
    place = _place(diagnosis, step)
    fix = f"fix {step.name}" + (f" ({place})" if place else "")
    if isinstance(session.launch.start, Unstartable):
        return f"{fix}, and run the program again"
    return f"{fix}, then: flight-recorder replay {id}"


def _wrong(wrong: Wrong, room: int) -> Iterator[Text]:
    for each in wrong.parts:
        # Wrapped, not cut, like a failing line: what is wrong may stand at its end.
        first, *rest = wrap(safe(each.text), room, initial_indent=" " * len(_WRONG), subsequent_indent="    ")
        yield line((_WRONG, "bold"), first.lstrip())
        yield from (line(text) for text in rest)
    if wrong.said:
        yield from (
            line((text, "dim"))
            for text in wrap(safe(wrong.said), room, initial_indent="    ", subsequent_indent="      ")
        )


def _heading_of_flight(diagnosis: Diagnosis) -> str:
    is_open = all(each.is_open for each in diagnosis.flying)
    return "In flight when the recording ends:" if is_open else "In flight when it was cut off:"


def _flying(flying: tuple[Flying, ...]) -> Iterator[Text]:
    for each in flying[:MAX_FLYING]:
        *callers, name = each.path
        way = [*callers[:1], "…", *callers[-2:]] if len(callers) > MAX_CALLERS else callers
        yield line("  ", "".join(f"{caller} > " for caller in way), (name, NAME), f": {_ran(each)}")
    more = len(flying) - MAX_FLYING
    if more > 0:
        yield line((f"  and {more} more", "dim"))


def _ran(each: Flying) -> str:
    if not each.is_open:
        return duration_text(each.ran_ns)
    return f"at least {duration_text(each.ran_ns)}" if each.ran_ns else "nobody knows how long; nothing came after it"


def _wrapped(sentences: tuple[str, ...], room: int) -> Iterator[Text]:
    for sentence in sentences:
        for text in wrap(safe(sentence), room, initial_indent="  ", subsequent_indent="    "):
            yield line(text)


def _place(diagnosis: Diagnosis, step: Step) -> str:
    failing = diagnosis.line
    if failing is not None and diagnosis.failure is not None and step.id == diagnosis.failure.id:
        return _location(failing.file, failing.line, diagnosis.session)
    fingerprint = diagnosis.session.fingerprint_of(step)
    if fingerprint is None or not fingerprint.file:
        return ""
    return _location(fingerprint.file, fingerprint.line, diagnosis.session)


def _location(file: str, number: int, session: Session) -> str:
    """`shop/crm.py:15`, relative to the project's root where the file is in it."""
    root = session.launch.root
    inside = bool(root) and os.path.isabs(file) and file.startswith(root.rstrip(os.sep) + os.sep)
    return f"{os.path.relpath(file, root) if inside else os.path.basename(file)}:{number}"


def _failing_line(failing: FailingLine, session: Session, room: int) -> Iterator[Text]:
    where = _location(failing.file, failing.line, session)
    yield line(("Failed at ", "bold"), (where, NAME), f" in {failing.function}:")
    # Wrapped, not cut: what failed may stand at its end.
    for text in wrap(safe(failing.source), room, initial_indent="    ", subsequent_indent="      "):
        yield line(text)
    for name, value in failing.values:
        start = f"    {name} = "
        yield line((start + _shown(value, room - len(start)), "dim"))


def _is_a_way(trail: tuple[Hop, ...]) -> bool:
    """Whether the trail tells more than that one step's output was another one's input."""
    if len(trail) > 2:
        return True
    return any(spot is not None and ("[" in spot.where or "." in spot.where) for hop in trail for spot in _spots(hop))


def _spots(hop: Hop) -> tuple[Spot | None, Spot | None]:
    return hop.given, hop.gave


def _tree(diagnosis: Diagnosis, room: int) -> Iterator[Text]:
    for depth, hop in enumerate(diagnosis.trail):
        start = "  " + ("  " * (depth - 1) + "└ " if depth else "")
        is_failure = diagnosis.failure is not None and hop.step == diagnosis.failure.id and diagnosis.wrong is None
        end = outcome_text(diagnosis.session.steps[hop.step], MIN_ROOM) if is_failure else ""
        values = [spot for spot in _spots(hop) if spot is not None]
        words = [f"{spot.where} = " if spot.where else "" for spot in values]
        left = room - len(start) - len(hop.name) - len("(…) -> ") - sum(map(len, words)) - len(end)
        each = max(MIN_ROOM, left // max(1, len(values)))
        given = f"({_spot(hop.given, each)})" if hop.given is not None else "(…)"
        gave = f" -> {_spot(hop.gave, each)}" if hop.gave is not None else ""
        yield line((start, "dim"), (hop.name, NAME), given, gave, (f" {end}" if end else "", "red"))


def _spot(spot: Spot, room: int) -> str:
    return (f"{spot.where} = " if spot.where else "") + _shown(spot.value, room)


def _shown(value: Value, room: int) -> str:
    return safe(preview(value, min(max(room, MIN_ROOM), MAX_SHOWN)))


def _ruled_out(diagnosis: Diagnosis) -> Iterator[Text]:
    shown = diagnosis.ruled_out[:MAX_RULED_OUT]
    for each in shown:
        yield line("  ", (each.name, NAME), f": {each.text}")
    more = len(diagnosis.ruled_out) - len(shown)
    if more:
        yield line((f"  and {more} more (--json lists every suspect)", "dim"))
