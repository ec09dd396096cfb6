"""Code: what changed in the code of a step, in sentences and in lines of its source. Pure."""

from collections.abc import Iterator

import msgspec
from msgspec.structs import replace

from flight_recorder.codec.excerpt import line_difference
from flight_recorder.fingerprint.changes import changes, changes_entered
from flight_recorder.model.fingerprint import Fingerprint, PartKind
from flight_recorder.model.session import Session
from flight_recorder.model.step import Step

MAX_LINES = 20


class CodeChange(msgspec.Struct, frozen=True):
    """What changed in a step's code.

    *sentences* name the parts: `helper clean in text.py:12 changed`, `LIMIT 10 -> 20`. *lines* are the changed lines
    of the step's own function, after `- ` and `+ `; empty when it is as it was. *place* is `file:line` of that
    function now.
    """

    sentences: tuple[str, ...]
    lines: tuple[str, ...] = ()
    place: str = ""


def code_change(before: Fingerprint | None, after: Fingerprint | None) -> CodeChange | None:
    """Return what changed between two fingerprints of a step; None when nothing did, or one was not taken."""
    if before is None or after is None or before.digest == after.digest:
        return None
    lines: tuple[str, ...] = ()
    if _own(before) != _own(after) and before.source and after.source:
        lines = line_difference(before.source, after.source, MAX_LINES)
    place = next((part.place for part in after.parts if part.kind is PartKind.CODE), "")
    return CodeChange(changes(before, after) or ("code changed",), lines, place)


def step_change(a: Session, one: Step, b: Session, other: Step) -> CodeChange | None:
    """Return what changed in the code of a step of *a* and its like in *b*, with what both were seen to enter."""
    change = code_change(a.fingerprint_of(one), b.fingerprint_of(other))
    entered = tuple(dict.fromkeys(_changes_entered(a, one, b, other)))
    if not entered:
        return change
    return CodeChange(entered) if change is None else replace(change, sentences=(*change.sentences, *entered))


def _changes_entered(a: Session, one: Step, b: Session, other: Step) -> Iterator[str]:
    now = {_without_digest(key): b.fingerprints[key] for key in other.entered if key in b.fingerprints}
    for key in one.entered:
        old, new = a.fingerprints.get(key), now.get(_without_digest(key))
        if old is not None and new is not None:  # else they went different ways, which is for their outcomes to show
            yield from changes_entered(old, (new,))


def _without_digest(key: str) -> str:
    return key.rpartition(" ")[0]


def _own(fingerprint: Fingerprint) -> list[str]:
    return sorted(part.digest for part in fingerprint.parts if part.kind is PartKind.CODE)
