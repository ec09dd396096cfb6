"""Unpacking: records back to events. Remembers what the writer remembered; see `packing`."""

import struct

import msgspec

from flight_recorder.errors import NewerFormatError, UnreadableError
from flight_recorder.journal import packing
from flight_recorder.journal.format import decode, decode_event
from flight_recorder.journal.packing import (
    END_HEAD,
    GROWTH,
    MIN_GROWN_BYTES,
    NO_END_EXTRAS,
    NO_START_EXTRAS,
    NUMBERED_HEAD,
    SIZE,
    START_HEAD,
    EndExtras,
    StartExtras,
    Template,
)
from flight_recorder.model.event import Event, Finished, Started
from flight_recorder.model.step import Branch
from flight_recorder.model.value import Value

FIRST_OF_EVENTS = 0x80  # msgpack's arrays begin there; below are the numbers of the other kinds of record

_items = msgspec.json.Decoder(list[msgspec.Raw]).decode


class Unpacker:
    """The records of one journal, one after the other."""

    def __init__(self) -> None:
        self._templates: dict[int, Template] = {}
        self._branches: dict[int, Branch] = {}
        self._template_of: dict[int, int] = {}
        self._inputs: dict[int, bytes] = {}
        self._results: dict[int, bytes] = {}
        self._exact: dict[bytes, Value] = {}  # equal ones are one object

    def event(self, payload: bytes) -> Event | None:
        """Return the event that *payload* tells of; None for what only later ones refer to.

        Raises NewerFormatError when this version does not know such a record, UnreadableError when it makes no sense.
        """
        kind = payload[0]
        if kind >= FIRST_OF_EVENTS:
            return decode_event(payload)
        try:
            match kind:
                case packing.START:
                    return self._started(payload)
                case packing.END:
                    return self._finished(payload)
                case packing.TEMPLATE:
                    _, number = NUMBERED_HEAD.unpack_from(payload)
                    self._templates[number] = decode(memoryview(payload)[NUMBERED_HEAD.size :], Template)
                    return None
                case packing.BRANCH:
                    _, number = NUMBERED_HEAD.unpack_from(payload)
                    self._branches[number] = decode(memoryview(payload)[NUMBERED_HEAD.size :], Branch)
                    return None
        except (struct.error, msgspec.DecodeError, ValueError, IndexError, KeyError) as error:
            raise UnreadableError(f"holds a record that makes no sense: {type(error).__name__}: {error}") from error
        raise unknown_kind(kind)

    def _value(self, data: bytes) -> Value:
        known = self._exact.get(data)
        if known is None:
            known = self._exact[data] = Value(data)
        return known

    def _started(self, payload: bytes) -> Started:
        _, flags, number, branch, step, parent, at_ns = START_HEAD.unpack_from(payload)
        extras, body = _parts(payload, START_HEAD.size, flags, self._inputs, number)
        self._template_of[step] = number
        if len(body) >= MIN_GROWN_BYTES:
            self._inputs[number] = body
        return packing.started_of(
            self._templates[number],
            self._branches[branch],
            step,
            parent if flags & packing.HAS_PARENT else None,
            at_ns,
            [self._value(bytes(item)) for item in _items(body)],
            decode(extras, StartExtras) if extras else NO_START_EXTRAS,
        )

    def _finished(self, payload: bytes) -> Finished:
        _, flags, step, at_ns = END_HEAD.unpack_from(payload)
        number = self._template_of.pop(step, -1)
        extras, body = _parts(payload, END_HEAD.size, flags, self._results, number)
        if number >= 0 and len(body) >= MIN_GROWN_BYTES:
            self._results[number] = body
        return packing.finished_of(
            step, at_ns, self._value(body), decode(extras, EndExtras) if extras else NO_END_EXTRAS
        )


def unknown_kind(kind: int) -> NewerFormatError:
    """Return the error of a record of a *kind* that is not among ours."""
    return NewerFormatError(f"holds a kind of record that this version of Flight Recorder does not know: {kind}")


def _parts(payload: bytes, at: int, flags: int, last: dict[int, bytes], number: int) -> tuple[bytes, bytes]:
    """Return the extras and the whole body of a record, whose head ends *at*."""
    extras = b""
    if flags & packing.HAS_EXTRAS:
        (size,) = SIZE.unpack_from(payload, at)
        at += SIZE.size + size
        extras = payload[at - size : at]
    if not flags & packing.IS_GROWN:
        return extras, payload[at:]
    begins, ends = GROWTH.unpack_from(payload, at)
    before = last[number]
    if begins + ends > len(before):
        raise ValueError("it has more in common with the last one than there is")
    grown = payload[at + GROWTH.size :]
    return extras, before[:begins] + grown + before[len(before) - ends :]
