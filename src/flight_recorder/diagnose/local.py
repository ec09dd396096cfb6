"""Local: whether the failing step's own code is wrong, whatever it was given. Pure."""

import ast
import re

from flight_recorder.diagnose.anomaly import own_anomaly
from flight_recorder.diagnose.bindings import Binding, Bindings
from flight_recorder.diagnose.complaint import Complained, Complaint, is_arithmetic
from flight_recorder.diagnose.flow import Tracer
from flight_recorder.diagnose.look import Part
from flight_recorder.diagnose.ways import Asked
from flight_recorder.model.step import Kind, Step

_NUMBER = re.compile(r"\s*[-+]?[\d_., ]*\d[\d_., ]*(e[-+]?\d+)?\s*%?", re.IGNORECASE)
_PLAIN = (str, int, float, bytes, list, tuple, dict, set, frozenset)
_PLAIN_ATTRIBUTES = frozenset(name for kind in _PLAIN for name in dir(kind))
_PLAIN_KINDS = frozenset(kind.__name__ for kind in _PLAIN)


def local_fault(crash: Step, complained: Complained, tracer: Tracer, culprits: tuple[Asked, ...]) -> str:
    """Return why the fault was made in the failing step itself, from sound inputs; "" if nothing says so."""
    if complained.complaint is Complaint.OWN_CODE:
        return "the error is in its code, whatever it is given"
    if not complained.suspected:
        return ""
    elsewhere = tracer.producers or [id for id in tracer.makers if id != crash.id] or tracer.given
    if not elsewhere and crash.call.kind is Kind.BLOCK:  # what stands outside of functions is not followed
        return ""
    if not elsewhere:
        return "what it failed on was made by its own code"
    inside = [way.asked for ways in tracer.producers.values() for way in ways if not way.asked.parameter]
    own = [asked for asked in (*culprits, *inside) if asked.consumer.id == crash.id]
    parts = [asked.part for asked in own]
    if not own or not all(map(_is_sound, parts)):
        return ""
    is_computed = complained.complaint is Complaint.COMPUTED or _is_worked_out(crash, complained, tracer)
    if is_computed or (all(asked.is_derived for asked in own) and _is_put_together(complained, parts)):
        return "what it failed on was made by its own code from inputs that look sound"
    return _misused(complained, parts)


def is_number_in_text(part: Part) -> bool:
    """Whether *part* is text that says a number: `"12.5"`."""
    return part.text is not None and _NUMBER.fullmatch(part.text) is not None


def _is_sound(part: Part) -> bool:
    return not part.is_none and not part.is_empty and part.number != 0 and own_anomaly(part).weight == 0


def _is_put_together(complained: Complained, given: list[Part]) -> bool:
    """Whether the failing statement itself put together what is of the wrong type.

    An empty list that it looks into was filtered from what lacks the thing that was looked for: no fault of its own.
    """
    parts = [each.part for each in complained.suspected]
    if any(part.kind == "bytes" for part in given):  # what is cut out of bytes are bytes: who gave them is to blame
        return False
    return complained.complaint is Complaint.BAD_TYPE and all(part is not None and not part.is_none for part in parts)


def _is_worked_out(crash: Step, complained: Complained, tracer: Tracer) -> bool:
    """Whether the divisor that was zero has a name, and was worked out from numbers: by arithmetic, no calls."""
    code = tracer.calls(crash).code
    if code is None or crash.failure is None or crash.failure.type_name != "ZeroDivisionError":
        return False
    bindings = Bindings(code)
    found: list[Binding] = []
    for each in complained.suspected:
        if not isinstance(each.expression, ast.Name):
            return False
        found += bindings.reaching(each.expression)
    return bool(found) and all(isinstance(each.value, ast.BinOp) and is_arithmetic(each.value) for each in found)


def _misused(complained: Complained, parts: list[Part]) -> str:
    """What is done to a sound value that cannot be done to it."""
    part, key = parts[0], complained.key
    if complained.complaint is Complaint.MISSING_ATTRIBUTE and part.kind in _PLAIN_KINDS:
        if part.at((key,)) is not None:
            return f"it reads .{key} of a {part.kind} that has it as a key"
        if key not in _PLAIN_ATTRIBUTES:
            return f"it reads .{key}, which no {part.kind} has"
    if complained.complaint is Complaint.BAD_TYPE and complained.is_arithmetic:
        texts = [each for each in parts if each.text is not None]
        if texts and not any(map(is_number_in_text, texts)):
            return f"it counts with {texts[0].shown}, which is no number"
    return ""
