"""Launch: start the process that replays a session, and talk to it."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from select import select
from threading import Thread
from typing import Protocol, Self

import msgspec

from flight_recorder.config import DISABLED_VARIABLE
from flight_recorder.journal.trust import is_foreign
from flight_recorder.model.fingerprint import Fingerprint
from flight_recorder.model.session import Launch
from flight_recorder.plan.budget import Budget
from flight_recorder.plan.override import Override
from flight_recorder.plan.sending import Sending
from flight_recorder.replay.messages import Begun, Go, Message, Request, decode, encode

WORKER = "flight_recorder.replay.worker"
GRACE_S = 2.0  # for what the program does on Ctrl-C
CHUNK_BYTES = 1 << 16

_PYTHON = re.compile(r"(python|pypy)[0-9.]*[a-z]?(\.exe)?", re.IGNORECASE)
_OPTIONS = ("-O", "-I", "-P")
# A warning's category with a module in it would be imported.
_OPTIONS_WITH_VALUE = {"-X": re.compile(r"dev|utf8"), "-W": re.compile(r"[^:]+(:[^:]*(:\w*(:[^:]*(:\d*)?)?)?)?")}


class Options(msgspec.Struct, frozen=True):
    """What the user asked for beside the rule; names of steps."""

    forced: tuple[str, ...] = ()
    is_all_forced: bool = False
    allowed: tuple[str, ...] = ()
    overrides: Mapping[str, Override] = {}
    sending: Sending = Sending()
    is_audit: bool = False  # the functions of served steps are called as well, and compared
    budget: Budget | None = None  # of an experiment; None: a replay like others
    old_code: Mapping[str, Fingerprint] = {}  # by step; in an experiment


class Process(Protocol):
    """A process that was started."""

    @property
    def pid(self) -> int:
        """Its number."""

    def wait(self) -> int:
        """Return its exit status when it has ended; negative when a signal ended it."""


Begin = Callable[[Launch, int, int], Process]
"""Starts a worker, and gives it two ends of pipes: for answers to read, and for messages to write."""


class ReplayProcess:
    """The process that replays *session*, which *launch* began. Its stdin is ours; its stdout too, unless *stdout*
    names another file descriptor.

    *begin* starts it in another way: to be watched, or as an experiment.
    """

    def __init__(
        self,
        home: Path,
        session: str,
        launch: Launch,
        replay: str,
        options: Options,
        stdout: int | None = None,
        begin: Begin | None = None,
    ) -> None:
        self._has_begun = False
        answers_read, self._answers = os.pipe()
        self._messages, messages_write = os.pipe()
        request = Request(
            home=str(home),
            session=session,
            replay=replay,
            forced=options.forced,
            is_all_forced=options.is_all_forced,
            allowed=options.allowed,
            overrides=dict(options.overrides),
            sending=options.sending,
            is_audit=options.is_audit,
            is_watched=begin is not None and options.budget is None,
            budget=options.budget,
            old_code=dict(options.old_code),
        )
        try:
            self._process = (begin or Cold(stdout))(launch, answers_read, messages_write)
        finally:
            os.close(answers_read)
            os.close(messages_write)
        # A process that has ended already has said why on stderr.
        with suppress(BrokenPipeError), open(self._answers, "wb", closefd=False) as answers:
            answers.write(encode(request) + b"\n")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._hang_up()
        os.close(self._messages)
        self._process.wait()

    def messages(self) -> Iterator[Message]:
        """Yield what the process says, until it has ended."""
        with open(self._messages, "rb", closefd=False) as lines:
            for line in lines:
                yield decode(line)

    def messages_and_pauses(self, pause_s: float) -> Iterator[Message | None]:
        """Yield what the process says, and None whenever it has said nothing for *pause_s* seconds."""
        text = b""
        while True:
            if not select([self._messages], [], [], pause_s)[0]:
                yield None
                continue
            chunk = os.read(self._messages, CHUNK_BYTES)
            if not chunk:
                return
            *lines, text = (text + chunk).split(b"\n")
            for message in map(decode, lines):
                self._has_begun = self._has_begun or isinstance(message, Begun)
                yield message

    def go(self) -> None:
        """Let the replay run."""
        os.write(self._answers, encode(Go()) + b"\n")

    def stop(self) -> None:
        """End the replay before anything has run."""
        self._hang_up()

    def end(self) -> None:
        """End the process, which leads a group, and those that it started: by Ctrl-C, by force if that takes long.

        Before the program begins it is by force: only our own files ran, and Ctrl-C would show them in a traceback.
        """
        self._signal(signal.SIGINT if self._has_begun else signal.SIGKILL)
        gone = self._waiting()
        gone.join(GRACE_S)
        self._signal(signal.SIGKILL)
        gone.join()

    def leave(self) -> None:
        """Let the process, which leads a group and has said all, come to its end; end it if that takes long."""
        gone = self._waiting()
        gone.join(GRACE_S)
        if gone.is_alive():
            self.end()
        self._signal(signal.SIGKILL)  # what it started, and left behind

    def wait(self) -> int:
        """Return the exit status of the program; negative when a signal killed it."""
        return self._process.wait()

    def _waiting(self) -> Thread:
        gone = Thread(target=self._process.wait)
        gone.start()
        return gone

    def _signal(self, number: int) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, number)

    def _hang_up(self) -> None:
        if self._answers >= 0:
            os.close(self._answers)
            self._answers = -1


class Cold(msgspec.Struct, frozen=True):
    """Starts a worker in a new process; with *is_watched* as the leader of a group, with nothing to read."""

    stdout: int | None = None
    is_watched: bool = False
    stderr: int | None = None

    def __call__(self, launch: Launch, answers: int, messages: int) -> Process:
        """Start it."""
        return subprocess.Popen(
            [*interpreter(launch), "-m", WORKER, str(answers), str(messages)],
            cwd=launch.cwd,
            env=environment(launch),
            pass_fds=(answers, messages),
            stdin=subprocess.DEVNULL if self.is_watched else None,
            stdout=self.stdout,
            stderr=self.stderr,
            process_group=0 if self.is_watched else None,
        )


def interpreter(launch: Launch) -> list[str]:
    """Return the recorded interpreter with its options, or this one when that has gone or is none.

    A recording can be forged: only options that the recorder writes are taken, as `-c` would run the text behind it.
    """
    executable = launch.executable if _is_python(launch.executable) else sys.executable
    return [executable, *_known_options(launch.flags)]


def _is_python(file: str) -> bool:
    name = os.path.basename(file)
    return _PYTHON.fullmatch(name) is not None and os.path.isfile(file) and not is_foreign(Path(file))


def _known_options(flags: Sequence[str]) -> list[str]:
    known = []
    following = iter(flags)
    for flag in following:
        if flag in _OPTIONS:
            known.append(flag)
        elif flag in _OPTIONS_WITH_VALUE and _OPTIONS_WITH_VALUE[flag].fullmatch(value := next(following, "")):
            known += flag, value
    return known


def environment(launch: Launch) -> dict[str, str]:
    """Return the environment of the replay: ours, but for what decides how the recorded program went."""
    variables = dict(os.environ)
    variables.pop(DISABLED_VARIABLE, None)
    for variable, recorded in (("PYTHONHASHSEED", launch.hash_seed), ("TZ", launch.time_zone)):
        variables.pop(variable, None)
        if recorded:
            variables[variable] = recorded
    return variables
