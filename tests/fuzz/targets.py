"""Targets: what is fed arbitrary bytes. Each returns whatever comes; what it raises, but our own errors, is a find.

The files to begin with are really recorded. Nothing may run because a file says so: an audit hook raises what no
target lets pass when code is compiled, a process started or a module imported that was not there before.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, suppress
from functools import cache
from io import StringIO
from pathlib import Path
from typing import Any

from flight_recorder.cli.overrides import read_overrides
from flight_recorder.codec.decode import decode
from flight_recorder.codec.preview import full_text, preview, to_plain
from flight_recorder.errors import FlightRecorderError, NotRebuildableError, UnreadableError
from flight_recorder.journal.folder import journals_in
from flight_recorder.journal.reader import read_events
from flight_recorder.model.session import Session
from flight_recorder.model.value import Value
from flight_recorder.store.database import open_store
from flight_recorder.store.drain import drain
from flight_recorder.store.load import load_session
from flight_recorder.store.sessions import last_session_id, list_sessions

# A session of every kind of value and ending; it is killed in the middle when it is told so.
PROGRAM = """
import collections, dataclasses, datetime, decimal, enum, os, pathlib, sys, uuid
from flight_recorder import FlightRecorder
fr = FlightRecorder()

class Color(enum.Enum):
    RED = 1

@dataclasses.dataclass
class Quote:
    price: decimal.Decimal
    on: datetime.date

VALUES = [
    None, True, 2**70, -1.5, float("nan"), "text", "\\ud800", b"bytes", (1, 2), {1, 2}, {1: "a"},
    {"$": "dict"}, Color.RED,
    Quote(decimal.Decimal("1.50"), datetime.date(2024, 5, 1)), collections.deque([1], 3), collections.Counter("aab"),
    pathlib.PurePosixPath("/x"), uuid.UUID(int=7), datetime.datetime(2024, 5, 1, tzinfo=datetime.timezone.utc),
    ValueError("x", 1), range(3), len, Quote, object(), complex(1, 2), ..., collections.OrderedDict(a=1),
]

@fr.register("step")
def step(value):
    return value

@fr.register("stream")
def stream(values):
    yield from values

@fr.register("fails")
def fails(values):
    values.append(1)
    raise KeyError("nothing here")

@fr.register("main")
def main():
    for value in VALUES:
        step(value)
    list(stream(VALUES))
    try:
        fails([])
    except KeyError:
        pass
    if len(sys.argv) > 1:
        os.kill(os.getpid(), 9)

