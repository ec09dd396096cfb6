"""Forking: the command's end of a warm process, from which replays are forked."""

import os
import socket
import subprocess
import sys
from contextlib import suppress
from select import select

import msgspec

from flight_recorder.model.session import Launch
from flight_recorder.replay.launch import Process, environment, interpreter
from flight_recorder.replay.messages import (
    MAX_MESSAGE_BYTES,
    Answer,
    Exited,
    Forked,
    Loaded,
    Preload,
    Ready,
)

WARM = "flight_recorder.replay.warm"
END_S = 2.0

_answers: msgspec.json.Decoder[Answer] = msgspec.json.Decoder(Answer)


class Warm:
    """A process that has the libraries imported which *loaded* names, or is importing them."""

    def __init__(self, launch: Launch, loaded: Loaded, stdout: int | None) -> None:
        self.loaded = loaded
        self._channel, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(
                [*interpreter(launch), "-m", WARM, str(theirs.fileno())],
                cwd=launch.cwd,
                env=environment(launch),
                pass_fds=(theirs.fileno(),),
                stdin=subprocess.DEVNULL,
                stdout=stdout,
                process_group=0,
            )
        preload = Preload(loaded.modules, loaded.search, loaded.environment, launch.root)
        with suppress(OSError):  # it could not start: `unsafe` finds that out
            self._channel.send(msgspec.json.encode(preload))
        self._unsafe: str | None = None

    def is_ready(self) -> bool:
        """Whether the libraries are imported, or never will be."""
        return self._unsafe is not None or bool(select([self._channel], [], [], 0)[0])

    def unsafe(self) -> str:
        """Return why this process must not fork, "" when it may; waits until the libraries are imported."""
        if self._unsafe is None:
            answer = self._receive()
            self._unsafe = answer.unsafe if isinstance(answer, Ready) else "the process that keeps them died"
        return self._unsafe

    def __call__(self, _launch: Launch, answers: int, messages: int) -> Process:
        """Fork a worker."""
        socket.send_fds(self._channel, [b"fork"], [answers, messages])
        answer = self._receive()
        if not isinstance(answer, Forked):
            raise ChildProcessError("the process that forks replays has died")
        return ForkedProcess(answer.pid, self)

    def close(self) -> None:
        """End the process, and what it has forked."""
        self._channel.close()
        try:
            self._process.wait(END_S)
        except subprocess.TimeoutExpired:  # in the middle of an import
            self._process.kill()
            self._process.wait()

    def wait_for_exit(self) -> int:
        """Return the exit status of what was forked last, when it has ended."""
        answer = self._receive()
        return answer.status if isinstance(answer, Exited) else 1

    def _receive(self) -> Answer | None:
        with suppress(ConnectionError):
            text = self._channel.recv(MAX_MESSAGE_BYTES)
            if text:
                return _answers.decode(text)
        return None


class ForkedProcess:
    """A replay that a warm process has forked."""

    def __init__(self, pid: int, warm: Warm) -> None:
        self.pid = pid
        self._warm = warm
        self._status: int | None = None

    def wait(self) -> int:
        """Return its exit status when it has ended; negative when a signal ended it."""
        if self._status is None:
            self._status = self._warm.wait_for_exit()
        return self._status


def can_fork() -> bool:
    """Whether replays can be forked here. The libraries of macOS do not live through a fork; Windows has none."""
    return sys.platform == "linux" and hasattr(os, "fork")
