"""Validity: whether a recorded step may answer at all, whatever the call. Pure.

After Mokhov, Mitchell, Peyton Jones, "Build Systems a la Carte" (2018): a step's recorded outcome is a
constructive trace, valid while the digests that it was made from are.
"""

from collections.abc import Callable
from functools import cached_property

import msgspec

from flight_recorder.codec.inexact import form_text
from flight_recorder.fingerprint.changes import changes, changes_entered
from flight_recorder.model.failure import Failure
from flight_recorder.model.fingerprint import Fingerprint
from flight_recorder.model.judgement import Reason
from flight_recorder.model.request import is_request, status_of
from flight_recorder.model.session import Session, Status
from flight_recorder.model.step import Closed, Kind, Raised, Returned, Step, Unfinished
from flight_recorder.model.stream import Changed, Item, Sent, Stream, Thrown, Tied
from flight_recorder.model.value import Form

Current = Callable[[str], tuple[Fingerprint, ...]]
"""The fingerprints that the functions registered under a name have now; empty when there is none."""


class Invalid(msgspec.Struct, frozen=True):
    """Why a recorded step cannot answer."""

    reason: Reason
    detail: str = ""


class _Below(msgspec.Struct, frozen=True):
    """The first step under another whose code changed, and the first that has no outcome to build on."""

    changed: Invalid | None = None
    unsettled: Invalid | None = None


_NOTHING = _Below()
_LOCALS = ".<locals>."
LATER = frozenset({408, 425, 429, 500, 502, 503, 504})
"""The statuses of responses that say to ask again later."""


def _unsettled_at(step: Step) -> Invalid | None:
    if not step.is_genuine:
        was = "was overridden" if step.is_overridden else "was not called"
        return Invalid(Reason.OVERRIDDEN, f"{step.name} under it {was}")
    if isinstance(step.outcome, Unfinished):
        return Invalid(Reason.UNFINISHED, f"{step.name} under it did not finish")
    if step.call.is_protected and step.failure is not None:
        return Invalid(Reason.UNFINISHED, f"{step.name} under it is protected and failed")
    return None


