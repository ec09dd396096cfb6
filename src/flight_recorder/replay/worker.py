"""Worker: the process in which a program is replayed. `python -m flight_recorder.replay.worker ANSWERS MESSAGES`

It makes itself look as if the user had started the program: argv, path, `__main__`. The program's output, input
and exit are its own; the command is talked to over two pipes that the program does not know of.
"""

import gc
import os
import signal
import sys
from collections import Counter
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from flight_recorder.config import Config, Project
from flight_recorder.errors import ReplayRefusedError
from flight_recorder.model.forecast import Forecast
from flight_recorder.model.session import Mode
from flight_recorder.plan.decide import Wishes
from flight_recorder.record.following import follow_also
from flight_recorder.record.heat import replaying
from flight_recorder.record.loading import load_afresh, marks
from flight_recorder.record.opening import OpenSession, use_opener
from flight_recorder.record.recording import ReplayHeld
from flight_recorder.record.registry import Registered
from flight_recorder.replay.loaded import loaded_here, telling
from flight_recorder.replay.messages import (
    Begun,
    Done,
    Go,
    Message,
    Plan,
    Refused,
    Request,
    decode,
    decode_request,
    encode,
)
from flight_recorder.replay.recordings import Recordings
from flight_recorder.replay.refusing import check_replayable
from flight_recorder.replay.restart import restart_of
from flight_recorder.replay.server import EXIT_HELD, Experimenting, ReplayServer, Way
from flight_recorder.replay.tracebacks import drop_frames_before_program
from flight_recorder.store.database import open_store
from flight_recorder.store.load import load_session

EXIT_REFUSED = 2


class Channel:
    """The two pipes to the command, by their inherited file descriptors."""

    def __init__(self, answers: int, messages: int) -> None:
        self._answers = os.fdopen(answers, "rb")
        self._messages = os.fdopen(messages, "wb", buffering=0)
        self.discard: Callable[[], None] = _nothing  # what there is already of the replay

    def request(self) -> Request:
        """Return what is to be replayed."""
        return decode_request(self._answers.readline())

    def say(self, message: Message) -> None:
        """Send *message*; a command that has gone does not matter any more."""
        try:
            self._messages.write(encode(message) + b"\n")
        except (BrokenPipeError, ValueError):  # or all was said, and threads of the program run on
            return

    def close(self) -> None:
        """Say that this was all: the process may live on, for its threads and exit handlers."""
        self._messages.close()
        self._answers.close()

    def ask(self, forecast: Forecast) -> None:
        """Show the plan, and return when the user agreed. Otherwise the process ends here: nothing has run."""
        self.say(Plan(forecast))
        line = self._answers.readline()
        if not line or not isinstance(decode(line), Go):
            self.discard()
            sys.stdout.flush()
            os._exit(0)


def replay(answers: int, messages: int) -> int:
    """Replay what the request names; return the exit status of the program.

    *answers* and *messages* are the ends of the pipes from and to the command.
    """
    channel = Channel(answers, messages)
    request = channel.request()
    home = Path(request.home)
    with open_store(home, create=False) as store:
        session = load_session(store, request.session)
    gc.freeze()  # the collector of the user's program need not look through the recording each time
    wishes = Wishes(
        frozenset(request.forced),
        request.is_all_forced,
        frozenset(request.allowed),
        request.overrides,
        request.sending,
    )
    recordings = Recordings(home, session)
    project, traced = Project(session.launch.root), session.launch.traced
    hot = {one.name for one in session.hot}
    replaying(Counter(step.name for step in session.steps.values() if step.name in hot))
    if traced is None:
        load_afresh(project)
    else:
        follow_also(traced.boundaries)
        marks.begin(project, traced)
    try:
        check_replayable(session)
        restart = restart_of(session, recordings.launches, home)
    except ReplayRefusedError as refused:
        channel.say(Refused(str(refused)))
        return EXIT_REFUSED
    agree, tell_loaded = channel.ask, _nothing
    if request.is_watched:
        tell_loaded = partial(_tell_loaded, channel, Project(session.launch.root), dict(os.environ))
        agree = partial(_tell_and_ask, channel, tell_loaded)
    experiment = None if request.budget is None else Experimenting(request.old_code, request.budget)
    way = Way(wishes, agree, is_audit=request.is_audit, experiment=experiment)
    server = ReplayServer(home, session, recordings, restart.unit, request.replay, way)
    channel.discard = server.discard
    use_opener(partial(_begin_and_tell, server, channel) if request.is_watched else server)
    try:
        return _run(restart.run, server, channel, is_watched=request.is_watched)
    finally:
        tell_loaded()
        channel.close()


def _nothing() -> None:
    """Tell nothing."""


def _tell_loaded(channel: Channel, project: Project, environment: Mapping[str, str]) -> None:
    channel.say(loaded_here(project, environment))


def _tell_and_ask(channel: Channel, tell_loaded: Callable[[], None], forecast: Forecast) -> None:
    tell_loaded()
    channel.ask(forecast)


def _begin_and_tell(
    server: ReplayServer, channel: Channel, config: Config, entry: Registered, mode: Mode
) -> OpenSession | None:
    """Begin the next session; tell of the protected steps that run for real in it."""
    opened = server(config, entry, mode)
    if opened is not None and opened.id == server.replay:
        opened.recording.sink = telling(opened.recording.sink, channel.say)
    return opened


def _run(program: Callable[[], object], server: ReplayServer, channel: Channel, *, is_watched: bool) -> int:
    error = ""
    try:
        if is_watched:
            channel.say(Begun())
        program()
    except ReplayHeld:
        return EXIT_HELD
    except ReplayRefusedError as refused:
        channel.say(Refused(str(refused)))
        return EXIT_REFUSED
    except SystemExit as stop:
        return _exit_status(stop)
    except BaseException as problem:  # noqa: BLE001 - the program's own: shown as Python shows it
        error = f"{type(problem).__name__}: {problem}"
        if not (is_watched and isinstance(problem, KeyboardInterrupt)):  # that is how a watch ends it: nobody's fault
            drop_frames_before_program(problem)
            sys.excepthook(type(problem), problem, problem.__traceback__)
        return 1
    finally:
        if is_watched:
            signal.signal(signal.SIGINT, signal.SIG_IGN)  # what is left to do is ours
        if not error and server.stopped_before:
            error = f"it began another session, {server.stopped_before}, which was not recorded"
        channel.say(Refused(server.refused) if server.refused else Done(error))
    return 0


def _exit_status(stop: SystemExit) -> int:
    if stop.code is None or isinstance(stop.code, int):
        return stop.code or 0
    sys.stderr.write(f"{stop.code}\n")
    return 1


if __name__ == "__main__":
    sys.exit(replay(*map(int, sys.argv[1:3])))
