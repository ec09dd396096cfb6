"""Facts: what the records of a journal say that commands ask for across sessions. Reads no values."""

import msgspec

from flight_recorder.journal.format import decode_event
from flight_recorder.journal.packing import BRANCH, END, START, START_HEAD, TEMPLATE
from flight_recorder.journal.unpacking import FIRST_OF_EVENTS, unknown_kind
from flight_recorder.model.event import Ended, Finished, Learned, Opened, Withdrawn
from flight_recorder.model.step import Raised


class Facts(msgspec.Struct):
    """What was told, so far. *root* is the number of the first step that began.

    *is_withdrawn* says that some steps do not count any more.
    """

    opened: Opened | None = None
    ended: Ended | None = None
    learned: list[Learned] = []
    root: int | None = None
    steps: int = 0
    is_withdrawn: bool = False
    _errors: dict[int, str] = {}  # what steps raised, by number

    def take(self, payload: bytes) -> bool:
        """Learn from a record; return whether the store is to keep it.

        Raises NewerFormatError when this version does not know such a record, UnreadableError when it makes no sense.
        """
        kind = payload[0]
        if kind == START:
            self.steps += 1
            if self.root is None:
                self.root = START_HEAD.unpack_from(payload)[4]
        elif kind >= FIRST_OF_EVENTS:
            return self._take_event(payload)
        elif kind not in (END, TEMPLATE, BRANCH):
            raise unknown_kind(kind)
        return True

    def error_of(self, step: int | None) -> str | None:
        """Return what *step* raised, in one line; None when it is not told that it did."""
        return None if step is None else self._errors.get(step)

    def _take_event(self, payload: bytes) -> bool:
        match event := decode_event(payload):
            case Learned():
                self.learned.append(event)
                return False  # kept once for all sessions
            case Opened():
                self.opened = self.opened or event
            case Ended():
                self.ended = event
            case Withdrawn():
                self.is_withdrawn = True
            case Finished(step=step, outcome=Raised(failure=failure)):
                self._errors[step] = failure.summary
        return True
