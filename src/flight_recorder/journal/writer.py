"""Writer: appends events to a journal. On the hot path."""

import errno
import os
from collections.abc import Callable
from itertools import count
from pathlib import Path
from threading import RLock
from typing import Any

from flight_recorder.journal import lock
from flight_recorder.journal.appending import AppendedFile
from flight_recorder.journal.folder import make_private_folder, numbered
from flight_recorder.journal.format import encode, new_header
from flight_recorder.journal.packing import (
    BRANCH,
    END,
    END_HEAD,
    GROWTH,
    HAS_EXTRAS,
    HAS_PARENT,
    IS_GROWN,
    MIN_GROWN_BYTES,
    NO_END_EXTRAS,
    NO_START_EXTRAS,
    NUMBERED_HEAD,
    SIZE,
    START,
    START_HEAD,
    TEMPLATE,
    Template,
    end_extras,
    growth_of,
    start_extras,
    template_of,
)
from flight_recorder.model.event import Event, Finished, Started
from flight_recorder.model.step import Branch, Returned

MAX_NAMES = 1000
MAX_REMEMBERED_BYTES = 1 << 25  # of long bodies, in case the next ones begin alike

# O_BINARY exists on Windows alone, where "\n" would else become two bytes.
_FLAGS = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)


class JournalWriter:
    """An open journal. *path* is where it lies, which another process may have deleted since: see is_intact.

    What else is public is for the compiled part, which copies records into the *segment* itself, unless that is busy.
    """

    __slots__ = (
        "_file", "_late", "_lock", "_next_number", "_templates", "branches", "inputs", "path",
        "results", "segment", "template_of",
    )  # fmt: skip

    def __init__(self, path: Path, fd: int) -> None:
        self.path = path
        self.branches: dict[Branch, int] = {}
        self.template_of: dict[int, int] = {}  # by step, from its beginning to its end
        self._file = AppendedFile(fd)
        self.segment = self._file.segment
        # Held while a record is put together and written, never across code of the user. Reentrant, because a signal
        # handler may run meanwhile, and call a recorded step: what that writes waits its turn.
        self._lock = RLock()
        self._late: list[tuple[Callable[..., None], tuple[Any, ...]]] = []
        self._templates: dict[Template, int] = {}
        self._next_number = count().__next__  # of both
        self.inputs: dict[int, bytes] = {}  # the last long body of each template
        self.results: dict[int, bytes] = {}

    @classmethod
    def open(cls, path: Path) -> "JournalWriter":
        """Make the journal *path* (mode 0600) and hold its lock; the folder and the home are made if missing.

        A name that is taken is numbered: `4f2a-17-2.journal`. Raises OSError when the file cannot be made.
        """
        make_private_folder(path.parent.parent)
        make_private_folder(path.parent)
        for number in range(1, MAX_NAMES + 1):
            writer = cls._open_new(numbered(path, number))
            if writer is not None:
                return writer
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path))

    @classmethod
    def _open_new(cls, path: Path) -> "JournalWriter | None":
        try:
            fd = os.open(path, _FLAGS, 0o600)
        except FileExistsError:
            return None
        writer = cls(path, fd)
        # Between the two calls a drain may find the file without a lock and without a byte, and remove it.
        if not lock.hold(fd) or not writer.is_intact():
            writer.close()
            return None
        try:
            writer._file.write(new_header())
        except OSError:
            writer.close()
            raise
        return writer

    def append(self, event: Event) -> None:
        """Write *event*: once this returns, it survives the process.

        Raises OSError when it could not be written whole; the journal then is as it was before.
        """
        match event:
            case Started():
                template, branch = self.template(template_of(event)), self.branch(event.branch)
                known = start_extras(event)
                extras = b"" if known == NO_START_EXTRAS else encode(known)
                body = b"[" + b",".join(value.data for value in event.inputs.values()) + b"]"
                self.start(template, branch, event.step, event.parent, event.at_ns, body, extras)
            case Finished(outcome=Returned() as outcome):
                said = end_extras(event, outcome)
                self.end(event.step, event.at_ns, outcome.value.data, b"" if said == NO_END_EXTRAS else encode(said))
            case _:
                if isinstance(event, Finished):  # without a value
                    self.template_of.pop(event.step, None)
                self._append(encode(event))

    def template(self, template: Template) -> int:
        """Return the number of *template*, which is written when it is new."""
        number = self._templates.get(template)
        return self._number(self._templates, TEMPLATE, template) if number is None else number

    def branch(self, branch: Branch) -> int:
        """Return the number of *branch*, which is written when it is new."""
        number = self.branches.get(branch)
        return self._number(self.branches, BRANCH, branch) if number is None else number

    def _number(self, numbers: dict[Any, int], kind: int, facts: object) -> int:
        """Write *facts* under a new number, and return that; known to others once it is written.

        A signal handler that comes in between may number the same facts once more, which does no harm.
        """
        with self._lock:
            number = self._next_number()
            self._append(NUMBERED_HEAD.pack(kind, number) + encode(facts))
            numbers[facts] = number
        return number

    def start(  # on the hot path: an object for these would cost a sixth of the record
        self, template: int, branch: int, step: int, parent: int | None, at_ns: int, body: bytes, extras: bytes = b""
    ) -> None:
        """Write that a step began: *body* is the JSON array of its inputs. Raises as `append`."""
        with self._lock:
            if self.segment.is_busy:  # as in `_append`, written out: this is most of what is ever written
                self._late.append((self.start, (template, branch, step, parent, at_ns, body, extras)))
                return
            self.segment.is_busy = True
            try:
                self._start(template, branch, step, parent, at_ns, body, extras)
            finally:
                self.segment.is_busy = False
            if self._late:
                self._catch_up()

    def end(self, step: int, at_ns: int, body: bytes, extras: bytes = b"") -> None:
        """Write that a step returned: *body* is the JSON of the value. Raises as `append`."""
        with self._lock:
            if self.segment.is_busy:  # as above
                self._late.append((self.end, (step, at_ns, body, extras)))
                return
            self.segment.is_busy = True
            try:
                self._end(step, at_ns, body, extras)
            finally:
                self.segment.is_busy = False
            if self._late:
                self._catch_up()

    def _append(self, payload: bytes) -> None:
        """Write a record of another kind."""
        with self._lock:
            if self.segment.is_busy:  # a signal handler, in the middle of the lines below
                self._late.append((self._append, (payload,)))
                return
            self.segment.is_busy = True
            try:
                self._file.append(payload, b"")
            finally:
                self.segment.is_busy = False
            self._catch_up()

    def _catch_up(self) -> None:
        """Write what signal handlers left meanwhile."""
        while self._late:
            write, args = self._late.pop(0)
            write(*args)

    def _start(
        self, template: int, branch: int, step: int, parent: int | None, at_ns: int, body: bytes, extras: bytes
    ) -> None:
        flags = 0 if parent is None else HAS_PARENT
        is_short = not extras and len(body) < MIN_GROWN_BYTES
        more, after, written = (0, b"", body) if is_short else self._parts(body, extras, self.inputs.get(template))
        head = START_HEAD.pack(START, flags | more, template, branch, step, parent or 0, at_ns)
        self._file.append(head + after, written)
        self.template_of[step] = template
        if len(body) >= MIN_GROWN_BYTES:
            self._remember(self.inputs, template, body)

    def _end(self, step: int, at_ns: int, body: bytes, extras: bytes) -> None:
        template = self.template_of.pop(step, -1)  # none, if it began in the journal of another process
        is_short = not extras and len(body) < MIN_GROWN_BYTES
        flags, after, written = (0, b"", body) if is_short else self._parts(body, extras, self.results.get(template))
        self._file.append(END_HEAD.pack(END, flags, step, at_ns) + after, written)
        if template >= 0 and len(body) >= MIN_GROWN_BYTES:
            self._remember(self.results, template, body)

    def _parts(self, body: bytes, extras: bytes, last: bytes | None) -> tuple[int, bytes, bytes]:
        """Return flags, what stands between head and body, and the body as far as it is not the *last* one's."""
        flags, after = (HAS_EXTRAS, SIZE.pack(len(extras)) + extras) if extras else (0, b"")
        growth = growth_of(last, body) if last is not None and len(body) >= MIN_GROWN_BYTES else None
        if growth is None:
            return flags, after, body
        return flags | IS_GROWN, after + GROWTH.pack(*growth), body[growth[0] : len(body) - growth[1]]

    def _remember(self, bodies: dict[int, bytes], template: int, body: bytes) -> None:
        """Keep *body* in *bodies* as the last long one of its template."""
        self.segment.remembered += len(body) - len(bodies.get(template, b""))
        bodies[template] = body
        if self.segment.remembered > MAX_REMEMBERED_BYTES:
            self.inputs.clear()
            self.results.clear()
            self.segment.remembered = 0

    def close(self) -> None:
        """Close the file and let go of its lock; later appends raise OSError. Closing twice does nothing."""
        with self._lock:
            self._file.close()

    def after_fork_in_child(self) -> None:
        """Leave the journal to the parent: close the child's handle, touch neither file nor lock."""
        # The lock of the parent's other threads was copied as it stood: nobody here would ever release it.
        self._lock = RLock()
        self.segment.is_busy = False
        self._late.clear()
        self._file.leave()

    def is_intact(self) -> bool:
        """Whether the file at *path* is the one that is written to: not closed, deleted or replaced."""
        return self._file.is_at(self.path)
