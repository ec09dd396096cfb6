"""History: what earlier sessions of the same entry did, by step: its code, its values, its answers. Pure."""

from collections.abc import Iterator, Sequence
from functools import cached_property

from flight_recorder.diagnose.look import Part, part_of
from flight_recorder.diagnose.usual import Usual
from flight_recorder.fingerprint.changes import changes
from flight_recorder.model.session import Session
from flight_recorder.model.step import Returned, Step

MAX_CALLS = 300  # of one step that are looked at


class History:
    """The sessions that succeeded before the one in question, the latest first."""

    def __init__(self, sessions: Sequence[Session]) -> None:
        self._sessions = sessions
        self._usual: dict[tuple[str, str], Usual] = {}

    @property
    def is_empty(self) -> bool:
        """Whether nothing succeeded before."""
        return not self._sessions

    @cached_property
    def _calls(self) -> dict[str, list[Step]]:
        calls: dict[str, list[Step]] = {}
        for session in self._sessions:
            for step in session.steps.values():
                known = calls.setdefault(step.name, [])
                if isinstance(step.outcome, Returned) and len(known) < MAX_CALLS:
                    known.append(step)
        return calls

    def calls(self, name: str) -> list[Step]:
        """The earlier calls of the step called *name* that returned, the latest session's first."""
        return self._calls.get(name, [])

    def changed(self, session: Session, step: Step) -> str:
        """What is different in the code of *step* since the last success, as a sentence; "" when nothing is."""
        last = self._sessions[0]
        now = session.fingerprint_of(step)
        before = next((one for each in self.calls(step.name) if (one := last.fingerprint_of(each)) is not None), None)
        if now is None or before is None or now.equals(before):
            return ""
        return "; ".join(changes(before, now)[:2]) or "its code changed"

    def twins(self, step: Step) -> list[Step]:
        """The earlier calls of the same step with equal inputs."""
        return self._twins.get(_question(step), [])

    @cached_property
    def _twins(self) -> dict[tuple[str, int], list[Step]]:
        twins: dict[tuple[str, int], list[Step]] = {}
        for session in self._sessions:
            for step in session.steps.values():
                if isinstance(step.outcome, Returned):
                    twins.setdefault(_question(step), []).append(step)
        return twins

    def usual_output(self, name: str) -> Usual:
        """What the step called *name* returned in earlier sessions."""
        return self._known(name, "", (_output(each) for each in self.calls(name)))

    def usual_input(self, name: str, parameter: str) -> Usual:
        """What the step called *name* was given for *parameter*."""
        calls = self.calls(name)
        return self._known(
            name, parameter, (part_of(each.inputs[parameter]) for each in calls if parameter in each.inputs)
        )

    def _known(self, name: str, what: str, parts: Iterator[Part]) -> Usual:
        if (name, what) not in self._usual:
            self._usual[name, what] = Usual(list(parts))
        return self._usual[name, what]


def _question(step: Step) -> tuple[str, int]:
    """Equal for calls of one step with equal inputs. A hash: all inputs of all steps would take much room."""
    return step.name, hash(tuple((name, value.data) for name, value in step.inputs.items()))


def _output(step: Step) -> Part:
    assert isinstance(step.outcome, Returned)
    return part_of(step.outcome.value)
