"""Opening: a session begins. The journal is made, and what is known before the first step is written to it."""

import os
import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Protocol
from weakref import WeakSet

import msgspec

from flight_recorder.config import Config
from flight_recorder.errors import ForeignStoreError
from flight_recorder.interrupted import was_interrupted
from flight_recorder.journal.folder import FOLDER_NAME, journal_path
from flight_recorder.journal.trust import check_owner
from flight_recorder.journal.writer import JournalWriter
from flight_recorder.model.event import Event, Opened
from flight_recorder.model.expectation import Expectation
from flight_recorder.model.fingerprint import Fingerprint
from flight_recorder.model.session import Launch, Mode, Status
from flight_recorder.record.deciding import Decide, RunEverything
from flight_recorder.record.effects import follow_effects, unfollow_effects
from flight_recorder.record.entered import unwatch_session, watch_session
from flight_recorder.record.following import follow_libraries, unfollow_libraries
from flight_recorder.record.guard import warn_once
from flight_recorder.record.launching import this_launch
from flight_recorder.record.learning import Learner
from flight_recorder.record.quick import Quick
from flight_recorder.record.recording import Recording
from flight_recorder.record.registry import Registered
from flight_recorder.record.secrecy import kept_launch, secrets_of
from flight_recorder.record.spawning import follow_spawning, unfollow_spawning

_process = uuid.uuid4().hex
_next_index = count().__next__


class Lineage(msgspec.Struct, frozen=True):
    """What a replay says of the session that it makes; the default is a session that is no replay."""

    session: str = ""
    replay_of: str | None = None
    is_overridden: bool = False
    launch: Launch | None = None  # how the replayed program was started; None: as this one was


class Journal(Protocol):
    """Where the events of a session go."""

    @property
    def is_in_child(self) -> bool:
        """Whether this process was forked from the one that began the session."""

    def is_intact(self) -> bool:
        """Whether what was written can still be found."""

    def close(self) -> None:
        """Take no more events."""

    def delete(self) -> None:
        """Take no more events, and keep none."""


class OpenSession:
    """A session that is being recorded, with its journal. Threads are followed until it is closed."""

    def __init__(self, id: str, recording: Recording, journal: Journal) -> None:
        follow_spawning()
        follow_libraries()
        follow_effects()
        self.id = id
        self.recording = recording
        self.journal = journal
        self.after: Callable[[], None] = _nothing  # called when the session is closed; an experiment ends there

    def discard(self) -> None:
        """Leave nothing of the session behind: it was not to be. For a process that ends now."""
        self.recording.guard.is_open = False
        self.journal.delete()

    def close(self, status: Status, unmet: Expectation | None = None) -> None:
        """Write the end, close the journal, and put back what the session replaced."""
        unfollow_spawning()
        unfollow_libraries()
        unfollow_effects()
        unwatch_session(self.recording)
        if self.recording.is_open and not self.journal.is_intact():
            warn_once("recording was lost: the journal was deleted while the program ran")
        if self.journal.is_in_child:
            self.recording.guard.is_open = False  # the end is for the process that began the session to tell
        self.recording.end(status, unmet)
        self.journal.close()
        self.after()


def _nothing() -> None:
    """Do nothing."""


class SessionJournal:
    """Where a session's events go: a file of this process. A forked child goes on in a file of its own."""

    def __init__(self, home: Path, session: str) -> None:
        self._home = home
        self._session = session
        self.is_in_child = False
        self._writer: JournalWriter | None = JournalWriter.open(self._path())
        _open_journals.add(self)

    def append(self, event: Event) -> None:
        """Write *event*; raises OSError when the file cannot take it."""
        self.writer().append(event)

    def writer(self) -> JournalWriter:
        """Return what writes to the file; raises OSError when it cannot be made."""
        if self._writer is None:  # the first event after a fork
            self._writer = JournalWriter.open(self._path())
        return self._writer

    def is_intact(self) -> bool:
        """Whether what was written can still be found at its path."""
        return self._writer is None or self._writer.is_intact()

    def close(self) -> None:
        """Close the file."""
        _open_journals.discard(self)
        if self._writer is not None:
            with suppress(OSError):  # what becomes a daemon closes every file of its process, this one too
                self._writer.close()

    def delete(self) -> None:
        """Close the file, and remove it."""
        self.close()
        if self._writer is not None:
            self._writer.path.unlink(missing_ok=True)

    def leave_parent(self) -> None:
        """In a forked child: let go of the parent's file."""
        self.is_in_child = True
        if self._writer is not None:
            self._writer.after_fork_in_child()
            self._writer = None

    def _path(self) -> Path:
        return journal_path(self._home, self._session, os.getpid())


