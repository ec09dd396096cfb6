"""Writing a journal: real files, real processes, real signals."""

import errno
import mmap
import os
import shutil
import signal
import stat
import subprocess
import sys
import threading
from collections import defaultdict
from pathlib import Path

import msgspec
import pytest

from flight_recorder.journal import lock
from flight_recorder.journal.folder import JournalName, journal_path, journals_in, parse_name
from flight_recorder.journal.reader import is_live, read_events
from flight_recorder.journal.writer import JournalWriter
from flight_recorder.model.event import Ended, Event, Finished, Started
from flight_recorder.model.failure import Failure
from flight_recorder.model.session import Status
from flight_recorder.model.step import Closed, Raised, Returned
from flight_recorder.model.value import Value

EVENT = Ended(7, Status.SUCCESS)

PRELUDE = """
import os, resource, signal, sys, threading, warnings
from pathlib import Path
from flight_recorder.journal.reader import is_live, read_events
from flight_recorder.journal.writer import JournalWriter
from flight_recorder.model.event import Ended, Finished
from flight_recorder.model.session import Status
from flight_recorder.model.step import Returned
from flight_recorder.model.value import Value
path = Path(sys.argv[1])
"""


def run(code: str, path: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", PRELUDE + code, str(path)], capture_output=True, text=True, timeout=60, check=False
    )


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_name_of_a_journal_tells_session_and_process(tmp_path: Path) -> None:
    path = journal_path(tmp_path, "4f2a", 17)

    assert path == tmp_path / "journal" / "4f2a-17.journal"
    assert parse_name(path) == JournalName("4f2a", 17)
    assert parse_name(path.with_name("4f2a-17-2.journal")) == JournalName("4f2a", 17)
    assert parse_name(path.with_name("notes.journal")) is None


def test_a_journal_and_its_folders_are_for_the_owner_alone(tmp_path: Path) -> None:
    path = journal_path(tmp_path / "home", "4f2a", 17)

    JournalWriter.open(path).close()

    assert mode_of(path) == 0o600
    assert mode_of(path.parent) == 0o700
    assert mode_of(path.parent.parent) == 0o700
    assert journals_in(tmp_path / "home") == [path]


def test_what_is_appended_is_read_in_order(tmp_path: Path) -> None:
    writer = JournalWriter.open(journal_path(tmp_path, "4f2a", 17))
    events = [Ended(at_ns, Status.FAILED) for at_ns in range(100)]

    for event in events:
        writer.append(event)

    assert list(read_events(writer.path)) == events
    writer.close()
    assert list(read_events(writer.path)) == events


@pytest.mark.skipif(sys.platform != "linux", reason="counts system calls in /proc")
def test_a_long_event_costs_one_write_and_many_short_ones_one(tmp_path: Path) -> None:
    def writes() -> int:
        counters = dict(line.split(": ") for line in Path("/proc/self/io").read_text().splitlines())
        return int(counters["syscw"])

    writer = JournalWriter.open(journal_path(tmp_path, "4f2a", 17))
    before = writes()
    for _ in range(10):
        writer.append(Finished(1, 2, Returned(Value(b"x" * 100_000))))
    after_long = writes()
    for _ in range(100):
        writer.append(EVENT)
    after_short = writes()
    writer.close()

    assert (after_long - before, after_short - after_long) == (10, 1)


def test_room_that_was_not_used_is_given_back(tmp_path: Path) -> None:
    writer = JournalWriter.open(journal_path(tmp_path, "4f2a", 17))
    writer.append(EVENT)
    while_open = writer.path.stat().st_size

    writer.close()

    assert writer.path.stat().st_size < 100 < while_open


@pytest.mark.skipif(not hasattr(os, "posix_fallocate"), reason="needs room that can be taken beforehand")
def test_where_no_room_can_be_taken_beforehand_each_event_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_fd: int, _at: int, _size: int) -> None:
        raise OSError(errno.EOPNOTSUPP, os.strerror(errno.EOPNOTSUPP))

    monkeypatch.setattr(os, "posix_fallocate", refuse)
    writer = JournalWriter.open(journal_path(tmp_path, "4f2a", 17))
    events = [Ended(at_ns, Status.FAILED) for at_ns in range(100)]
    for event in events:
        writer.append(event)

    assert list(read_events(writer.path)) == events
    assert writer.path.stat().st_size < 3000
    writer.close()


