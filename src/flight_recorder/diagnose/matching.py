"""Matching: where in captured values a part stands, and which of these places a path can mean. Pure."""

import ast
from collections.abc import Sequence

from flight_recorder.diagnose.code import Path
from flight_recorder.diagnose.look import Part, part_of
from flight_recorder.diagnose.slicing import Origin
from flight_recorder.model.step import Returned, Step
from flight_recorder.model.value import Value


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


def tests_of(body: ast.AST) -> list[ast.expr]:
    """The conditions under which a function takes one way or another."""
    return [node.test for node in ast.walk(body) if isinstance(node, ast.If | ast.IfExp | ast.While)]


def _fits(place: Path, path: Path) -> bool:
    """Whether *path* can mean *place*: an open step fits any, and items counted from the end fit any number."""
    return len(place) == len(path) and all(
        key is None or key == here or (isinstance(key, int) and key < 0 and isinstance(here, int))
        for here, key in zip(place, path, strict=True)
    )


def held_by(step: Step, origin: Origin, part: Part) -> list[Path]:
    """Where *step*'s output holds *part*: where *origin* says, or anywhere if more was done to it."""
    if not isinstance(step.outcome, Returned):
        return []
    value = step.outcome.value
    if origin.is_derived:
        is_found = part.data in value.data and _is_same_when_derived(part)
        return same_in(value, part) if is_found else []
    found = part_of(value).places_of(part) if part.data in value.data else []
    fitting = [place for place in found if _fits(place, origin.path)]
    inside = part_of(value).at(origin.path) if not fitting and origin.path else None  # in a text that is JSON
    return [origin.path] if inside is not None and inside.data == part.data else fitting


def _is_same_when_derived(part: Part) -> bool:
    """Whether a value that was computed from an equal one may be that: None, 0 and what is empty stay what they are.

    Other small numbers are equal by chance.
    """
    return part.is_telling or part.is_none or part.number == 0 or part.is_empty or bool(part.text)


def same_in(whole: Value, part: Part) -> list[Path]:
    """The places of *part* in *whole* that say something: anywhere for a telling value, else the whole only."""
    if whole.data == part.data:
        return [()]
    # Looked for in the bytes first: most values do not hold it, and need not be parsed for that.
    return part_of(whole).places_of(part) if part.is_telling and part.data in whole.data else []


def same_in_field(whole: Part, path: Path | None, part: Part) -> list[Path]:
    """Where *part* stands in a field that is called as it was in the output, there at *path*; also in JSON text."""
    if not path:
        return []
    inside = whole.at(path)
    if inside is not None and inside.data == part.data and (whole.text is not None or isinstance(path[-1], str)):
        return [path]
    if not part.is_none or not isinstance(path[-1], str):
        return []
    return [place for place in whole.places_of(part) if place[-1:] == path[-1:]]


def only_output(steps: Sequence[Step], origin: Origin) -> Part | None:
    """What a call of *steps* was, in the function that called and used it at once; None where it made several."""
    if origin.is_derived or len(steps) != 1 or not isinstance(steps[0].outcome, Returned):
        return None
    return part_of(steps[0].outcome.value).at(origin.path)


def is_earlier(step: Step, consumer: Step, inside: bool) -> bool:
    if inside:
        return step.ended_ns is not None
    return step.ended_ns is not None and step.ended_ns <= consumer.started_ns
