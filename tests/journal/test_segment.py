"""Segment: records in a memory map, by each of the two that write them."""

from typing import Any
from zlib import crc32

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flight_recorder.journal.format import frame_of
from flight_recorder.journal.segment import Segment


@pytest.fixture(params=["in Python", "compiled"])
def new_segment(request: pytest.FixtureRequest) -> Any:
    """What makes a segment."""
    if request.param == "in Python":
        return Segment
    return pytest.importorskip("flight_recorder_speed", reason="the compiled part is not installed").Segment


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    records=st.lists(st.tuples(st.binary(max_size=40), st.binary(max_size=300)), max_size=8),
    before=st.integers(0, 50),
    size=st.integers(1, 1000),
)
def test_records_stand_one_behind_the_other_until_one_has_no_room(
    new_segment: Any, records: list[tuple[bytes, bytes]], before: int, size: int
) -> None:
    memory, first = bytearray(size), 4096
    segment = new_segment()
    segment.end = first + min(before, size)
    segment.open(memory, first)
    wanted = bytearray(segment.end - first)

    for head, body in records:
        record = frame_of(head, body) + head + body
        has_room = len(wanted) + len(record) <= size
        assert segment.put(head, body) is has_room
        if has_room:
            wanted += record

    assert memory == wanted.ljust(size, b"\0")
    assert (segment.end, segment.limit) == (first + len(wanted), first + size)


def test_a_segment_without_a_map_takes_nothing(new_segment: Any) -> None:
    segment, memory = new_segment(), bytearray(100)
    assert not segment.put(b"head", b"body")

    segment.open(memory, 0)
    assert segment.put(b"head", b"body")
    segment.close()

    assert not segment.put(b"head", b"body")
    assert (segment.end, segment.limit, segment.is_busy) == (16, 0, False)
    memory.clear()  # which nobody holds any more


def test_a_map_that_does_not_go_on_where_the_records_end_is_refused() -> None:
    compiled = pytest.importorskip("flight_recorder_speed", reason="the compiled part is not installed")
    segment = compiled.Segment()
    for end, first in ((5, 10), (25, 10)):
        segment.end = end
        with pytest.raises(ValueError, match="does not begin in this part"):
            segment.open(bytearray(10), first)
        assert not segment.put(b"", b"")


@given(data=st.binary(max_size=400), again=st.integers(0, 300), value=st.integers(0, 2**32 - 1))
def test_the_compiled_checksum_is_that_of_zlib(data: bytes, again: int, value: int) -> None:
    compiled = pytest.importorskip("flight_recorder_speed", reason="the compiled part is not installed")
    data *= again

    assert compiled.crc32(data, value) == crc32(data, value)
    assert compiled.crc32(data[1:]) == crc32(data[1:])


def test_what_is_no_pair_of_bytes_is_refused() -> None:
    compiled = pytest.importorskip("flight_recorder_speed", reason="the compiled part is not installed")
    with pytest.raises(TypeError):
        compiled.Segment().put("head", b"body")
    with pytest.raises(TypeError):
        compiled.Segment(1)
