"""Guard: where the recorder's own failures end. The only place in `record` that lets them disappear.

The user's program must not notice: it gets one line on stderr, and runs on unrecorded. Not `warnings.warn`,
which `-W error` turns into an exception in the middle of the user's code.
"""

import sys
from collections.abc import Callable

from flight_recorder.interrupted import was_interrupted

_has_warned = False


class Guard:
    """Whether a session still records. Closed by the first failure of ours, and for good.

    That the program's stack is full is no failure of ours: what can be told later is told later.
    """

    __slots__ = ("is_open", "overdue")

    def __init__(self) -> None:
        self.is_open = True
        self.overdue: list[Callable[[], None]] = []

    def contain(self, write: Callable[[], None], later: Callable[[], None] | None = None) -> None:
        """Call *write* if events are still taken; *later*, where the stack is too full for it now.

        Raises nothing but what a signal handler of the program raises meanwhile.
        """
        if not self.is_open:
            return
        try:
            while self.overdue:
                self.overdue[0]()
                del self.overdue[0]
            write()
        except Exception as error:  # contained: the user's program must not notice
            if type(error) is RecursionError:  # first: there may be no stack to ask anything
                if later is None:
                    self.trip(error)
                else:
                    self.overdue.append(later)
                return
            if was_interrupted(error):
                raise
            self.trip(error)

    def trip(self, error: BaseException) -> None:
        """Stop recording because of *error*, and say so once in this process.

        Not where the session has ended meanwhile: a thread that goes on then finds its journal closed.
        """
        if not self.is_open:
            return
        self.is_open = False
        warn_once(f"recording is off: {_why(error)}")


def warn_once(text: str) -> None:
    """Print one line to stderr, the first time in this process; never raises."""
    global _has_warned
    if _has_warned:
        return
    _has_warned = True
    say(f"{text}; the program runs on without it")


def say(text: str) -> None:
    """Print one line to stderr; never raises. SQLite quotes damaged names, line ends and all."""
    try:
        sys.stderr.write(f"flight-recorder: {' '.join(text.splitlines())}\n")
    except Exception:  # noqa: BLE001 - a closed or broken stderr must not reach the user's program
        return


def _why(error: BaseException) -> str:
    if isinstance(error, OSError) and error.strerror:
        return f"{error.strerror} ({error.filename})" if error.filename else error.strerror
    return f"{type(error).__name__}: {error}"
