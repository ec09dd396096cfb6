"""Flow: which steps a value came from, backwards from the failing one, through every caller and helper. Pure.

Two ways that confirm each other: the text of the callers says which call's result was passed for which parameter,
and the captured values say which step's output held it. Where there is no text (a framework calls the steps) the
values decide alone.
"""

import ast
from collections import deque
from dataclasses import dataclass, replace

from flight_recorder.diagnose.calls import Calls
from flight_recorder.diagnose.code import Path
from flight_recorder.diagnose.look import Part, part_of
from flight_recorder.diagnose.outputs import Outputs
from flight_recorder.diagnose.slicing import Origin, OriginKind, origins_of
from flight_recorder.model.session import Session
from flight_recorder.model.step import Returned, Step
from flight_recorder.model.value import Value

MAX_DISTANCE = 10
MAX_PRODUCERS = 300
MAX_WAYS = 4  # by which one step's output is followed to the failure
MAX_OF_ONE_CALL = 8  # steps that one call in a loop made, when nothing tells which


@dataclass(frozen=True, slots=True)
class Asked:
    """The question where the input *parameter* of *consumer* came from.

    *part* is the value that matters in it, at *path*. *distance* counts the producers between it and the failure.
    *is_culprit* says that *part* is, unchanged, what the exception is about.
    """

    consumer: Step
    parameter: str
    path: Path
    part: Part
    distance: int = 0
    is_derived: bool = False
    is_culprit: bool = True


@dataclass(frozen=True, slots=True)
class Producer:
    """A step whose output reached the failure.

    *path* is where in its output *part* stands, None when it is not found there. *is_by_value* says that no text
    confirms it; *is_passed_on* that an input of the step held the part already.
    """

    step: Step
    asked: Asked
    path: Path | None
    is_by_value: bool = False
    is_passed_on: bool = False
    is_derived: bool = False

    @property
    def distance(self) -> int:
        """How many producers lie between this one and the failure."""
        return self.asked.distance


@dataclass(frozen=True, slots=True)
class Maker:
    """A step whose own code wrote the value down: a constant, an empty list, a computed argument."""

    step: Step
    distance: int
    is_derived: bool  # it only had a part in what the exception is about


