"""Packing: the beginnings and ends of steps as short records; what calls have in common is written once.

Four kinds of record stand beside the events that are written as they are. Each begins with its number.

TEMPLATE   what all calls of one step from one place have in common, and a number that stands for it in this journal
BRANCH     a path of tasks and threads, likewise
START      a step began: its template and branch, its inputs as one JSON array
END        a step returned: the value as JSON

A body is written whole, or as what it has beyond the last one of its template: a list of messages that grows from
call to call is written once. So records are read in the order in which they were written, and whoever reads them
remembers what the writer remembered at that place.
"""

import struct
from typing import Final

import msgspec

from flight_recorder.model.event import Finished, Started
from flight_recorder.model.judgement import Judgement
from flight_recorder.model.step import Kept, Kind, Pairs, Returned, Site
from flight_recorder.model.value import Form, Value

TEMPLATE: Final = 1
BRANCH: Final = 2
START: Final = 3
END: Final = 4

# Flags of START and END.
HAS_EXTRAS: Final = 1  # their length (4 bytes) and they come before the body
IS_GROWN: Final = 2  # how much of the last body this one begins and ends with (4 bytes each) comes before it
HAS_PARENT: Final = 4

NUMBERED_HEAD: Final = struct.Struct("<BI")  # TEMPLATE or BRANCH, number
START_HEAD: Final = struct.Struct("<BBIIqqq")  # START, flags, template, branch, step, parent, nanoseconds
END_HEAD: Final = struct.Struct("<BBqq")  # END, flags, step, nanoseconds
SIZE: Final = struct.Struct("<I")
GROWTH: Final = struct.Struct("<II")

MIN_GROWN_BYTES: Final = 1024  # below that, a body is always written whole, and not remembered


class Template(msgspec.Struct, frozen=True, array_like=True):
    """What calls have in common, as in `model.event.Started`; *names* are those of the inputs."""

    name: str
    function: str
    names: tuple[str, ...]
    ignored: tuple[str, ...] = ()
    is_protected: bool = False
    kind: Kind = Kind.FUNCTION
    site: Site | None = None
    fingerprint: str = ""


class StartExtras(msgspec.Struct, frozen=True, array_like=True):
    """What is rarely to be said of the beginning of a step. *forms* are those of the inputs, unless all are exact."""

    key: Value | None = None
    shared: Pairs = ()
    judgement: Judgement | None = None
    forms: tuple[tuple[Form, bool], ...] = ()


class EndExtras(msgspec.Struct, frozen=True, array_like=True):
    """What is rarely to be said of the end of a step."""

    form: Form = Form.EXACT
    is_comparable: bool = True
    mutated: dict[str, Value] = {}
    shared: Pairs = ()
    kept: Kept = ()
    source: int | None = None
    entered: tuple[str, ...] = ()
    judgement: Judgement | None = None


NO_START_EXTRAS: Final = StartExtras()
NO_END_EXTRAS: Final = EndExtras()


def template_of(event: Started) -> Template:
    """Return what *event* has in common with others."""
    return Template(
        name=event.name,
        function=event.function,
        names=tuple(event.inputs),
        ignored=event.ignored,
        is_protected=event.is_protected,
        kind=event.kind,
        site=event.site,
        fingerprint=event.fingerprint,
    )


def start_extras(event: Started) -> StartExtras:
    """Return what its template, branch and body do not say of *event*."""
    forms = tuple((value.form, value.is_comparable) for value in event.inputs.values())
    is_exact = all(form is Form.EXACT and is_comparable for form, is_comparable in forms)
    return StartExtras(event.key, event.shared, event.judgement, () if is_exact else forms)


def started_of(  # the parts of a record
    template: Template,
    branch: tuple[int, ...],
    step: int,
    parent: int | None,
    at_ns: int,
    values: list[Value],
    extras: StartExtras,
) -> Started:
    """Return the event that was packed; *values* are as if all were exact.

    Raises ValueError where these are not those that the template names.
    """
    if extras.forms:
        forms = zip(values, extras.forms, strict=True)
        values = [_of_form(value, form, is_comparable) for value, (form, is_comparable) in forms]
    return Started(
        step=step,
        parent=parent,
        at_ns=at_ns,
        name=template.name,
        function=template.function,
        inputs=dict(zip(template.names, values, strict=True)),
        ignored=template.ignored,
        key=extras.key,
        branch=branch,
        is_protected=template.is_protected,
        kind=template.kind,
        site=template.site,
        judgement=extras.judgement,
        fingerprint=template.fingerprint,
        shared=extras.shared,
    )


def end_extras(event: Finished, outcome: Returned) -> EndExtras:
    """Return what its body does not say of *event*, whose *outcome* it is."""
    return EndExtras(
        form=outcome.value.form,
        is_comparable=outcome.value.is_comparable,
        mutated=outcome.mutated,
        shared=outcome.shared,
        kept=outcome.kept,
        source=event.source,
        entered=event.entered,
        judgement=event.judgement,
    )


def finished_of(step: int, at_ns: int, value: Value, extras: EndExtras) -> Finished:
    """Return the event that was packed; *value* is as if it were exact."""
    value = _of_form(value, extras.form, extras.is_comparable)
    outcome = Returned(value, extras.mutated, extras.shared, extras.kept)
    return Finished(step, at_ns, outcome, extras.source, extras.entered, extras.judgement)


def _of_form(value: Value, form: Form, is_comparable: bool) -> Value:
    return value if form is Form.EXACT and is_comparable else Value(value.data, form, is_comparable)


def growth_of(last: bytes, body: bytes) -> tuple[int, int] | None:
    """Return how many bytes *body* has in common with *last* at its beginning and, after those, at its end.

    None where it is not *last* with something put in: then there is little to gain.
    """
    if len(body) < len(last):
        return None
    if body == last:
        return len(last), 0
    if len(body) == len(last) or body[:64] != last[:64]:
        return None
    prefix = _common_prefix(last, body)
    rest = len(last) - prefix
    return (prefix, rest) if body.endswith(last[prefix:]) else None


def _common_prefix(one: bytes, other: bytes) -> int:
    """Return how many bytes *one* and *other*, which is longer and different, begin with alike."""
    low, high = 0, len(one)
    step = 64  # from the end: what is put into a list of messages stands near its end
    while step < high:
        if one[: high - step] == other[: high - step]:
            low = high - step
            break
        high -= step
        step *= 8
    while high - low > 1:
        middle = (low + high) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle
    return high if one[low:high] == other[low:high] else low
