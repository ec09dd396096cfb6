"""Override: what answers the calls of a step in the place of its function, because the user says so. Pure.

Written `STEP=JSON`; `STEP#2=JSON` for the second call in recorded order; `STEP.items[0].name=JSON` for one part of
what was recorded. A name may hold any of these characters: the longest name that the session knows is taken.
"""

import difflib
import re
from collections.abc import Iterable

import msgspec

from flight_recorder.codec.capture import capture
from flight_recorder.codec.difference import differences
from flight_recorder.codec.edit import PATH, CannotEditError, with_part
from flight_recorder.codec.preview import preview, type_name
from flight_recorder.codec.text import an
from flight_recorder.errors import NotFoundError, UsageError
from flight_recorder.model.session import Session
from flight_recorder.model.step import Closed, Raised, Returned, Step, Unfinished
from flight_recorder.model.value import Value
from flight_recorder.model.words import listed
from flight_recorder.plan.inputs import difference_text

PREVIEW_CHARS = 60
MAX_LISTED = 8  # names of steps
MAX_NAMED = 2  # changed parts of an answer

_REST = re.compile(rf"(?:#(?P<number>\d+))?(?P<path>{PATH}*)=(?P<answer>.*)", re.S)


class Override(msgspec.Struct, frozen=True):
    """What answers the calls of one step: *of_steps* those that stand for a recorded step, by its id, *value* any."""

    value: Value | None = None
    of_steps: dict[int, Value] = {}

    def answer(self, twin: Step | None) -> Value | None:
        """Return what answers a call that stands for the recorded step *twin*, if anything."""
        return self.value if twin is None else self.of_steps.get(twin.id, self.value)

    def joined(self, other: "Override") -> "Override":
        """Return both in one; *other*, which was said later, counts where both answer."""
        if other.value is not None:
            return other
        return Override(self.value, {**self.of_steps, **other.of_steps})


class Spec(msgspec.Struct, frozen=True):
    """An override as it was written. *number* counts from 1, 0 for every call; *path* is "" for the whole."""

    name: str
    number: int
    path: str
    answer: str

    @property
    def target(self) -> str:
        """What the answer is for, as it was written."""
        return f"{self.name}{f'#{self.number}' if self.number else ''}{self.path}"


def read_spec(session: Session, text: str) -> Spec:
    """Return what *text* says. Raises UsageError when it is no assignment, NotFoundError when no step is meant."""
    if "=" not in text:
        raise UsageError(f"--set wants STEP=JSON, not {text!r}; for example --set 'lookup={{\"score\": 10}}'")
    for name in sorted(names_of(session), key=len, reverse=True):
        match = _REST.fullmatch(text, len(name)) if text.startswith(name) else None
        if match is not None:
            return Spec(name, _number(match["number"], name), match["path"], match["answer"])
    raise NotFoundError(_no_step(session, text))


def names_of(session: Session) -> set[str]:
    """Return the names of the steps that *session* called or knew of."""
    called = {step.name for step in session.steps.values()}
    entered = {key for step in session.steps.values() for key in step.entered}  # functions, which are no steps
    known = session.fingerprints.keys() - entered
    # The second function registered under a name is kept as `name#2`.
    return called | {key for key in known if key.rpartition("#")[0] not in known}


def override_of(session: Session, spec: Spec, answer: object) -> Override:
    """Return the override that *spec* asks for; *answer* is its JSON, read.

    Raises UsageError when the recording has no such call, or no such part in what it gave.
    """
    called = [step for step in session.steps.values() if step.name == spec.name]
    if spec.number > len(called):
        times = "was not called" if not called else f"was called {_times(len(called))}"
        raise UsageError(f"--set {spec.target}: {spec.name} {times} in session {session.id[:8]}")
    if not spec.number and not spec.path:
        return Override(capture(answer))
    chosen = called[spec.number - 1 : spec.number] if spec.number else called
    if not chosen:
        raise UsageError(f"--set {spec.target}: {spec.name} was not called in session {session.id[:8]}")
    return Override(None, {step.id: _answer(session, spec, step, answer) for step in chosen})


def answer_text(answer: Value, twin: Step | None) -> str:
    """Return in words what answers a call: what it changes in the recorded value, else the whole of it.

    When it is of another type than what was recorded, that is said: the program may count on the type.
    """
    text = f"answered with {preview(answer, PREVIEW_CHARS)}"
    if twin is None or not isinstance(twin.outcome, Returned):
        return text
    recorded = twin.outcome.value
    was, now = type_name(recorded), type_name(answer)
    if was != now:
        return text if "NoneType" in (was, now) else f"{text}, {an(now)} where {an(was)} was recorded"
    changed = differences(recorded, answer, MAX_NAMED + 1)
    if not changed or len(changed) > MAX_NAMED or not all(difference.path for difference in changed):
        return text
    return f"answered as recorded, but for {'; '.join(map(difference_text, changed))}"


def _answer(session: Session, spec: Spec, step: Step, answer: object) -> Value:
    if not spec.path:
        return capture(answer)
    called = [other.id for other in session.steps.values() if other.name == spec.name]
    which = f"call #{called.index(step.id) + 1} " if len(called) > 1 else ""
    match step.outcome:
        case Returned() | Closed() if step.stream is not None:
            why = "gave its result item by item"
        case Returned(value=value):
            try:
                return with_part(value, spec.path, answer)
            except CannotEditError as error:
                raise UsageError(f"--set {spec.target}: {which and f'in {which}of {spec.name}, '}{error}") from error
        case Raised(failure=failure):
            why = f"failed ({failure.summary})"
        case Closed() | Unfinished():
            why = "did not finish"
    raise UsageError(
        f"--set {spec.target}: {which}{spec.name} {why}, so there is no output to change a part of;"
        f" give the whole: --set '{spec.name}{f'#{spec.number}' if spec.number else ''}=…'"
    )


def _number(text: str | None, name: str) -> int:
    if text is None:
        return 0
    if int(text) == 0:
        raise UsageError(f"--set {name}#0: the first call is #1")
    return int(text)


def _no_step(session: Session, text: str) -> str:
    names = sorted(names_of(session))
    asked = text.partition("=")[0]
    for name in (asked, re.sub(rf"(?:#\d+)?{PATH}*$", "", asked)):
        near = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
        if name in names:
            return f"--set {asked}: {asked.removeprefix(name)!r} is no way to a part of what {name!r} gave"
        if near:
            return f"no step {name!r} in session {session.id[:8]}; did you mean {near[0]!r}?"
    return f"no step {asked!r} in session {session.id[:8]}; it has: {listed(names, MAX_LISTED)}"


def _times(count: int) -> str:
    return {1: "once", 2: "twice"}.get(count, f"{count} times")


def joined(overrides: Iterable[tuple[str, Override]]) -> dict[str, Override]:
    """Return overrides by name of the step; of two for one step, what was said later counts where both answer."""
    by_name: dict[str, Override] = {}
    for name, override in overrides:
        by_name[name] = by_name[name].joined(override) if name in by_name else override
    return by_name