class Tracer:
    """Follows values backwards; holds what was found and asked so far."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.producers: dict[int, list[Producer]] = {}  # by step: each way by which its output got there
        self.makers: dict[int, Maker] = {}
        self._calls: dict[int, Calls] = {}
        self._outputs: dict[int, Outputs] = {}
        self._waiting: deque[Asked] = deque()
        self._seen: set[tuple[int, str, Path, bytes]] = set()

    def calls(self, step: Step) -> Calls:
        """The calls in the text of *step*'s function."""
        if step.id not in self._calls:
            self._calls[step.id] = Calls(self.session, step)
        return self._calls[step.id]

    def _outputs_under(self, caller: Step) -> Outputs:
        if caller.id not in self._outputs:
            self._outputs[caller.id] = Outputs(self.session.children(caller))
        return self._outputs[caller.id]

    def follow_expression(self, step: Step, expression: ast.expr, part: Part | None, *, is_shape: bool) -> None:
        """Ask where *expression*, in the failing function of *step*, came from."""
        calls = self.calls(step)
        if calls.code is None:
            return
        for origin in origins_of(calls.code, expression, (), calls.is_step, is_shape=is_shape):
            self._begin(step, calls, origin, part)

    def follow_input(self, asked: Asked) -> None:
        """Ask where an input came from."""
        key = (asked.consumer.id, asked.parameter, asked.path, asked.part.data)
        if key not in self._seen and asked.distance <= MAX_DISTANCE:
            self._seen.add(key)
            self._waiting.append(asked)

    def asked(self) -> tuple[Asked, ...]:
        """The questions that are not answered yet."""
        return tuple(self._waiting)

    def run(self) -> None:
        """Answer every question, the nearest first."""
        while self._waiting and len(self.producers) < MAX_PRODUCERS:
            nearest = min(self._waiting, key=lambda asked: asked.distance)
            self._waiting.remove(nearest)
            self._answer(nearest)

    def _begin(self, step: Step, calls: Calls, origin: Origin, part: Part | None) -> None:
        known = None if origin.is_derived else part
        match origin.kind:
            case OriginKind.PARAMETER if origin.name in step.inputs:
                for path, found in places(part_of(step.inputs[origin.name]), origin.path, known):
                    self.follow_input(Asked(step, origin.name, path, found, is_derived=origin.is_derived))
            case OriginKind.STEP if origin.call is not None:
                asked = Asked(step, "", (), known or Part(None), is_derived=origin.is_derived)
                self._produced(asked, calls.steps(origin.call), origin, is_known=known is not None)
            case OriginKind.MADE:
                self._made(step, 0, origin.is_derived)

    def _answer(self, asked: Asked) -> None:
        step = asked.consumer
        caller = self.session.steps.get(step.parent) if step.parent is not None else None
        if caller is None:
            return
        calls = self.calls(caller)
        passed = calls.passed(step, asked.parameter)
        found = False
        if calls.code is not None and passed is not None:
            path = (*passed.path, *asked.path)
            for origin in origins_of(calls.code, passed.expression, path, calls.is_step):
                found |= self._passed(asked, caller, calls, origin)
        if not found:
            self._by_value(asked, caller)

    def _passed(self, asked: Asked, caller: Step, calls: Calls, origin: Origin) -> bool:
        """Follow one origin of an argument in the caller; whether it led on."""
        on = replace(asked, is_derived=asked.is_derived or origin.is_derived)
        match origin.kind:
            case OriginKind.STEP if origin.call is not None:
                return self._produced(on, calls.steps(origin.call), origin, is_known=not origin.is_derived)
            case OriginKind.PARAMETER if origin.name in caller.inputs:
                known = None if origin.is_derived else asked.part
                for path, part in places(part_of(caller.inputs[origin.name]), origin.path, known):
                    is_same = part.data == asked.part.data and asked.is_culprit
                    self.follow_input(
                        replace(on, consumer=caller, parameter=origin.name, path=path, part=part, is_culprit=is_same)
                    )
                return True
            case OriginKind.MADE:
                self._made(caller, asked.distance, on.is_derived or not asked.is_culprit)
        return False

    def _made(self, step: Step, distance: int, is_derived: bool) -> None:
        known = self.makers.get(step.id)
        if known is None or (known.is_derived and not is_derived):
            self.makers[step.id] = Maker(step, distance, is_derived)

    def _produced(self, asked: Asked, steps: list[Step], origin: Origin, *, is_known: bool) -> bool:
        """Note the steps among *steps* that gave the value: those whose output holds it, else the latest."""
        consumer = asked.consumer
        inside = asked.parameter == ""  # the failing function called the producer itself
        ended = [step for step in steps if isinstance(step.outcome, Returned) and _is_earlier(step, consumer, inside)]
        chosen: list[tuple[Step, Path | None]] = []
        for step in ended if is_known else []:
            chosen += [(step, path) for path in _held_at(step, origin.path, asked.part)[:1]]
        chosen = chosen or [(step, None) for step in ended[-MAX_OF_ONE_CALL:]]
        for step, path in reversed(chosen):
            self._arrive(Producer(step, asked, path, is_derived=origin.is_derived))
        return bool(chosen)

    def _arrive(self, producer: Producer) -> None:
        """Note a producer, and the steps under it whose output it returned as its own."""
        waiting = [producer]  # no recursion: steps may be nested as deeply as the program's stack allows
        while waiting:
            producer = waiting.pop()
            ways = self.producers.setdefault(producer.step.id, [])
            if len(ways) < MAX_WAYS and all(way.path != producer.path for way in ways):
                ways.append(producer)
                ways[ways.index(producer)] = replace(producer, is_passed_on=self._passed_through(producer))
                waiting += [replace(producer, step=inner, path=path) for inner, path in self._returned_from(producer)]

    def _passed_through(self, producer: Producer) -> bool:
        """Ask on for the inputs of a producer; whether one of them held the value already."""
        step, asked = producer.step, producer.asked
        part = asked.part if producer.path is not None else None
        feeding = self._feeding(producer)
        held = False
        for name, value in step.inputs.items():
            whole = part_of(value)
            same = _same_in(value, part) if part is not None else []
            held = held or bool(same)
            for path in same[:1] or ([feeding[name]] if name in feeding else []):
                inner = whole.at(path) or whole
                is_same = bool(same) and asked.is_culprit
                self.follow_input(
                    Asked(step, name, path, inner, asked.distance + 1, not bool(same), is_culprit=is_same)
                )
        return held

    def _feeding(self, producer: Producer) -> dict[str, Path]:
        """The inputs, and where in them, that the output was computed from; all of them when there is no text."""
        calls = self.calls(producer.step)
        returned = [] if calls.code is None else returns_of(calls.code.body)
        if calls.code is None or not returned:
            return dict.fromkeys(producer.step.inputs, ())
        feeding: dict[str, Path] = {}
        for each in returned:
            for origin in origins_of(calls.code, each, producer.path or (), calls.is_step):
                if origin.kind is OriginKind.PARAMETER and origin.name in producer.step.inputs:
                    whole = part_of(producer.step.inputs[origin.name])
                    feeding.setdefault(origin.name, places(whole, origin.path, None)[0][0])
        return feeding

    def _returned_from(self, producer: Producer) -> list[tuple[Step, Path | None]]:
        """The steps under a producer whose own output it returned."""
        calls = self.calls(producer.step)
        if calls.code is None:
            return []
        found: list[tuple[Step, Path | None]] = []
        for each in returns_of(calls.code.body):
            for origin in origins_of(calls.code, each, producer.path or (), calls.is_step):
                if origin.kind is not OriginKind.STEP or origin.call is None:
                    continue
                returned = [step for step in calls.steps(origin.call) if isinstance(step.outcome, Returned)]
                for step in returned[-MAX_OF_ONE_CALL:]:
                    held = _held_at(step, origin.path, producer.asked.part) if not origin.is_derived else []
                    found.append((step, held[0] if held else None))
        return found

    def _by_value(self, asked: Asked, caller: Step) -> None:
        """Find by content alone: earlier steps whose output is the value, holds it, or is held by the input."""
        outputs = self._outputs_under(caller)
        found: dict[int, tuple[Step, Path | None]] = {}
        given = asked.consumer.inputs.get(asked.parameter)
        for inner in outputs.within(part_of(given)) if given is not None else []:
            found[inner.id] = (inner, None)
        for step, path in outputs.holding(asked.part):
            found[step.id] = (step, path)
        earlier = [found[id] for id in sorted(found) if _is_earlier(found[id][0], asked.consumer, False)]
        for step, way in reversed(earlier[-MAX_OF_ONE_CALL:]):
            self._arrive(Producer(step, asked, way, is_by_value=True))
        if not earlier:
            for name, value in caller.inputs.items():
                same = _same_in(value, asked.part)
                if same:
                    self.follow_input(replace(asked, consumer=caller, parameter=name, path=same[0]))