def test_a_list_that_grows_from_call_to_call_is_written_once(tmp_path: Path) -> None:
    writer = JournalWriter.open(journal_path(tmp_path, "4f2a", 17))
    messages: list[str] = []
    events: list[Event] = []
    for step in range(1, 301):
        messages.append(f"{step:0100}")
        inputs = {"messages": Value(msgspec.json.encode(messages)), "model": Value(b'"a-model"')}
        events.append(Started(step, None, step, "ask", "chat:ask", inputs))
        events.append(Finished(step, step, Returned(Value(msgspec.json.encode({"all": messages})))))
    for event in events:
        writer.append(event)
    writer.close()

    assert list(read_events(writer.path)) == events
    transcript = len(msgspec.json.encode(messages))
    assert writer.path.stat().st_size < 4 * transcript  # it goes in and comes out
    assert sum(len(event.inputs["messages"].data) for event in events[::2]) > 100 * transcript


def test_what_was_remembered_of_long_values_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flight_recorder.journal.writer.MAX_REMEMBERED_BYTES", 20_000)
    writer = JournalWriter.open(journal_path(tmp_path, "4f2a", 17))
    events = [
        event
        for step in range(1, 60)
        for event in (
            Started(step, 0, step, f"step {step % 7}", "m:f", {"x": Value(b'"%s"' % (b"x" * (1000 + 100 * step)))}),
            Finished(step, step, Returned(Value(b'"%s"' % (b"y" * 3000)))),
        )
    ]
    for event in events:
        writer.append(event)
    writer.close()

    assert list(read_events(writer.path)) == events


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="needs timers")
def test_ctrl_c_in_the_middle_of_an_append_leaves_whole_records(tmp_path: Path) -> None:
    path = journal_path(tmp_path, "4f2a", 17)

    done = run(
        """
writer = JournalWriter.open(path)
class Stop(Exception): pass
def ring(*_): raise Stop
signal.signal(signal.SIGALRM, ring)
written = stopped = 0
for round in range(400):
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.0002)
        while True:
            writer.append(Ended(written, Status.SUCCESS))
            written += 1
    except Stop:
        stopped += 1
writer.append(Ended(-1, Status.FAILED))
print(written, stopped)
""",
        path,
    )

    assert done.stderr == ""
    written, stopped = map(int, done.stdout.split())
    times = [event.at_ns for event in read_events(path)]
    assert times[-1] == -1
    assert set(times) == {-1, *range(written + 1)} - ({written} if written not in times else set())
    assert written <= len(times) - 1 <= written + stopped


def test_a_name_that_is_taken_is_numbered(tmp_path: Path) -> None:
    path = journal_path(tmp_path, "4f2a", 17)
    writers = [JournalWriter.open(path) for _ in range(3)]

    for number, writer in enumerate(writers):
        writer.append(Ended(number, Status.SUCCESS))
        writer.close()

    assert [writer.path.name for writer in writers] == ["4f2a-17.journal", "4f2a-17-2.journal", "4f2a-17-3.journal"]
    assert [next(read_events(writer.path)) for writer in writers] == [Ended(n, Status.SUCCESS) for n in range(3)]


def test_a_journal_that_is_deleted_as_empty_before_it_is_locked_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = journal_path(tmp_path, "4f2a", 17)
    hold = lock.hold

    def hold_after_a_drain(fd: int) -> bool:
        path.unlink(missing_ok=True)
        return hold(fd)

    monkeypatch.setattr(lock, "hold", hold_after_a_drain)
    writer = JournalWriter.open(path)
    writer.append(EVENT)
    writer.close()

    assert list(read_events(writer.path)) == [EVENT]


