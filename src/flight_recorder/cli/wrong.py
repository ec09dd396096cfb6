"""Wrong: what `--wrong` names: `result.total`, `result["items"][2].price`, `STEP.field`, `STEP#2.field`."""

import difflib
import re
from collections.abc import Iterator

from flight_recorder.cli.recordings import no_step
from flight_recorder.codec.edit import PATH, CannotEditError, steps_of
from flight_recorder.diagnose.look import Part, key_of, part_of
from flight_recorder.diagnose.wrong import RESULT, Wrong, WrongPart
from flight_recorder.errors import NotFoundError, UsageError
from flight_recorder.model.session import Session
from flight_recorder.model.step import Closed, Raised, Returned, Step, Unfinished
from flight_recorder.model.words import listed

MAX_NAMED = 8
MIN_LIKENESS = 0.5

_REST = re.compile(rf"(?:#(?P<number>\d+))?(?P<path>{PATH}*)")


def named_wrong(session: Session, text: str) -> Wrong:
    """Return what *text* says is wrong with a step's output.

    Raises NotFoundError when there is no such step, call or part; it names the nearest and what is there. Raises
    UsageError when the step has no output.
    """
    step, name, path = _step(session, text)
    if not isinstance(step.outcome, Returned) or step.stream is not None:
        raise UsageError(f"--wrong {text}: {_why_nothing(step)}")
    part, keys = part_of(step.outcome.value), []
    walked = name
    try:
        words = steps_of(path)
    except CannotEditError as problem:
        raise UsageError(f"--wrong {text}: {problem}.") from problem
    for word in words:
        key = key_of(word)
        inner = part.at((key,))
        if inner is None:
            raise NotFoundError(f"--wrong {text}: {_missing(part, walked, word, key)}")
        if isinstance(key, int) and key < 0:
            key += sum(1 for _ in part.parts())
        part, walked = inner, walked + word
        keys.append(key)
    return Wrong(step, (WrongPart(text, tuple(keys), part),))


def _step(session: Session, text: str) -> tuple[Step, str, str]:
    """The step whose output *text* means, what that is called in it, and the path to the part."""
    root = session.root
    match = _REST.fullmatch(text, len(RESULT)) if text.startswith(RESULT) else None
    if match is not None and match["number"] is None and root is not None:
        return root, RESULT, match["path"]
    for name in sorted({step.name for step in session.steps.values()}, key=len, reverse=True):
        match = _REST.fullmatch(text, len(name)) if text.startswith(name) else None
        if match is not None:
            called = [step for step in session.steps.values() if step.name == name]
            return _chosen(called, match["number"], text), text[: match.start("path")], match["path"]
    raise NotFoundError(f"--wrong {text}: {_no_such(session, text)}")


def _chosen(called: list[Step], number: str | None, text: str) -> Step:
    """The call that is meant: by its number, else the last one that returned."""
    if number is None:
        returned = [step for step in called if isinstance(step.outcome, Returned)]
        return (returned or called)[-1]
    if not 1 <= int(number) <= len(called):
        times = "once" if len(called) == 1 else f"{len(called)} times"
        raise NotFoundError(f"--wrong {text}: {called[0].name} was called {times}; the first call is #1")
    return called[int(number) - 1]


def _no_such(session: Session, text: str) -> str:
    known = [RESULT, *sorted({step.name for step in session.steps.values()})]
    for name in sorted(known, key=len, reverse=True):
        if text.startswith((f"{name}.", f"{name}[", f"{name}#")):
            return f"{text.removeprefix(name)!r} is no way to a part; write .field, [2] or ['a key']"
    name = re.sub(rf"(?:#\d+)?{PATH}*$", "", text)
    near = difflib.get_close_matches(name, known, n=1, cutoff=MIN_LIKENESS)
    if near == [RESULT]:
        return f"there is no {name!r}; did you mean 'result', which is what {session.entry} returned?"
    told = no_step(session, name)
    return told if told.endswith("?") else f"{told}; `result` is what {session.entry} returned"


def _missing(part: Part, walked: str, word: str, key: object) -> str:
    there = list(_there(part))
    near = difflib.get_close_matches(str(key), part.keys(), n=1, cutoff=MIN_LIKENESS) if isinstance(key, str) else []
    hint = f"; did you mean {near[0]!r}?" if near else "."
    if not there:
        return f"there is no {word} in {walked}: it is {part.shown}"
    shown = listed(there, MAX_NAMED)
    return f"there is no {word} in {walked}{hint} It has {shown}"


def _there(part: Part) -> Iterator[str]:
    keys = [key for key, _ in part.parts()]
    if keys and all(isinstance(key, int) for key in keys):
        yield f"{len(keys)} {'item' if len(keys) == 1 else 'items'}, from [0] to [{len(keys) - 1}]"
    else:
        yield from (repr(key) for key in keys)


def _why_nothing(step: Step) -> str:
    match step.outcome:
        case Raised(failure=failure):
            return f"{step.name} returned nothing, it failed with {failure.summary}"
        case Returned() | Closed() if step.stream is not None:
            return f"{step.name} gave its result item by item; name the step that used what is wrong"
        case Unfinished() | Closed() | Returned():
            return f"{step.name} did not finish, so it returned nothing"
