"""Code: what changed in the code of a step, in sentences and in lines of its source. Pure."""

from dataclasses import dataclass

from flight_recorder.codec.excerpt import line_difference
from flight_recorder.fingerprint.changes import changes
from flight_recorder.model.fingerprint import Fingerprint, PartKind

MAX_LINES = 20


@dataclass(frozen=True, slots=True)
class CodeChange:
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


def _own(fingerprint: Fingerprint) -> list[str]:
    return sorted(part.digest for part in fingerprint.parts if part.kind is PartKind.CODE)
