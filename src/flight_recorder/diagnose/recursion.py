"""Recursion: who called itself until the stack was full. Pure."""

from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import pairwise

from flight_recorder.codec.tags import AGAIN
from flight_recorder.diagnose.case import Case
from flight_recorder.diagnose.findings import Evidence
from flight_recorder.model.failure import Frame
from flight_recorder.model.step import Step
from flight_recorder.model.value import Value

DEEP = 20  # calls of one function in each other
ENDLESS, DEEPER, OF_A_LOOP = 0.90, 0.60, 0.30  # the input stays the same; it does not; the input holds itself


def of_recursion(case: Case) -> Iterator[tuple[Step, Evidence]]:
    """Yield the step that called itself, or whose helper did, when that filled the stack."""
    if case.crash.root.type_name != "RecursionError":
        return
    crash = case.crash.step
    chain = [crash, *case.session.ancestors(crash)]
    times = Counter(step.name for step in chain)
    again = [step for step in chain if times[step.name] >= DEEP]
    if again:
        step = again[0]
        own = [each for each in again if each.name == step.name]
        # Where the stack was full there may have been no room to capture what the last call was given.
        pairs = list(pairwise(own))
        now, before = next((pair for pair in pairs if all(map(_is_told, pair))), pairs[0])
        yield step, _evidence("it", times[step.name], before.inputs, now.inputs)
        return
    frames = [frame for frame in case.crash.root.frames if frame.is_project]
    calls = Counter(_name(frame) for frame in frames)
    inner = [frame for frame in frames if calls[_name(frame)] >= DEEP]
    if inner:
        last = [frame for frame in inner if _name(frame) == _name(inner[-1])]
        word = last[-1].function.rpartition(".")[2]
        yield crash, _evidence(f"its helper {word}", len(last), last[-2].locals, last[-1].locals)


def _is_told(step: Step) -> bool:
    return all(value.is_exact for value in step.inputs.values())


def _name(frame: Frame) -> tuple[str, str]:
    return frame.file, frame.function


def _evidence(who: str, times: int, before: Mapping[str, Value], now: Mapping[str, Value]) -> Evidence:
    shared = [(before[name].data, value.data) for name, value in now.items() if name in before]
    is_same = bool(shared) and all(one == other for one, other in shared)
    text = f"{who} called itself, {times} calls deep"
    if any(f'"{AGAIN}"'.encode() in data for _, data in shared):
        return Evidence("recursion", f"{text}, on a value that holds itself", OF_A_LOOP)
    if is_same:
        return Evidence("recursion", f"{text}, each time with the same input", ENDLESS)
    return Evidence("recursion", text, DEEPER)