def test_a_journal_that_a_reader_holds_before_it_is_locked_is_left_to_the_reader(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = journal_path(tmp_path, "4f2a", 17)
    hold = lock.hold

    def hold_while_a_drain_looks(fd: int) -> bool:
        with lock.while_dead(path) as is_dead:
            assert is_dead
            return hold(fd)

    monkeypatch.setattr(lock, "hold", hold_while_a_drain_looks)
    writer = JournalWriter.open(path)
    writer.append(EVENT)
    writer.close()

    assert writer.path.name == "4f2a-17-2.journal"
    assert list(read_events(writer.path)) == [EVENT]


def test_a_journal_is_intact_until_its_folder_is_deleted(tmp_path: Path) -> None:
    writer = JournalWriter.open(journal_path(tmp_path, "4f2a", 17))
    assert writer.is_intact()

    shutil.rmtree(tmp_path / "journal")
    assert not writer.is_intact()

    JournalWriter.open(writer.path).close()  # another file of that name
    assert not writer.is_intact()
    writer.close()


def test_a_closed_journal_takes_nothing_and_writes_into_no_other_file(tmp_path: Path) -> None:
    writer = JournalWriter.open(journal_path(tmp_path, "4f2a", 17))
    writer.close()
    writer.close()

    with open(tmp_path / "of_the_user.txt", "wb"):  # is given the number that the journal had
        with pytest.raises(OSError, match="Bad file descriptor"):
            writer.append(EVENT)
        assert not writer.is_intact()

    assert (tmp_path / "of_the_user.txt").read_bytes() == b""


def test_a_journal_that_cannot_be_made_raises_an_os_error(tmp_path: Path) -> None:
    (tmp_path / "journal").write_text("a file where the folder should be")

    with pytest.raises(OSError, match=r"journal"):
        JournalWriter.open(journal_path(tmp_path, "4f2a", 17))


def test_threads_write_whole_records_each_in_its_own_order(tmp_path: Path) -> None:
    writer = JournalWriter.open(journal_path(tmp_path, "4f2a", 17))

    def write(thread: int) -> None:
        for number in range(300):
            writer.append(Finished(thread, number, Returned(Value(b"%d" % thread * 500))))

    threads = [threading.Thread(target=write, args=(thread,)) for thread in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    writer.close()

    numbers = defaultdict(list)
    for event in read_events(writer.path):
        assert isinstance(event, Finished)
        numbers[event.step].append(event.at_ns)
    assert numbers == {thread: list(range(300)) for thread in range(8)}


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="needs timers")
def test_a_signal_handler_may_record_in_the_middle_of_an_append(tmp_path: Path) -> None:
    path = journal_path(tmp_path, "4f2a", 17)

    done = run(
        """
writer = JournalWriter.open(path)
rings = []
def ring(*_):
    rings.append(1)
    writer.append(Ended(-1, Status.FAILED))
signal.signal(signal.SIGALRM, ring)
signal.setitimer(signal.ITIMER_REAL, 0.0005, 0.0005)
for at_ns in range(50_000):
    writer.append(Ended(at_ns, Status.SUCCESS))
signal.setitimer(signal.ITIMER_REAL, 0)
print(len(rings))
""",
        path,
    )

    assert done.stderr == ""
    times = [event.at_ns for event in read_events(path)]
    assert times.count(-1) == int(done.stdout) > 0
    assert [at_ns for at_ns in times if at_ns >= 0] == list(range(50_000))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs limits on file size")
def test_a_short_write_raises_and_leaves_no_torn_record_behind(tmp_path: Path) -> None:
    path = journal_path(tmp_path, "4f2a", 17)

    done = run(
        """
writer = JournalWriter.open(path)
writer.append(Ended(1, Status.SUCCESS))
soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, hard))  # as a disk that is full then
for length in (100_000, 100_001):
    try:
        writer.append(Finished(1, 2, Returned(Value(b"x" * length))))
    except OSError as error:
        print(error.strerror, len(list(read_events(path))))
writer.append(Ended(2, Status.SUCCESS))
resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
writer.append(Finished(1, 2, Returned(Value(b"x" * 100_000))))
""",
        path,
    )

    assert done.stderr == ""
    assert done.stdout.splitlines() == ["No space left on device 1", "No space left on device 1"]
    assert list(read_events(path)) == [
        Ended(1, Status.SUCCESS),
        Ended(2, Status.SUCCESS),
        Finished(1, 2, Returned(Value(b"x" * 100_000))),
    ]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_forked_child_lets_go_of_the_journal_and_the_parent_keeps_it(tmp_path: Path) -> None:
    path = journal_path(tmp_path, "4f2a", 17)

    done = run(
        """
writer = JournalWriter.open(path)
writer.append(Ended(1, Status.SUCCESS))
taken, done = threading.Event(), threading.Event()
def write_long():
    with writer._lock:  # as while it writes
        taken.set()
        done.wait()
thread = threading.Thread(target=write_long)
thread.start()
taken.wait()
warnings.simplefilter("ignore", DeprecationWarning)  # a fork beside a thread: what is tested
if os.fork() == 0:
    signal.alarm(10)  # kills a child that waits for ever
    writer.after_fork_in_child()
    try:
        writer.append(Ended(2, Status.FAILED))
    except OSError as error:
        print("child:", error.strerror, is_live(path), flush=True)
    os._exit(0)
os.wait()
done.set()
thread.join()
writer.append(Ended(3, Status.SUCCESS))
print("parent:", is_live(path), writer.is_intact())
""",
        path,
    )

    assert done.stderr == ""
    assert done.stdout.splitlines() == ["child: Bad file descriptor True", "parent: True True"]
    assert list(read_events(path)) == [Ended(1, Status.SUCCESS), Ended(3, Status.SUCCESS)]


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")
@pytest.mark.parametrize("count", [0, 1, 2, 1000])
def test_every_event_survives_a_kill_straight_after_it(tmp_path: Path, count: int) -> None:
    path = journal_path(tmp_path, "4f2a", 17)

    done = run(
        f"""
writer = JournalWriter.open(path)
for at_ns in range({count}):
    writer.append(Ended(at_ns, Status.SUCCESS))
os.kill(os.getpid(), signal.SIGKILL)
""",
        path,
    )

    assert done.returncode == -signal.SIGKILL
    assert [event.at_ns for event in read_events(path)] == list(range(count))
    assert not is_live(path)


@pytest.mark.skipif(not hasattr(os, "posix_fallocate"), reason="needs room that can be taken beforehand")
@pytest.mark.parametrize("call", ["fstat", "posix_fallocate", "pwrite", "pwritev", "madvise"])
def test_what_a_signal_handler_raises_in_the_middle_of_a_system_call_is_not_taken_for_its_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    writer = JournalWriter.open(journal_path(tmp_path, "4f2a", 17))

    def end(_number: int, _frame: object) -> None:
        raise TimeoutError  # which is an OSError

    def interrupted(*_: object) -> None:
        signal.raise_signal(signal.SIGALRM)

    before = signal.signal(signal.SIGALRM, end)
    try:
        with monkeypatch.context() as patch:
            if call == "madvise":
                patch.setattr(mmap, "mmap", type("Map", (mmap.mmap,), {"madvise": interrupted}))
            else:
                patch.setattr(os, call, interrupted)
            with pytest.raises(TimeoutError):
                writer.append(Finished(1, 2, Returned(Value(b"1" * (100_000 if call == "pwritev" else 10)))))
    finally:
        signal.signal(signal.SIGALRM, before)
    writer.append(EVENT)
    writer.close()

    assert list(read_events(writer.path)) == [EVENT]


def test_of_a_step_that_has_ended_nothing_is_kept(tmp_path: Path) -> None:
    writer = JournalWriter.open(journal_path(tmp_path, "4f2a", 17))
    for number, outcome in enumerate((Returned(Value(b"1")), Raised(Failure("E", "no", Value(b"null"))), Closed())):
        writer.append(Started(number, None, 0, "step", "shop:step", {}))
        assert writer.template_of
        writer.append(Finished(number, 2, outcome))

        assert writer.template_of == {}
    writer.close()