def places(whole: Part, path: Path, part: Part | None) -> list[tuple[Path, Part]]:
    """The places in *whole* that *path* can mean: where *part* stands when it is known, else the part at *path*."""
    if part is not None:
        matching = [place for place in whole.places_of(part) if _fits(place, path)]
        if matching:
            return [(place, part) for place in matching[:3]]
    exact = path[: path.index(None)] if None in path else path
    found = whole.at(exact)
    return [(exact, found)] if found is not None else [((), whole)]


def returns_of(body: ast.AST) -> list[ast.expr]:
    """What a function returns or yields, by its text; not what functions inside it return."""
    found: list[ast.expr] = []
    for child in ast.iter_child_nodes(body):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
            continue
        if isinstance(child, ast.Return | ast.Yield) and child.value is not None:
            found.append(child.value)
        found += returns_of(child)
    return found


def _fits(place: Path, path: Path) -> bool:
    """Whether *path* can mean *place*: an open step fits any, and items counted from the end fit any number."""
    return len(place) == len(path) and all(
        key is None or key == here or (isinstance(key, int) and key < 0 and isinstance(here, int))
        for here, key in zip(place, path, strict=True)
    )


def _held_at(step: Step, path: Path, part: Part) -> list[Path]:
    """Where *step*'s output holds *part*, at *path* or, where that is open, anywhere that fits it."""
    if not isinstance(step.outcome, Returned):
        return []
    if part.data not in step.outcome.value.data:
        return []
    return [place for place in part_of(step.outcome.value).places_of(part) if _fits(place, path)]


def _same_in(whole: Value, part: Part) -> list[Path]:
    """The places of *part* in *whole* that say something: anywhere for a telling value, else the whole only."""
    if whole.data == part.data:
        return [()]
    # Looked for in the bytes first: most values do not hold it, and need not be parsed for that.
    return part_of(whole).places_of(part) if part.is_telling and part.data in whole.data else []


def _is_earlier(step: Step, consumer: Step, inside: bool) -> bool:
    if inside:
        return step.ended_ns is not None
    return step.ended_ns is not None and step.ended_ns <= consumer.started_ns
