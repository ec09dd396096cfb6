"""The bytes of one event."""

import msgspec
import pytest
from hypothesis import given, settings

from flight_recorder.errors import NewerFormatError, UnreadableError
from flight_recorder.journal.format import MAX_PAYLOAD_BYTES, decode_event, encode, frame_of
from flight_recorder.model.event import Ended, Event, Started
from flight_recorder.model.session import Status
from flight_recorder.model.value import Value
from tests.journal.made_events import EVENTS


@settings(max_examples=300, deadline=None)
@given(EVENTS)
def test_an_event_survives_the_way_through_bytes(event: Event) -> None:
    decoded = decode_event(encode(event))

    assert decoded == event
    assert msgspec.structs.asdict(decoded) == msgspec.structs.asdict(event)


@settings(max_examples=50, deadline=None)
@given(EVENTS)
def test_equal_events_give_equal_bytes(event: Event) -> None:
    assert encode(decode_event(encode(event))) == encode(event)


def test_text_without_a_utf8_form_is_kept_in_backslash_notation() -> None:
    event = Started(1, None, 0, "read \udcff", "shop:read", {"pa\ud800th": Value(b'"x"')})

    decoded = decode_event(encode(event))

    assert decoded == Started(1, None, 0, "read \\udcff", "shop:read", {"pa\\ud800th": Value(b'"x"')})


def test_an_event_kind_of_a_later_version_is_named_as_such() -> None:
    payload = msgspec.msgpack.encode(["paused", 1, 2])

    with pytest.raises(NewerFormatError, match=r"does not know: Invalid value 'paused'"):
        decode_event(payload)


def test_fields_that_a_later_version_added_to_an_event_are_passed_over() -> None:
    payload = msgspec.msgpack.encode(["ended", 5, "success", None, [], "a later field"])

    assert decode_event(payload) == Ended(5, Status.SUCCESS)


@pytest.mark.parametrize("payload", [b"", b"\xc1", b"\x93\xa5ended", b"\xa5\xff\xff\xff\xff\xff"])
def test_bytes_that_are_no_event_raise_our_error(payload: bytes) -> None:
    with pytest.raises(UnreadableError):
        decode_event(payload)


def test_an_event_that_no_single_write_can_take_is_refused() -> None:
    class Huge(bytes):
        def __len__(self) -> int:
            return MAX_PAYLOAD_BYTES + 1

    with pytest.raises(OverflowError, match=r"an event of 1073741825 bytes is too large to record"):
        frame_of(Huge())
