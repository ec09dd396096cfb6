"""Launch: start the process that replays a session, and talk to it."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from flight_recorder.config import DISABLED_VARIABLE
from flight_recorder.model.session import Launch, Session
from flight_recorder.plan.override import Override
from flight_recorder.replay.messages import Go, Message, Request, decode, encode

WORKER = "flight_recorder.replay.worker"


@dataclass(frozen=True, slots=True)
class Options:
    """What the user asked for beside the rule; names of steps."""

    forced: tuple[str, ...] = ()
    is_all_forced: bool = False
    allowed: tuple[str, ...] = ()
    overrides: Mapping[str, Override] = field(default_factory=dict)


class ReplayProcess:
    """The process that replays. Its stdin is ours; its stdout too, unless *stdout* names another file descriptor."""

    def __init__(
        self, home: Path, session: Session, replay: str, options: Options, stdout: int | None = None
    ) -> None:
        answers_read, self._answers = os.pipe()
        self._messages, messages_write = os.pipe()
        request = Request(
            home=str(home),
            session=session.id,
            replay=replay,
            forced=options.forced,
            is_all_forced=options.is_all_forced,
            allowed=options.allowed,
            overrides=dict(options.overrides),
        )
        try:
            self._process = subprocess.Popen(
                _command(session.launch, answers_read, messages_write),
                cwd=session.launch.cwd,
                env=_environment(session.launch),
                pass_fds=(answers_read, messages_write),
                stdout=stdout,
            )
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

    def go(self) -> None:
        """Let the replay run."""
        os.write(self._answers, encode(Go()) + b"\n")

    def stop(self) -> None:
        """End the replay before anything has run."""
        self._hang_up()

    def wait(self) -> int:
        """Return the exit status of the program; negative when a signal killed it."""
        return self._process.wait()

    def _hang_up(self) -> None:
        if self._answers >= 0:
            os.close(self._answers)
            self._answers = -1


def _command(launch: Launch, answers: int, messages: int) -> list[str]:
    executable = launch.executable if os.path.isfile(launch.executable) else sys.executable
    return [executable, *launch.flags, "-m", WORKER, str(answers), str(messages)]


def _environment(launch: Launch) -> dict[str, str]:
    """Return the environment of the replay: ours, but for what decides how the recorded program went."""
    environment = dict(os.environ)
    environment.pop(DISABLED_VARIABLE, None)
    for variable, recorded in (("PYTHONHASHSEED", launch.hash_seed), ("TZ", launch.time_zone)):
        environment.pop(variable, None)
        if recorded:
            environment[variable] = recorded
    return environment