class Validity:
    """What can be said of each recorded step before any call is seen."""

    def __init__(self, session: Session, current: Current) -> None:
        self.session = session
        self._current = current
        self._changed: dict[str, tuple[str, ...]] = {}
        self._registered: dict[str, int] = {}  # how many functions the name had then
        self._names: dict[str, str] = {}  # of the steps, by their keys
        self._troubles: dict[int, Invalid] = {}
        self._missing: set[str] = set()  # names that no function had when it was asked for

    def of(self, step: Step) -> Invalid | None:
        """Return why *step* cannot answer, or None when it can."""
        change = self.code_change(step)
        if change is not None:
            return Invalid(Reason.CODE_CHANGED, change)
        if step.is_overridden:
            return Invalid(Reason.OVERRIDDEN, "what was recorded of it is a value of the user's")
        below = self._below[step.id]
        if below.changed is not None and self._has_found_missing():
            below = self._below[step.id]
        return below.changed or self._outcome(step) or below.unsettled

    def _has_found_missing(self) -> bool:
        """Whether a function is there now that was missing; what was concluded from that does not hold then."""
        if not any(map(self._current, self._missing)):
            return False
        self._look_again()
        return True

    def _look_again(self) -> None:
        """Conclude nothing any more from what was missing."""
        for key in [key for key, name in self._names.items() if name in self._missing]:
            self._changed.pop(key, None)
        self._missing.clear()  # what one of these makes is there as well
        self.__dict__.pop("_below", None)

    def code_change(self, step: Step) -> str | None:
        """Return what changed in the code of *step* since it was recorded, or None."""
        if step.call.kind is Kind.BOUNDARY:  # what answers it has none
            return None
        key = step.call.fingerprint or step.name
        if self._changed.get(key) and len(self._current(step.name)) != self._registered[key]:  # another one since
            self._missing.add(step.name)
            self._look_again()
        if key not in self._changed:
            self._changed[key] = self._find_change(step)
        found = self._changed[key]
        for entered in step.entered:
            found += self._entered_change(entered)
        return "; ".join(dict.fromkeys(found)) if found else None

    def _maker(self, step: Step) -> Step | None:
        """Return a step of the function that makes the one of *step* when it runs; None where there is none.

        The code of what it makes is a part of its own, and what is bound to free variables follows from its inputs.
        """
        maker = step.call.function
        while maker:
            maker = maker.rpartition(_LOCALS)[0]  # a comprehension, which may make functions, is no step
            if maker in self._by_function:
                return self._by_function[maker]
        return None

    @cached_property
    def _by_function(self) -> dict[str, Step]:
        return {step.call.function: step for step in self.session.steps.values()}

    def code_now(self, step: Step) -> Fingerprint | None:
        """Return the fingerprint that the function of *step* has now; None when there is no such function."""
        return next(iter(self._current(step.name)), None)

    def is_missing(self, step: Step) -> bool:
        """Whether no function has the name of *step* so far: one may still be registered while the program runs."""
        return self.code_change(step) is not None and step.name in self._missing

    def ended_session(self, step: Step) -> bool:
        """Whether the failure of *step* is the one that ended the session, or led to it."""
        return step.id in self._ending

    def _find_change(self, step: Step) -> tuple[str, ...]:
        recorded = self.session.fingerprint_of(step)
        now = self._current(step.name)
        self._registered[step.call.fingerprint or step.name] = len(now)
        self._names[step.call.fingerprint or step.name] = step.name
        if recorded is None:
            return ("its code was not recorded",)
        if not now:
            if step is self.session.root:
                return ()
            maker = self._maker(step)
            if maker is not None and self.code_change(maker) is None:
                return ()  # it is there when that one has run
            self._missing.add(step.name)
            return (f"no step {step.name!r} is registered yet",)
        if any(recorded.equals(fingerprint) for fingerprint in now):
            return ()
        if not recorded.is_known:
            return ("its code could not be examined when it was recorded",)
        return changes(recorded, now[0]) or ("code changed",)

    def change_to(self, step: Step, now: Fingerprint | None) -> str:
        """Return what is different in the code *now* from that which *step* ran."""
        recorded = self.session.fingerprint_of(step)
        return ("; ".join(changes(recorded, now)) if recorded and now else "") or "code changed"

    def _entered_change(self, key: str) -> tuple[str, ...]:
        if key not in self._changed:
            recorded = self.session.fingerprints.get(key)
            unknown = ("not all that it called could be told",)
            now = self._current(key)
            self._changed[key] = unknown if recorded is None else changes_entered(recorded, now)
            if not now:
                self._missing.add(key)
                self._names[key] = key
        return self._changed[key]

    @cached_property
    def _below(self) -> dict[int, "_Below"]:
        """For each step, what lies under it that keeps it from answering. One pass: sessions are large, and deep."""
        found: dict[int, _Below] = {}
        for step in reversed(list(self.session.callers_first())):
            below = _NOTHING
            for child in self.session.children(step):
                under = found[child.id]
                # A protected step is answered as it was recorded, whatever changed in it: no caller need run for it.
                changed = None if child.call.is_protected else self._changed_at(child) or under.changed
                below = _Below(below.changed or changed, below.unsettled or _unsettled_at(child) or under.unsettled)
            found[step.id] = below
        return found

    def _changed_at(self, step: Step) -> Invalid | None:
        change = self.code_change(step)
        return None if change is None else Invalid(Reason.CALLEE_CHANGED, f"{step.name}: {change}")

    def _outcome(self, step: Step) -> Invalid | None:
        found = self._troubles.get(step.id)
        if found is None and (found := self._trouble(step)) is not None:
            self._troubles[step.id] = found  # it is asked for often, and to tell the opaque part takes a search
        return found

    def _refused(self, step: Step) -> Invalid | None:
        """Return that the boundary *step* was told to come back later, if that is what ended the session."""
        status = status_of(step)
        asked = self.session.steps.get(step.parent or 0)
        if status not in LATER or asked is None or not self.ended_session(asked):
            return None
        last = [one for one in self.session.children(asked) if is_request(one.call)][-1]
        return Invalid(Reason.FAILED, f"the answer was status {status}") if step is last else None

    def _trouble(self, step: Step) -> Invalid | None:
        if step.call.kind is Kind.BOUNDARY and (refused := self._refused(step)) is not None:
            return refused
        match step.outcome:
            case Unfinished():
                return Invalid(Reason.UNFINISHED)
            case Raised(failure=failure):
                invalid = self._raised(step, failure.summary)
                return invalid or (None if step.stream is None else _stream_trouble(step, step.stream))
            case Returned() | Closed() if step.stream is not None:
                return _stream_trouble(step, step.stream)
            case Returned(value=value):
                # What is the caller's own object need not be rebuilt: that is tried when the step is served.
                if not value.is_exact and not step.outcome.shared:
                    return Invalid(Reason.OPAQUE_OUTPUT, f"its output is {form_text(value)}")
        if any(value.form is Form.REDACTED for value in step.outcome.mutated.values()):
            return Invalid(
                Reason.MUTATED_INPUT, f"it changed {', '.join(step.outcome.mutated)}, of which a part is redacted"
            )
        return None

    def _raised(self, step: Step, summary: str) -> Invalid | None:
        failure = step.failure
        is_cancelled = failure is not None and failure.type_name in _CANCELLED and not _was_thrown_in(step, failure)
        if failure is None or self.ended_session(step) or is_cancelled:
            return Invalid(Reason.FAILED, summary)
        if not failure.value.is_exact:
            return Invalid(Reason.OPAQUE_OUTPUT, f"{failure.type_name} cannot be raised again from the recording")
        return None

    @cached_property
    def _ending(self) -> frozenset[int]:
        """The steps that the failure which ended the session came through, and those that caused it."""
        root = self.session.root
        if root is None or root.failure is None or self.session.status is Status.SUCCESS:
            return frozenset()
        return frozenset(self._chain(root))

    def _chain(self, root: Step) -> set[int]:
        """Follow the ending failure down: to its origin, and on to the failures that it was raised from."""
        found: set[int] = set()
        waiting = [root]
        while waiting:
            step = waiting.pop()
            if step.id in found or step.failure is None:
                continue
            found.add(step.id)
            linked = _linked_messages(step)
            for child in self.session.children(step):
                failure = child.failure
                if failure is None:
                    continue
                passed_on = step.failure.origin is not None and _origin(child) == step.failure.origin
                if child.call.kind is Kind.BOUNDARY:  # which is no failure's origin: that is who asked
                    linked.add((step.failure.type, step.failure.message))
                if passed_on or (failure.type, failure.message) in linked:
                    waiting.append(child)
        return found


