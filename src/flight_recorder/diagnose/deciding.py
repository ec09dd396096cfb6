"""Deciding: what a person, or another run, would have to say for the first suspects to be told apart. Pure.

Each rule looks for something that the evidence of the first suspects lacks, and that would speak for one of them.
"""

from collections.abc import Iterator, Sequence

from flight_recorder.diagnose.case import Case
from flight_recorder.diagnose.code import code_of
from flight_recorder.diagnose.expect import return_annotation
from flight_recorder.diagnose.hints import returned_text
from flight_recorder.diagnose.history import History
from flight_recorder.diagnose.look import Part, part_of
from flight_recorder.diagnose.suspects import Suspect
from flight_recorder.diagnose.ways import Producer
from flight_recorder.model.fingerprint import PartKind
from flight_recorder.model.step import Returned, Step

MAX_ASKED = 2
MAX_HELPERS = 2
MAX_INPUT_CHARS = 120


def what_would_decide(case: Case, suspects: Sequence[Suspect], history: History) -> tuple[str, ...]:
    """Return sentences about the first *suspects*, those first that a person can answer at once."""
    ways = [each.producer for each in suspects if each.producer is not None]
    steps = [case.session.steps[each.candidate.step] for each in suspects]
    found = [*_which_part(case), *map(_is_right, ways[:MAX_ASKED]), *_declared(case, ways)]
    found += [*_helpers(case, steps[:MAX_ASKED]), *_earlier(case, history), *_unsteady(history, steps[:MAX_ASKED])]
    return tuple(dict.fromkeys(found))


def _which_part(case: Case) -> Iterator[str]:
    """Where all of a result is said to be wrong, any part of it can be meant."""
    if case.wrong is None:
        return
    for each in case.wrong.parts:
        first = next((path for path, part in each.part.walk() if path and not part.is_container), None)
        if not each.path and each.missing is None and first is not None:
            part = f"{each.name}{each.part.spelled(first)}"
            told = "an expect= that looks at it, or" if case.wrong.said else "for example"
            yield f"which part of {each.name} is wrong: {told} --wrong {part!r}"


def _is_right(producer: Producer) -> str:
    given = ", ".join(f"{name}={part_of(value).shown}" for name, value in producer.step.inputs.items())
    given = f" for {given}" if given and len(given) <= MAX_INPUT_CHARS else ""
    return f"whether {producer.step.name} is right to give {returned_text(producer)}{given}"


def _declared(case: Case, ways: Sequence[Producer]) -> Iterator[str]:
    """A None is a fault of who returns it, or of who does not expect it: a declared type says which."""
    for way in ways:
        code = code_of(case.session, way.step)
        is_none = way.written is None and _gave(way).is_none
        if is_none and code is not None and return_annotation(code) is None:
            yield f"a return type on {way.step.name}: nothing says whether it may return None"


def _gave(way: Producer) -> Part:
    return way.asked.part if way.path is not None else way.output


def _helpers(case: Case, steps: Sequence[Step]) -> Iterator[str]:
    """What goes into and comes out of a function that is no step is not recorded."""
    for step in steps:
        fingerprint = case.session.fingerprint_of(step)
        parts = fingerprint.parts if fingerprint is not None else ()
        names = [part.name.rpartition(":")[2] for part in parts if part.kind is PartKind.HELPER]
        if names and len(names) <= MAX_HELPERS:
            which = names[0] if len(names) == 1 else " and ".join(names)
            yield f"what {which} did in {step.name}: with @fr.register it is recorded too"


def _earlier(case: Case, history: History) -> Iterator[str]:
    root = case.session.root
    entry = case.session.entry
    if history.is_empty:
        yield f"a recorded run of {entry} that succeeds: there is none before this one to compare with"
    elif root is not None and root.inputs and not history.twins(root):
        yield f"a run of {entry} with these inputs that succeeds: the earlier ones that did had others"


def _unsteady(history: History, steps: Sequence[Step]) -> Iterator[str]:
    """Who answers the same call now so, now so, is known no better by one answer."""
    for step in steps:
        answers = {each.outcome.value.data for each in history.twins(step) if isinstance(each.outcome, Returned)}
        if len(answers) > 1:
            yield f"another run: {step.name} gave {len(answers)} different answers to this call before"
