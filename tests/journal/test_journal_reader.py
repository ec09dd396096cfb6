"""Reading a journal: whatever befell the file, a prefix of the truth or one of our errors."""

import errno
import os
import signal
import struct
import subprocess
import sys
import threading
from collections.abc import Iterable
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flight_recorder.errors import NewerFormatError, UnreadableError
from flight_recorder.journal import lock
from flight_recorder.journal.folder import journal_path
from flight_recorder.journal.format import FRAME, HEADER_BYTES, MAGIC, new_header
from flight_recorder.journal.reader import Ending, is_live, read_events
from flight_recorder.journal.writer import JournalWriter
from flight_recorder.model.event import Ended, Event, Finished, Started
from flight_recorder.model.session import Status
from flight_recorder.model.step import Returned
from flight_recorder.model.value import Value
from tests.journal.made_events import EVENTS
from tests.journal.made_journals import journal_bytes, record

SMALL: list[Event] = [
    Started(1, None, 10, "qualify", "shop:qualify", {"email": Value(b'"a@b.c"')}),
    Finished(1, 20, Returned(Value(b"null"))),
    Ended(30, Status.SUCCESS),
]


def bytes_of(events: Iterable[Event]) -> bytes:
    return journal_bytes(events)[0]


def read(path: Path) -> tuple[list[Event], Ending]:
    """Return the events in *path* and how it ended."""
    events: list[Event] = []
    reading = read_events(path)
    while True:
        try:
            events.append(next(reading))
        except StopIteration as end:
            return events, end.value.ending


def read_bytes(data: bytes, path: Path) -> tuple[list[Event], Ending]:
    path.write_bytes(data)
    return read(path)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "4f2a-17.journal"


def test_a_journal_cut_at_any_byte_gives_the_events_before_the_cut(path: Path) -> None:
    whole, ends = journal_bytes(SMALL)

    for cut in range(len(whole) + 1):
        events, ending = read_bytes(whole[:cut], path)

        count = sum(end <= cut for end in ends[1:])
        assert events == SMALL[:count], cut
        if cut in ends:
            assert ending is Ending.WHOLE, cut
        if cut >= HEADER_BYTES:  # in room that was taken and not used; zeros may be what was cut off
            found, _ = read_bytes(whole[:cut] + bytes(100), path)
            assert found in (events, SMALL[: count + 1]), cut


@settings(max_examples=100, deadline=None)
@given(events=st.lists(EVENTS, max_size=4), cut=st.floats(0, 1))
def test_any_journal_cut_anywhere_gives_a_prefix(
    tmp_path_factory: pytest.TempPathFactory, events: list[Event], cut: float
) -> None:
    whole = bytes_of(events)

    found, _ = read_bytes(whole[: round(cut * len(whole))], tmp_path_factory.getbasetemp() / "cut.journal")

    assert found == events[: len(found)]


