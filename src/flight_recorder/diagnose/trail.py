"""Trail: the way of a value from who made it to the failure, step by step, and the line that failed on it. Pure."""

import ast
import re
from collections.abc import Iterator

from flight_recorder.diagnose.case import Case
from flight_recorder.diagnose.code import Path
from flight_recorder.diagnose.findings import FailingLine, Hop, Spot
from flight_recorder.diagnose.look import Part, part_of
from flight_recorder.diagnose.ways import Asked, Maker, Producer
from flight_recorder.diagnose.writers import word_of
from flight_recorder.diagnose.wrong import ASKER, RESULT
from flight_recorder.model.failure import Frame
from flight_recorder.model.value import Value

MAX_HOPS = 12
MAX_VALUES = 4


def trail_of(case: Case, blamed: int, way: Producer | None) -> tuple[Hop, ...]:
    """Return the steps from *blamed* to the failing one, by the *way* of its output; empty if none is known."""
    hops = _trail(case, blamed, way)
    if case.wrong is None or not hops:
        return hops
    # The last one never was: what it asked for is what the step before it gave.
    wrong = case.wrong.parts[0]
    given = [hop for hop in hops if hop.step not in (ASKER, case.wrong.step.id)]
    before = next((hop.given for hop in hops if hop.step == case.wrong.step.id), None)
    gave = Spot(part_of(case.crash.step.inputs[RESULT]).spelled(wrong.path), wrong.part.value)
    return (*given, Hop(case.wrong.step.id, case.wrong.step.name, before, gave))


def _trail(case: Case, blamed: int, way: Producer | None) -> tuple[Hop, ...]:
    if way is not None:
        first = Hop(way.step.id, way.step.name, None, _gave(way))
        return _with_crash(case, [first, *_onwards(way.asked)])
    maker = case.tracer.makers.get(blamed)
    if maker is None or maker.asked is None or blamed == case.crash.step.id:
        return ()
    return _with_crash(case, [Hop(maker.step.id, maker.step.name, None, _made(maker)), *_onwards(maker.asked)])


def _made(maker: Maker) -> Spot | None:
    asked = maker.asked
    return None if asked is None or maker.is_derived else Spot("", asked.part.value)


def _onwards(asked: Asked) -> Iterator[Hop]:
    """Yield who was given the value, and all that it was then handed on to."""
    for _ in range(MAX_HOPS):
        consumer, after = asked.consumer, asked.led_to
        given = Spot(_spelled(asked.parameter, consumer.inputs.get(asked.parameter), asked.path), asked.part.value)
        known = given if asked.parameter else None
        if isinstance(after, Producer):
            yield Hop(consumer.id, consumer.name, known, _gave(after))
            asked = after.asked
        else:
            yield Hop(consumer.id, consumer.name, known, None)
            if after is None:
                return
            asked = after


def _with_crash(case: Case, hops: list[Hop]) -> tuple[Hop, ...]:
    crash = case.crash.step
    if hops[-1].step != crash.id:  # what an earlier failure was about, which somebody handled
        hops.append(Hop(crash.id, crash.name, None, None))
    return tuple(hops)


def _gave(way: Producer) -> Spot:
    """What a producer gave on: the part that matters where that is known, else all of its output."""
    if way.written is not None:
        after = way.written.after or Part(None)
        return Spot(
            _spelled(way.written.name, way.written.step.inputs.get(way.written.name), way.written.path), after.value
        )
    if way.path is None:
        return Spot("", way.output.value)
    return Spot(_spelled("", way.output.value, way.path), way.asked.part.value)


def _spelled(name: str, whole: Value | None, path: Path) -> str:
    return word_of(name) + (part_of(whole).spelled(path) if whole is not None else "")


def failing_line(case: Case) -> FailingLine | None:
    """Return the line that raised the exception, with what it is about; None when no frame of it is the project's."""
    frames = [frame for frame in case.crash.root.frames if frame.is_project]
    if not frames:
        return None
    frame = frames[-1]
    is_own = case.code is not None and case.code.owns(frame)
    suspected = [
        (ast.unparse(each.expression), each.part.value)
        for each in (case.complained.suspected if is_own else ())
        if each.part is not None and not isinstance(each.expression, ast.Constant)
    ]
    named = dict([*suspected, *_named(frame)])
    # A name says nothing new where a part of what it stands for is told already.
    told = {name: value for name, value in named.items() if not _is_told(name, suspected)}
    values = tuple(list(told.items())[:MAX_VALUES])
    return FailingLine(frame.file, frame.line, frame.function, frame.source, values)


def _named(frame: Frame) -> list[tuple[str, Value]]:
    names = dict.fromkeys(re.findall(r"[^\W\d]\w*", frame.source))
    known = [(name, frame.locals[name]) for name in names if name in frame.locals]
    return [(name, value) for name, value in known if not part_of(value).is_code]


def _is_told(name: str, suspected: list[tuple[str, Value]]) -> bool:
    return any(other != name and other.startswith((f"{name}[", f"{name}.")) for other, _ in suspected)