def _stream_trouble(step: Step, stream: Stream) -> Invalid | None:
    """Return why what passed through a stream that ended cannot pass again."""
    outcome = step.outcome
    if not isinstance(outcome, Unfinished) and outcome.mutated:
        # Whether the body did that or the consumer, between which items, and what the body saw of it, is not known.
        return Invalid(Reason.MUTATED_INPUT, f"{', '.join(outcome.mutated)} changed while it was taken")
    number = 0
    for exchange in stream.exchanges:
        match exchange:
            case Item(value=value, shared=shared):
                number += 1
                if not value.is_exact and not shared:
                    return Invalid(Reason.OPAQUE_OUTPUT, f"its item {number} is {form_text(value)}")
            case Changed(value=value):
                if not value.is_exact:
                    return Invalid(
                        Reason.OPAQUE_INPUT, f"what its consumer made of its item {number} is {form_text(value)}"
                    )
            case Sent(value=value):
                if not value.is_exact:
                    return Invalid(
                        Reason.OPAQUE_INPUT, f"what was sent after its item {number} is {form_text(value)}"
                    )
            case Thrown(failure=failure):
                if not failure.value.is_exact:
                    thrown = f"{failure.type_name}, thrown in after its item {number},"
                    return Invalid(Reason.OPAQUE_INPUT, f"{thrown} cannot be made again from the recording")
            case Tied(why=why):
                return Invalid(Reason.OPAQUE_OUTPUT, why)
    if isinstance(outcome, Returned | Closed) and outcome.value is not None and not outcome.value.is_exact:
        return Invalid(Reason.OPAQUE_OUTPUT, f"what it returned is {form_text(outcome.value)}")
    return None


def _was_thrown_in(step: Step, failure: Failure) -> bool:
    """Whether *failure* is what the consumer of a stream threw in: the body waited then, and nothing was cut off."""
    last = step.stream.exchanges[-1] if step.stream is not None and step.stream.exchanges else None
    return isinstance(last, Thrown) and (last.failure.type, last.failure.message) == (failure.type, failure.message)


_CANCELLED = frozenset({"CancelledError", "KeyboardInterrupt", "SystemExit", "GeneratorExit"})


def _origin(step: Step) -> int:
    return step.id if step.failure is None or step.failure.origin is None else step.failure.origin


def _linked_messages(step: Step) -> set[tuple[str, str]]:
    """Return (type, message) of every failure that the one of *step* was raised from, or groups."""
    found: set[tuple[str, str]] = set()
    waiting = [step.failure]
    while waiting:
        failure = waiting.pop()
        if failure is None:
            continue
        for other in (failure.cause, failure.context, *failure.members):
            if other is not None:
                found.add((other.type, other.message))
                waiting.append(other)
    return found