def test_no_flipped_bit_gives_an_event_that_was_not_written(path: Path) -> None:
    whole = bytes_of(SMALL)
    kinds = set()

    for bit in range(len(whole) * 8):
        flipped = bytearray(whole)
        flipped[bit // 8] ^= 1 << bit % 8
        try:
            events, ending = read_bytes(bytes(flipped), path)
        except UnreadableError as error:
            kinds.add(type(error))
            assert bit < HEADER_BYTES * 8, bit
        else:
            kinds.add(ending)
            assert events == SMALL[: len(events)], bit
            assert (len(events) == len(SMALL)) == (bit < HEADER_BYTES * 8), bit  # or else it is in the journal's id

    assert kinds == {UnreadableError, NewerFormatError, Ending.WHOLE, Ending.TORN, Ending.DAMAGED}


@settings(max_examples=200, deadline=None)
@given(junk=st.binary(min_size=1, max_size=60))
def test_junk_behind_the_last_record_is_passed_over(tmp_path_factory: pytest.TempPathFactory, junk: bytes) -> None:
    events, ending = read_bytes(bytes_of(SMALL) + junk, tmp_path_factory.getbasetemp() / "junk.journal")

    assert events == SMALL
    assert (ending is Ending.WHOLE) == (not any(junk))


@settings(max_examples=200, deadline=None)
@given(junk=st.binary(max_size=60), has_header=st.booleans())
def test_junk_alone_raises_nothing_but_our_errors(
    tmp_path_factory: pytest.TempPathFactory, junk: bytes, has_header: bool
) -> None:
    data = new_header() + junk if has_header else junk
    try:
        events, _ = read_bytes(data, tmp_path_factory.getbasetemp() / "noise.journal")
    except UnreadableError:
        assert not has_header
    else:
        assert events == []


@settings(max_examples=200, deadline=None)
@given(payload=st.binary(max_size=40))
def test_a_record_with_a_right_checksum_raises_nothing_but_our_errors(
    tmp_path_factory: pytest.TempPathFactory, payload: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "payload.journal"
    path.write_bytes(new_header() + record(payload))
    if payload == b"":
        assert read(path) == ([], Ending.WHOLE)
        return
    with pytest.raises(UnreadableError, match=r"payload\.journal"):
        read(path)


def test_zeros_behind_the_last_record_are_room_and_no_row_of_empty_records(path: Path) -> None:
    assert read_bytes(bytes_of(SMALL) + bytes(64), path) == (SMALL, Ending.WHOLE)


def test_a_record_that_was_being_copied_is_passed_over(path: Path) -> None:
    being_copied = bytes(FRAME.size) + b"the payload, before its frame" + bytes(1000)

    assert read_bytes(bytes_of(SMALL) + being_copied, path) == (SMALL, Ending.TORN)


def test_a_wrong_checksum_is_damage_where_more_follows(path: Path) -> None:
    whole, ends = journal_bytes(SMALL)
    flipped = bytearray(whole)
    flipped[ends[1] - 1] ^= 1

    assert read_bytes(bytes(flipped), path) == ([], Ending.DAMAGED)


def test_a_damaged_length_does_not_ask_for_gigabytes(path: Path) -> None:
    assert read_bytes(bytes_of(SMALL) + FRAME.pack(2**32 - 1, 0) + b"x" * 100, path) == (SMALL, Ending.TORN)


def test_a_newer_format_is_refused_with_what_to_do(path: Path) -> None:
    path.write_bytes(MAGIC + struct.pack("<I", 3) + b"whatever it holds")

    with pytest.raises(NewerFormatError) as caught:
        read(path)

    assert str(caught.value) == (
        f"the journal {path} has format 3; this version of Flight Recorder reads up to 2."
        " Upgrade flight-recorder to read it"
    )


@pytest.mark.parametrize(
    "data",
    [
        b"x",
        b"a text of the user's own",
        MAGIC + bytes(20),
        MAGIC + b"\1" + bytes(19),
        b"\x89PNG\r\n\x1a\n" + bytes(8),
    ],
)
def test_a_file_that_is_no_journal_is_refused(path: Path, data: bytes) -> None:
    path.write_bytes(data)

    with pytest.raises(UnreadableError, match=str(path)):
        read(path)


def test_an_unknown_event_is_refused_with_the_name_of_the_file(path: Path) -> None:
    payload = msgspec.msgpack.encode(["paused", 1])
    path.write_bytes(bytes_of(SMALL) + record(payload))

    with pytest.raises(NewerFormatError, match=f"the journal {path} holds an event that this version"):
        read(path)


def test_a_missing_journal_raises_an_os_error(path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read(path)


def test_a_journal_can_be_read_while_it_is_written(tmp_path: Path) -> None:
    writer = JournalWriter.open(journal_path(tmp_path, "4f2a", 17))
    events = [Finished(1, at_ns, Returned(Value(b"x" * (at_ns % 5000)))) for at_ns in range(1500)]

    def write() -> None:
        for event in events:
            writer.append(event)

    thread = threading.Thread(target=write)
    thread.start()
    while thread.is_alive():
        found, ending = read(writer.path)
        assert found == events[: len(found)]
        assert ending is not Ending.DAMAGED
    thread.join()
    writer.close()

    assert read(writer.path) == (events, Ending.WHOLE)


def test_a_journal_is_live_while_its_writer_has_it_open(tmp_path: Path) -> None:
    writer = JournalWriter.open(journal_path(tmp_path, "4f2a", 17))
    assert is_live(writer.path)

    writer.close()
    assert not is_live(writer.path)


def test_a_reader_does_not_take_another_reader_for_the_writer(tmp_path: Path) -> None:
    writer = JournalWriter.open(journal_path(tmp_path, "4f2a", 17))
    writer.close()

    with lock.while_dead(writer.path) as is_dead:
        assert is_dead
        assert not is_live(writer.path)


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")
def test_a_journal_is_not_live_any_more_when_its_writer_was_killed(tmp_path: Path) -> None:
    path = journal_path(tmp_path, "4f2a", 17)
    code = (
        "import sys, time; from pathlib import Path; from flight_recorder.journal.writer import JournalWriter;"
        "writer = JournalWriter.open(Path(sys.argv[1])); print('open', flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code, str(path)], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"open\n"
        assert is_live(path)
        process.kill()

    assert not is_live(path)


def test_a_file_that_a_reader_looks_at_is_not_taken_for_a_new_journal(tmp_path: Path) -> None:
    """Between making the file and taking its lock, a drain may look at it, and delete it as empty."""
    path = tmp_path / "4f2a-17.journal"
    path.touch()
    fd = os.open(path, os.O_RDONLY)
    with lock.while_dead(path):
        assert not lock.hold(fd)
    assert lock.hold(fd)
    os.close(fd)


@pytest.mark.skipif(sys.platform == "win32", reason="flock is what is missing")
def test_without_locks_a_journal_is_live_while_a_process_has_its_pid(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()

    def refuse(_fd: int, _operation: int) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr("fcntl.flock", refuse)  # as some network file systems answer

    ours = JournalWriter.open(journal_path(tmp_path, "4f2a", os.getpid()))
    theirs = JournalWriter.open(journal_path(tmp_path, "4f2a", ended.pid))
    assert is_live(ours.path)
    assert not is_live(theirs.path)
    ours.close()
    theirs.close()
