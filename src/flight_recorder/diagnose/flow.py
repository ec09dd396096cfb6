"""Flow: which steps a value came from, backwards from the failing one, through every caller and helper. Pure.

Two ways that confirm each other: the text of the callers says which call's result was passed for which parameter,
and the captured values say which step's output held it. Where there is no text (a framework calls the steps) the
values decide alone.
"""

import ast
from collections import deque
from dataclasses import replace

from flight_recorder.diagnose.calls import Calls
from flight_recorder.diagnose.code import Key, Path, constant_key
from flight_recorder.diagnose.look import Part, part_of
from flight_recorder.diagnose.matching import (
    held_by,
    is_earlier,
    only_output,
    places,
    returns_of,
    same_in,
    same_in_field,
    tests_of,
)
from flight_recorder.diagnose.outputs import Outputs
from flight_recorder.diagnose.scene import Suspected
from flight_recorder.diagnose.slicing import Origin, OriginKind, origins_of
from flight_recorder.diagnose.ways import Asked, Maker, Producer
from flight_recorder.diagnose.writers import Writers, place_named
from flight_recorder.model.session import Session
from flight_recorder.model.step import Returned, Step, is_place

MAX_DISTANCE = 10
MAX_PRODUCERS = 300
MAX_WAYS = 4  # by which one step's output is followed to the failure
MAX_OF_ONE_CALL = 8  # steps that one call in a loop made, when nothing tells which