_open_journals: "WeakSet[SessionJournal]" = WeakSet()
_open_recordings: "WeakSet[Recording]" = WeakSet()


class Opener(Protocol):
    """What begins a session: `open_session`, or what a replay puts in its place."""

    def __call__(self, config: Config, entry: Registered, mode: Mode) -> OpenSession | None: ...


def begin(config: Config, entry: Registered, mode: Mode) -> OpenSession | None:
    """Return the session of this process that begins with *entry*; None when there is to be none."""
    return _opener(config, entry, mode)


def use_opener(opener: Opener) -> None:
    """Let *opener* begin the sessions of this process from now on. For the replay's own process only."""
    global _opener
    _opener = opener


def is_recording() -> bool:
    """Whether the sessions of this process are recordings, not replays."""
    return _opener is open_session


def open_session(config: Config, entry: Registered, mode: Mode) -> OpenSession | None:
    """Return a session that has begun, or None when nothing can be recorded here (one warning says why)."""
    try:
        return begin_session(config, entry, mode, Learner(config.project, secrets_of(config)))
    except Exception as error:  # contained: the user's program must not notice
        if was_interrupted(error):
            raise
        why = str(error) if isinstance(error, ForeignStoreError) else repr(error)
        if isinstance(error, OSError) and error.strerror:
            why = f"{error.strerror} ({error.filename})"
        warn_once(f"recording is off: {why}")
        return None


def begin_session(
    config: Config,
    entry: Registered,
    mode: Mode,
    learner: Learner,
    decide: Decide | None = None,
    lineage: Lineage | None = None,
) -> OpenSession:
    """Return a session that has begun: its journal holds what is known before the first step.

    Raises OSError when the journal cannot be made or written.
    """
    lineage = lineage or Lineage()
    id = lineage.session or new_session_id()
    make_home(config.home)
    learned: list[tuple[str, Fingerprint]] = []
    if not entry.is_block:
        learner.learn(entry)
        learned = learner.learn_all()
    journal = SessionJournal(config.home, id)
    recording = Recording(journal.append, decide or RunEverything(), config.project, learner, str(config.home))
    if decide is None:
        recording.quick = Quick(recording, journal)
    journal.append(
        Opened(
            session=id,
            entry=entry.name,
            mode=mode,
            at_ns=time.time_ns(),
            launch=kept_launch(lineage.launch or this_launch(config, entry), learner.settings.secrets),
            process=_process,
            index=_next_index(),
            replay_of=lineage.replay_of,
            is_overridden=lineage.is_overridden,
        )
    )
    for key, fingerprint in learned:
        recording.write_learned(key, fingerprint)
    watch_session(recording, config.project)
    _open_recordings.add(recording)
    return OpenSession(id, recording, journal)


def new_session_id() -> str:
    """Return a new id: 16 hex digits."""
    return uuid.uuid4().hex[:16]


def make_home(home: Path) -> None:
    """Make the folder of the recording, for its owner only, with a `.gitignore` that covers all of it.

    Raises ForeignStoreError when it is there and another user's.
    """
    folder = home / FOLDER_NAME
    check_owner(home, (FOLDER_NAME,))
    if folder.is_dir():
        return
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.mkdir(mode=0o700, exist_ok=True)
    ignore = home / ".gitignore"
    if not ignore.exists():
        with open(ignore, "w", encoding="utf-8", opener=_for_me_alone) as file:
            file.write("*\n")


def _for_me_alone(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _after_fork_in_child() -> None:
    global _process, _next_index
    _process, _next_index = uuid.uuid4().hex, count().__next__  # its sessions are no sessions of its parent's
    for journal in list(_open_journals):
        journal.leave_parent()
    first = int.from_bytes(os.urandom(3), "big") + 1 << 24  # its parent goes on with the small numbers
    for recording in list(_open_recordings):
        recording.number_from(first)


if hasattr(os, "register_at_fork"):  # not on Windows, which does not fork
    os.register_at_fork(after_in_child=_after_fork_in_child)

_opener: Opener = open_session