fr.run(main)
"""


@cache
def recorded() -> Path:
    """Return a folder in which the program was recorded: one session in the store, one in a journal."""
    folder = Path(tempfile.mkdtemp(prefix="fuzz-"))
    (folder / "program.py").write_text(PROGRAM)
    env = {name: value for name, value in os.environ.items() if not name.startswith("FLIGHT_RECORDER")}
    for words in ((), ("killed",)):
        subprocess.run([sys.executable, "program.py", *words], cwd=folder, env=env, check=False, timeout=60)
    return folder / ".flight-recorder"


@cache
def journal_bytes() -> bytes:
    """Return a journal as it was recorded."""
    (path,) = journals_in(recorded())
    return path.read_bytes()


@cache
def journal_name() -> str:
    """Return what that journal is called."""
    (path,) = journals_in(recorded())
    return path.name


@cache
def store_bytes() -> bytes:
    """Return a store as it was recorded, in one file."""
    return (recorded() / "store.db").read_bytes()


@cache
def session() -> Session:
    """Return the recorded session."""
    with open_store(recorded(), create=False) as store:
        id = last_session_id(store)
        assert id is not None
        return load_session(store, id)


@cache
def values() -> tuple[bytes, ...]:
    """Return the typed JSON of every value in the session."""
    return tuple({value.data for step in session().steps.values() for value in step.inputs.values()})


def journal(data: bytes) -> None:
    """Read *data* as a journal, and move it into a store."""
    with _home() as home:
        path = home / "journal" / journal_name()
        path.parent.mkdir()
        path.write_bytes(data)
        try:
            for _ in read_events(path):
                pass
        except UnreadableError:
            pass
        try:
            drain(home)
        except UnreadableError:
            return
        _read_all(home)


def store(data: bytes) -> None:
    """Open *data* as a store, and read all of it."""
    with _home() as home:
        (home / "store.db").write_bytes(data)
        _read_all(home)


def value(data: bytes) -> None:
    """Decode *data* as typed JSON, and show it."""
    with suppress(NotRebuildableError):
        decode(Value(data))
    for show in SHOWING:
        with suppress(UnreadableError):
            show(Value(data))


SHOWING: tuple[Callable[[Value], object], ...] = (preview, full_text, to_plain)


def mutated_value(data: bytes) -> None:
    """Decode a recorded value in which one part was replaced, as *data* says."""
    if len(data) < 3:
        return
    tree = json.loads(values()[data[0] % len(values())])
    value(json.dumps(_with_other(tree, data[1], _other(data[2:]))).encode())


def answer(data: bytes) -> None:
    """Take *data* as what `--set` and `--stub` are given."""
    text = data.decode("utf-8", "surrogateescape")
    for sets, stubs in (([f"step={text}"], []), ([f"step#1{text}"], []), ([], [f"step={text}"])):
        try:
            overrides = read_overrides(session(), sets, stubs)
        except FlightRecorderError:
            continue
        for one in overrides.values():
            assert one is not None


def _read_all(home: Path) -> None:
    try:
        with open_store(home, create=False) as opened:
            for summary in list_sessions(opened, 10):
                for step in load_session(opened, summary.id).steps.values():
                    for one in step.inputs.values():
                        value(one.data)
    except FlightRecorderError:
        pass


def _with_other(tree: Any, where: int, other: Any) -> Any:
    """Return *tree* with the part number *where*, counted round and round, replaced."""
    slots = list(_slots(tree))
    if not slots:
        return other
    holder, key = slots[where % len(slots)]
    holder[key] = other
    return tree


def _slots(node: Any) -> Iterator[tuple[Any, Any]]:
    parts = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, part in list(parts):
        yield node, key
        yield from _slots(part)


def _other(data: bytes) -> Any:
    text = data.decode("latin-1")
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


@contextmanager
def _home() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder, redirect_stderr(StringIO()):
        yield Path(folder)


class CodeRan(BaseException):
    """Something that was read made code run."""


_is_watching = False
_has_hook = False
_FORBIDDEN = (
    "exec",
    "import",
    "subprocess.Popen",
    "os.system",
    "os.exec",
    "os.posix_spawn",
    "os.fork",
    "pickle.find_class",
)


def _hear(event: str, arguments: tuple[Any, ...]) -> None:
    if _is_watching and event in _FORBIDDEN:
        raise CodeRan(f"{event} {arguments[:1]}")


@contextmanager
def nothing_runs() -> Iterator[None]:
    """Raise CodeRan where the block imports a module, starts a process or runs compiled code."""
    global _is_watching, _has_hook
    if not _has_hook:
        _has_hook = True
        sys.addaudithook(_hear)
    _is_watching = True
    try:
        yield
    finally:
        _is_watching = False


def seeds_of(name: str) -> list[bytes]:
    """Return what to begin with for the target *name*; it has been fed each, so that all it needs is imported."""
    target, seeds = TARGETS[name]
    found = seeds()
    for seed in found:
        target(seed)
    return found


TARGETS: dict[str, tuple[Callable[[bytes], None], Callable[[], list[bytes]]]] = {
    "journal": (journal, lambda: [journal_bytes()]),
    "store": (store, lambda: [store_bytes()]),
    "value": (value, lambda: list(values())),
    "mutated-value": (mutated_value, lambda: [bytes([n, n]) + data for n, data in enumerate(values())][:200]),
    "answer": (answer, lambda: [b"1", b'{"a": [1, null]}', b".a[0]=3", b"[[", b"@\0", b'"\\ud800"', b"1" * 5000]),
}
