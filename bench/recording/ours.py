"""Ways to record calls in our own environment: not at all, as a bare sketch, with Flight Recorder."""

import mmap
import os
import struct
import subprocess
import sys
import threading
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from itertools import count
from pathlib import Path
from time import perf_counter_ns
from typing import Any, ClassVar

from bench.recording.way import Body, Function, Way

MANY = {"small": 5_000, "medium": 500, "large": 6}  # no queue that could run over
SEGMENT_BYTES = 1 << 28


class Bare(Way):
    """Not recorded."""

    most: ClassVar[dict[str, int]] = MANY


class Floor(Way):
    """What marks the floor: what the record of a step needs, and no more.

    START before the call and END after it, each framed with its length: the kind, the step's id, that of the step
    that called it, the time; then the arguments or the result, encoded. Copied into a memory map, whose pages are
    touched for the first time as a file's that grows. No names, no sites, no failures, no search for changed
    arguments, no checksum.
    """

    packages: ClassVar[tuple[str, ...]] = ("msgspec",)
    most: ClassVar[dict[str, int]] = MANY

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._step: ContextVar[int] = ContextVar("step", default=0)
        self._next = count(1).__next__
        self._end = 0
        file = os.open(folder / "floor.map", os.O_RDWR | os.O_CREAT)
        os.posix_fallocate(file, 0, SEGMENT_BYTES)
        self._memory = mmap.mmap(file, SEGMENT_BYTES)
        os.close(file)

    def wrap(self, function: Function) -> Function:
        """Write what goes in; call; write what comes out."""
        return self._wrapped(function, self._append())

    def wrap_for_threads(self, function: Function) -> Function:
        """Appends of two threads must not meet."""
        append, lock = self._append(), threading.Lock()

        def locked(kind: bytes, step: int, parent: int, value: Any) -> None:
            with lock:
                append(kind, step, parent, value)

        return self._wrapped(function, locked)

    def _wrapped(self, function: Function, append: Callable[[bytes, int, int, Any], None]) -> Function:
        running, next_id = self._step, self._next

        def wrapper(*args: Any) -> Any:
            step, parent = next_id(), running.get()
            append(b"S", step, parent, args)
            token = running.set(step)
            try:
                result = function(*args)
            finally:
                running.reset(token)
            append(b"E", step, parent, result)
            return result

        async def async_wrapper(*args: Any) -> Any:
            step, parent = next_id(), running.get()
            append(b"S", step, parent, args)
            token = running.set(step)
            try:
                result = await function(*args)
            finally:
                running.reset(token)
            append(b"E", step, parent, result)
            return result

        return async_wrapper if function.__name__.endswith("_async") else wrapper

    def _append(self) -> Callable[[bytes, int, int, Any], None]:
        """Return what appends one record: length, kind, step, parent, time, then the value."""
        import msgspec

        encode, head, memory = msgspec.msgpack.Encoder().encode, struct.Struct("<IcIIQ"), self._memory
        pack_into, head_bytes = head.pack_into, head.size

        def append(kind: bytes, step: int, parent: int, value: Any) -> None:
            data = encode(value)
            at, size = self._end, len(data)
            begin = at + head_bytes
            if begin + size > SEGMENT_BYTES:
                at, begin = 0, head_bytes
            pack_into(memory, at, size, kind, step, parent, perf_counter_ns())
            self._end = begin + size
            memory[begin : begin + size] = data

        return append


class FlightRecorder(Way):
    """Registered functions in a session, in a store of their own."""

    packages: ClassVar[tuple[str, ...]] = ("flight-recorder",)
    most: ClassVar[dict[str, int]] = MANY

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        from flight_recorder import FlightRecorder

        self.recorder = FlightRecorder(store=folder / "store")

    def wrap(self, function: Function) -> Function:
        """Register it."""
        self.step = function.__name__
        return self.recorder.register(function.__name__)(function)

    def inside(self, body: Body) -> None:
        """A session."""
        _body.set(body)
        self.recorder.run(main)

    async def inside_async(self, body: Callable[[], Awaitable[None]]) -> None:
        """A session."""
        _body.set(body)
        await self.recorder.run(main_async)

    def in_thread(self, body: Body) -> Body:
        """Threads are followed without help."""
        return body

    def flush(self) -> None:
        """Journals become sessions of the store."""
        self.recorder.close()

    def keeps(self, mark: str) -> bool:
        """Asked as a user would ask: the store packs what it holds."""
        asked = subprocess.run(
            [sys.executable, "-m", "flight_recorder.cli.app", "show", "last", self.step, "--json"],
            env={**os.environ, "FLIGHT_RECORDER_HOME": os.fspath(self.folder / "store")},
            capture_output=True,
            text=True,
            check=False,
        )
        return mark in asked.stdout


class InPython(FlightRecorder):
    """The same, as it is where the compiled part is not installed."""

    def __init__(self, folder: Path) -> None:
        sys.modules["flight_recorder_speed"] = None  # type: ignore[assignment]  # to import it fails
        super().__init__(folder)


# The entry of a session holds none of the bench: what it names is a part of its fingerprint, and arguments are large.
_body: ContextVar[Callable[[], Any]] = ContextVar("body")


def main() -> None:
    """Call what is to be measured."""
    _body.get()()


async def main_async() -> None:
    """As `main`."""
    await _body.get()()


class OutsideOfSession(FlightRecorder):
    """A registered function that is called outside of any session."""

    def inside(self, body: Body) -> None:
        """No session."""
        body()

    async def inside_async(self, body: Callable[[], Awaitable[None]]) -> None:
        """No session."""
        await body()

    def flush(self) -> None:
        """Nothing was recorded."""

    def keeps(self, mark: str) -> bool:  # noqa: ARG002 - of any other way it is asked
        """Nothing was recorded."""
        return False