class Tracer:
    """Follows values backwards; holds what was found and asked so far."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.producers: dict[int, list[Producer]] = {}  # by step: each way by which its output got there
        self.makers: dict[int, Maker] = {}
        self.given: list[Asked] = []  # inputs of the entry itself that led to the failure
        self._calls: dict[int, Calls] = {}
        self._outputs: dict[int, Outputs] = {}
        self._writers = Writers(session)
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

    def follow_expression(
        self,
        step: Step,
        suspected: Suspected,
        missing: Key = None,
        *,
        is_culprit: bool = True,
    ) -> None:
        """Ask where *suspected*, in the failing function of *step*, came from; *missing* is a key that it lacks."""
        calls = self.calls(step)
        if calls.code is None:
            return
        for origin in origins_of(
            calls.code, suspected.expression, suspected.path, calls.is_step, is_shape=suspected.is_shape
        ):
            self._begin(step, calls, origin, suspected.part, missing if is_culprit else None, is_culprit=is_culprit)

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

    def _begin(
        self, step: Step, calls: Calls, origin: Origin, part: Part | None, missing: Key, *, is_culprit: bool
    ) -> None:
        known = None if origin.is_derived else part
        match origin.kind:
            case OriginKind.PARAMETER | OriginKind.GLOBAL if (name := _input_of(step, origin)) is not None:
                for path, found in places(part_of(step.inputs[name]), origin.path, known):
                    key = missing if not origin.is_derived else None
                    self.follow_input(
                        Asked(
                            step, name, path, found, is_derived=origin.is_derived, is_culprit=is_culprit, missing=key
                        )
                    )
            case OriginKind.STEP if origin.call is not None:
                steps = calls.steps(origin.call)
                part = part or only_output(steps, origin)
                asked = Asked(step, "", (), part or Part(None), is_derived=origin.is_derived)
                self._produced(asked, steps, origin, is_known=part is not None)
            case OriginKind.MADE:
                self._made(Maker(step, 0, origin.is_derived))

    def _answer(self, asked: Asked) -> None:
        step = asked.consumer
        written = self._writers.of(step, asked.parameter, asked.path, asked.missing)
        if written is not None:
            self.arrive(Producer(written.step, asked, written.path, written=written))
            return
        caller = self.session.steps.get(step.parent) if step.parent is not None else None
        if caller is None or is_place(asked.parameter):
            self.given += [asked] if caller is None else []
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
                return self._produced(on, calls.steps(origin.call), origin, is_known=True)
            case OriginKind.PARAMETER | OriginKind.GLOBAL if (name := _input_of(caller, origin)) is not None:
                known = None if origin.is_derived else asked.part
                for path, part in places(part_of(caller.inputs[name]), origin.path, known):
                    is_same = part.data == asked.part.data and asked.is_culprit
                    self.follow_input(
                        replace(
                            on,
                            consumer=caller,
                            parameter=name,
                            path=path,
                            part=part,
                            is_culprit=is_same,
                            led_to=asked,
                        )
                    )
                return True
            case OriginKind.MADE if _leaves_out(origin, asked.missing):
                self._made(Maker(caller, asked.distance, False, asked.missing, asked))
            case OriginKind.MADE:
                self._made(Maker(caller, asked.distance, on.is_derived or not asked.is_culprit, asked=asked))
                return not origin.is_derived
        return False

    def _made(self, maker: Maker) -> None:
        known = self.makers.get(maker.step.id)
        if known is None or (known.is_derived and not maker.is_derived):
            self.makers[maker.step.id] = maker

    def _produced(self, asked: Asked, steps: list[Step], origin: Origin, *, is_known: bool) -> bool:
        """Note the steps among *steps* that gave the value: those whose output holds it, else the latest."""
        consumer = asked.consumer
        inside = asked.parameter == ""  # the failing function called the producer itself
        ended = [step for step in steps if isinstance(step.outcome, Returned) and is_earlier(step, consumer, inside)]
        chosen: list[tuple[Step, Path | None]] = []
        for step in ended if is_known else []:
            chosen += [(step, path) for path in held_by(step, origin, asked.part)[:1] or _handed_on(step, asked)]
        is_seen = bool(chosen)  # then what was computed on the way left the value as it was
        chosen = chosen or [(step, None) for step in ended[-MAX_OF_ONE_CALL:]]
        for step, path in reversed(chosen):
            self.arrive(Producer(step, asked, path, is_derived=origin.is_derived and not is_seen))
        return bool(chosen)

    def arrive(self, producer: Producer) -> None:
        """Note a producer, and the steps under it whose output it returned as its own."""
        waiting = [producer]  # no recursion: steps may be nested as deeply as the program's stack allows
        while waiting:
            producer = waiting.pop()
            ways = self.producers.setdefault(producer.step.id, [])
            if len(ways) < MAX_WAYS and all(way.path != producer.path for way in ways):
                ways.append(producer)
                inside = self._returned_from(producer)
                below = next((inner.name for inner, path in inside if path is not None), "")
                is_passed_on = self._passed_through(producer)
                ways[ways.index(producer)] = replace(producer, is_passed_on=is_passed_on, below=below)
                waiting += [replace(producer, step=inner, path=path) for inner, path in inside]

    def _passed_through(self, producer: Producer) -> bool:
        """Ask on for the inputs of a producer; whether one of them held the value already."""
        step, asked = producer.step, producer.asked
        part = asked.part if producer.path is not None else None
        feeding = self._feeding(producer)
        held = False
        # What is empty though it was made of something was not handed on, even if another input is empty as well.
        is_emptied = any(part_of(value).is_container for name, value in step.inputs.items() if name in feeding)
        changed = producer.written.name if producer.written is not None else None
        for name, value in step.inputs.items():
            if name == changed:
                continue
            whole = part_of(value)
            path, is_derived = feeding.get(name, ((), True))
            inner = whole.at(path) or whole
            is_same = name in feeding and not is_derived and part is not None and inner.data == part.data
            if not is_same and part is not None and not (part.is_empty and is_emptied):
                same = same_in(value, part) or same_in_field(whole, producer.path, part)
                is_same, path, inner = bool(same), *((same[0], part) if same else (path, inner))
            held = held or is_same
            if is_same or name in feeding:
                is_culprit = is_same and asked.is_culprit
                self.follow_input(
                    Asked(
                        step,
                        name,
                        path,
                        inner,
                        asked.distance + 1,
                        not is_same,
                        is_culprit=is_culprit,
                        led_to=producer,
                    )
                )
        return held

    def _feeding(self, producer: Producer) -> dict[str, tuple[Path, bool]]:
        """The inputs that the output was computed from: where in them, and whether anything was computed.

        All of them when there is no text.
        """
        calls = self.calls(producer.step)
        returned = [] if calls.code is None else returns_of(calls.code.body)
        if calls.code is None or not returned or producer.written is not None:
            return dict.fromkeys(producer.step.inputs, ((), True))
        feeding: dict[str, tuple[Path, bool]] = {}
        for each in returned:
            for origin in origins_of(calls.code, each, producer.path or (), calls.is_step):
                name = _input_of(producer.step, origin)
                if name is not None:
                    path = places(part_of(producer.step.inputs[name]), origin.path, None)[0][0]
                    feeding.setdefault(name, (path, origin.is_derived or producer.path is None))
        for test in tests_of(calls.code.body):
            for origin in origins_of(calls.code, test, (), calls.is_step):
                name = _input_of(producer.step, origin)
                if name is not None:  # what is returned was chosen by it
                    feeding.setdefault(name, ((), True))
        return feeding

    def _returned_from(self, producer: Producer) -> list[tuple[Step, Path | None]]:
        """The steps under a producer whose own output it returned."""
        calls = self.calls(producer.step)
        if calls.code is None or producer.written is not None:
            return []
        found: list[tuple[Step, Path | None]] = []
        for each in returns_of(calls.code.body):
            for origin in origins_of(calls.code, each, producer.path or (), calls.is_step):
                if origin.kind is not OriginKind.STEP or origin.call is None:
                    continue
                returned = [step for step in calls.steps(origin.call) if isinstance(step.outcome, Returned)]
                for step in returned[-MAX_OF_ONE_CALL:]:
                    held = held_by(step, origin, producer.asked.part)
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
        if not found and given is not None and len(asked.path) > 0:
            entry = part_of(given).at(asked.path[:1])
            merged = outputs.giving(asked.path[0], entry) if entry is not None else []
            found = {step.id: (step, asked.path) for step in merged if is_earlier(step, asked.consumer, False)}
            found = dict(sorted(found.items())[-1:])  # the last one to say so
        earlier = [found[id] for id in sorted(found) if is_earlier(found[id][0], asked.consumer, False)]
        for step, way in reversed(earlier[-MAX_OF_ONE_CALL:]):
            self.arrive(Producer(step, asked, way, is_by_value=True))
        if not earlier:
            for name, value in caller.inputs.items():
                same = same_in(value, asked.part)
                if same:
                    self.follow_input(replace(asked, consumer=caller, parameter=name, path=same[0], led_to=asked))


def _input_of(step: Step, origin: Origin) -> str | None:
    """The input of *step* that an origin in its text is: a parameter, or a place that it reads."""
    if origin.kind is OriginKind.PARAMETER:
        return origin.name if origin.name in step.inputs else None
    return place_named(step, origin.name) if origin.kind is OriginKind.GLOBAL else None


def _leaves_out(origin: Origin, key: Key) -> bool:
    """Whether an origin is a dict written down, key by key, without *key*."""
    if key is None or not isinstance(origin.made, ast.Dict):
        return False
    return all(each is not None and constant_key(each) not in (None, key) for each in origin.made.keys)


def _handed_on(step: Step, asked: Asked) -> list[Path]:
    """Where *step*'s output holds what was asked for, when it is what the consumer was given, all of it."""
    given = asked.consumer.inputs.get(asked.parameter)
    is_it = isinstance(step.outcome, Returned) and given is not None and given.data == step.outcome.value.data
    return [asked.path] if is_it else []
