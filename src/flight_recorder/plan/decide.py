"""Decide: the rule by which a replay answers each call. Pure; holds only what has been answered so far.

A call is served iff a recorded step matches it, that step's code and all code under it is unchanged, its
outcome has an exact object, and it is not forced. Protected steps are answered by what was recorded, whatever
changed since, and held back where nothing was.
"""

from collections.abc import Callable, Iterable, Mapping
from copy import copy
from functools import cached_property

import msgspec
from msgspec import structs
from msgspec.structs import replace

from flight_recorder.codec.inexact import incomparable_part
from flight_recorder.codec.preview import preview
from flight_recorder.model.fingerprint import Fingerprint
from flight_recorder.model.judgement import BLOCK_RUNS, Decision, Judgement, Reason
from flight_recorder.model.request import host_of, is_request
from flight_recorder.model.session import Session
from flight_recorder.model.step import Call, Closed, Kind, Raised, Returned, Step, Unfinished
from flight_recorder.model.value import Value
from flight_recorder.model.verdict import Answer, Hold, Run, Serve, Verdict
from flight_recorder.plan.inputs import input_difference
from flight_recorder.plan.match import Matcher, Miss, NoMatch, same_inputs
from flight_recorder.plan.override import Override, answer_text
from flight_recorder.plan.sending import Sending
from flight_recorder.plan.validity import Current, Validity


class Wishes(msgspec.Struct, frozen=True):
    """What the user asked for beside the rule."""

    forced: frozenset[str] = frozenset()  # names of steps to run in any case (`--from`)
    is_all_forced: bool = False  # `--all`
    allowed: frozenset[str] = frozenset()  # protected steps that may run (`--allow`)
    overrides: Mapping[str, Override] = {}  # by name of the step (`--set`, `--stub`)
    sending: Sending = Sending()

    def answer(self, name: str, twin: Step | None) -> Value | None:
        """Return what the user put in the place of a step *name* that stands for the recorded *twin*, if anything."""
        override = self.overrides.get(name)
        return None if override is None else override.answer(twin)


_FORCED_BELOW = "a step under it was asked for"
_OVERRIDDEN_BELOW = "a step under it is overridden"


class Decider:
    """Answers the calls of a replay of *session*.

    *relatives* are the other sessions of the same chain of replays: what a protected step did in one of them is
    not done again in this one. *announced* names protected steps that the plan said would run for the first time.
    """

    def __init__(
        self,
        session: Session,
        current: Current,
        wishes: Wishes,
        relatives: Callable[[], Iterable[Session]] = tuple,
        announced: Callable[[], frozenset[str]] = frozenset,
    ) -> None:
        self.session = session
        self.validity = Validity(session, current)
        self._matcher = Matcher(session, self._is_valid)
        self._wishes = wishes
        self._read_relatives = relatives
        self._announced = announced
        self.held: str | None = None

    def __call__(self, id: int, call: Call, fingerprint: Fingerprint | None) -> Verdict:
        """Return the verdict on *call*, the step *id* of the replay, whose function now has *fingerprint*."""
        answer = self._overridden(id, call, fingerprint)
        if answer is not None:
            return answer
        if call.is_protected:
            return self._protected(call)
        if call.kind is Kind.BLOCK:
            return self._block(id, call)
        match = self._matcher.find(call, self._function(call.name, fingerprint))
        twin = match.nearest if isinstance(match, NoMatch) else match
        self._matcher.pair(id, call, match)
        verdict = _compared_with(twin, self._ordinary(call, fingerprint, match))
        if is_request(call) and self._wishes.sending.never and isinstance(verdict, Run):
            self.held = offline_message(call, verdict.judgement)
            return Hold(self.held)
        return verdict

    @cached_property
    def _relatives(self) -> list[tuple[Session, Matcher]]:
        return [(relative, Matcher(relative)) for relative in self._read_relatives()]

    def _is_valid(self, step: Step) -> bool:
        return self.validity.of(step) is None

    def _overridden(self, id: int, call: Call, fingerprint: Fingerprint | None) -> Answer | None:
        if call.name not in self._wishes.overrides:
            return None
        match = self._matcher.find(call, self._function(call.name, fingerprint))
        twin = match.nearest if isinstance(match, NoMatch) else match
        if twin is not None and self._matcher.has_answered(twin):
            twin = None
        value = self._wishes.answer(call.name, twin)
        if value is None:
            return None
        if twin is not None:
            self._matcher.pair(id, call, twin)
            self._matcher.use(twin)
        twin_id = None if twin is None else twin.id
        return Answer(value, Judgement(Decision.CACHED, Reason.OVERRIDDEN, answer_text(value, twin), twin=twin_id))

    def below(self, id: int, call: Call, step: Step) -> "Decider":
        """Return what answers the calls made below *call*, the step *id*, which runs though *step* is served for it.

        That is from what was recorded under *step* alone; here all that stays taken. No protected step runs.
        """
        other = copy(self)
        steps = sorted((step, *self.session.under(step)), key=lambda one: one.started_ns)
        other._matcher = Matcher(replace(self.session, steps={one.id: one for one in steps}), self._is_valid)
        other._matcher.pair(id, call, step)
        other._matcher.use_alone(step)
        other._wishes = replace(self._wishes, allowed=frozenset())
        other._read_relatives, other._announced = tuple, frozenset
        other.__dict__.pop("_relatives", None)
        return other

    def withdraw(self, step: Step) -> None:
        """Take back that *step* was served, which could not be done; what was recorded under it can answer."""
        self._matcher.give_back(step)

    def _block(self, id: int, call: Call) -> Run:
        root = self.session.root
        if root is None or root.call.kind is not Kind.BLOCK:
            return _rerun(Reason.NEW, "no such call was recorded")
        self._matcher.pair(id, call, root)
        self._matcher.use_alone(root)
        return Run(Judgement(Decision.RERUN, Reason.BLOCK, BLOCK_RUNS, twin=root.id))

    def _ordinary(self, call: Call, fingerprint: Fingerprint | None, match: Step | NoMatch) -> Verdict:
        if isinstance(match, NoMatch):
            is_forced = self._is_forced(call)
            return _rerun(Reason.FORCED, "asked for") if is_forced else self._missed(call, fingerprint, match)
        refusal = self._refusal(call, fingerprint, match)
        if refusal is not None:
            self._matcher.use_alone(match)
            return refusal
        self._matcher.use(match)
        judgement = Judgement(Decision.CACHED, saved_ns=match.ran_ns)
        return Serve(match, tuple(self.session.under(match)), judgement, self.session.fingerprints)

    def _refusal(self, call: Call, fingerprint: Fingerprint | None, match: Step) -> Run | None:
        """Return why *call* runs although *match* answers it; None when it is served."""
        is_outside = call.kind is Kind.BOUNDARY  # what answers it has no code that could change
        is_known = is_outside or (fingerprint is not None and fingerprint.is_known)
        recorded = self.session.fingerprint_of(match)
        is_another = fingerprint is not None and recorded is not None and not recorded.equals(fingerprint)
        invalid = self.validity.of(match)
        has_changed = invalid is not None and invalid.reason in (Reason.CODE_CHANGED, Reason.CALLEE_CHANGED)
        is_repeated = self._matcher.has_answered(match)  # then what it makes is another thing than was recorded
        same = match if is_known and not is_another and not has_changed and not is_repeated else None
        if self._is_forced(call):
            return _rerun(Reason.FORCED, "asked for", same)
        if match.id in self._forced_below:
            return _rerun(Reason.FORCED, self._forced_below[match.id], same)
        if not is_known:
            return _rerun(Reason.CODE_CHANGED, "its code cannot be examined")
        if is_another and fingerprint is not None:
            return _rerun(Reason.CODE_CHANGED, self.validity.change_to(match, fingerprint))
        if invalid is not None:
            return _rerun(invalid.reason, invalid.detail, same)
        if self._matcher.is_spent(match):
            return _rerun(Reason.AMBIGUOUS, "a step under it has answered another call already")
        if call.key is not None and _touches_arguments(match) and not _are_equal(match.call, call):
            return _rerun(Reason.MUTATED_INPUT, "it changed or gave back its arguments, and these are others")
        return None

    def _is_forced(self, call: Call) -> bool:
        is_live = call.kind is Kind.BOUNDARY and self._wishes.sending.sends(host_of(call))
        return is_live or self._wishes.is_all_forced or call.name in self._wishes.forced

    @cached_property
    def _forced_below(self) -> dict[int, str]:
        """The steps that run so that one under them can run, or be overridden, with the words for it."""
        above: dict[int, str] = {}
        for step in self.session.steps.values():
            if self._wishes.answer(step.name, step) is not None:
                above |= dict.fromkeys((one.id for one in self.session.ancestors(step)), _OVERRIDDEN_BELOW)
            elif step.name in self._wishes.forced:
                above |= dict.fromkeys((one.id for one in self.session.ancestors(step)), _FORCED_BELOW)
        return above

    def _function(self, name: str, fingerprint: Fingerprint | None) -> Step | None:
        """Return a recorded step of the function with *fingerprint*, or of the only one of that *name*."""
        recorded = self._matcher.functions(name)
        if len(recorded) == 1:
            return recorded[0]
        of_each = ((step, self.session.fingerprint_of(step)) for step in recorded)
        return next((step for step, one in of_each if one and fingerprint and one.equals(fingerprint)), None)

    def _missed(self, call: Call, fingerprint: Fingerprint | None, miss: NoMatch) -> Verdict:
        nearest = miss.nearest
        if nearest is not None and miss.miss is Miss.OTHER_CODE:
            return _rerun(Reason.CODE_CHANGED, self.validity.change_to(nearest, fingerprint))
        if nearest is not None:
            change = self.validity.code_change(nearest)
            if change is not None:
                return _rerun(Reason.CODE_CHANGED, change)
        match miss.miss:
            case Miss.NEW | Miss.OTHER_CODE:
                return _rerun(Reason.NEW, "no such call was recorded")
            case Miss.AMBIGUOUS:
                return _rerun(Reason.AMBIGUOUS, "equal calls were recorded with different outcomes")
            case Miss.OPAQUE_INPUT:
                return _rerun(Reason.OPAQUE_INPUT, _opaque_inputs(call))
            case Miss.INPUT_CHANGED:
                detail = input_difference(nearest.call, call) if nearest is not None else ""
                return _rerun(Reason.INPUT_CHANGED, detail)

    def _protected(self, call: Call) -> Verdict:
        """A recorded outcome answers, whatever changed. Without one: run only what was announced or allowed."""
        found = self._settled(call)
        if found is not None:
            session, step = found
            is_same = same_inputs(step.call, call)
            detail = "" if is_same else input_difference(step.call, call)
            twin = step.id if session is self.session else None
            judgement = Judgement(Decision.PROTECTED, "protected", detail, step.ran_ns, twin)
            return Serve(step, tuple(session.under(step)), judgement, session.fingerprints, is_same)
        if call.name in self._wishes.allowed:
            return Run(Judgement(Decision.RERUN, Reason.FORCED, "allowed by --allow"))
        if self._was_started(call.name) or call.name not in self._announced():
            return self._hold(call)
        return Run(
            Judgement(Decision.RERUN, Reason.NEW, "protected, and not reached before: runs for the first time")
        )

    def _settled(self, call: Call) -> tuple[Session, Step] | None:
        """Return the recorded step that answers a protected call: one with equal inputs, else the next in order."""
        for session, matcher in ((self.session, self._matcher), *self._relatives):
            usable = [step for step in matcher.unused(call.name) if self._is_settled(session, step)]
            equal = [step for step in usable if same_inputs(step.call, call)]
            if equal or (usable and session is self.session):
                chosen = (equal or usable)[0]
                matcher.use(chosen)
                return session, chosen
        return None

    def _was_started(self, name: str) -> bool:
        matchers = (self._matcher, *(matcher for _, matcher in self._relatives))
        return any(step.is_genuine for matcher in matchers for step in matcher.recorded(name))

    def _hold(self, call: Call) -> Hold:
        self.held = hold_message(call, self._why_held(call))
        return Hold(self.held)

    def _why_held(self, call: Call) -> str:
        last = next((step for step in self._matcher.unused(call.name) if step.is_genuine), None)
        if last is None:
            return "has no recorded outcome" if self._was_started(call.name) else "was not reached in the recording"
        match last.outcome:
            case Returned() | Closed():
                return "returned something that cannot be rebuilt from the recording"
            case Raised(failure=failure):
                return f"failed in the recording ({failure.summary}); it may have done its work before that"
        return "did not finish in the recording; it may have done its work"

    def _is_settled(self, session: Session, step: Step) -> bool:
        """Whether a protected step has an outcome to answer with: an exact one, and not the failure to be mended."""
        if not step.is_genuine:
            return False
        match step.outcome:
            case Returned() | Closed():
                is_tied = step.stream is not None and step.stream.tie is not None
                return not is_tied and all(value.is_exact for value in step.given)
            case Raised(failure=failure):
                return session is self.session and failure.value.is_exact and not self.validity.ended_session(step)
        return False


def hold_message(call: Call, why: str) -> str:
    """Return what a person is told when a replay stops before *call*, which is one of a protected step."""
    name = call.name
    arguments = ", ".join(f"{name}={preview(value, 60)}" for name, value in call.inputs.items())
    return (
        f"step {name!r} is protected (replayable=False) and {why}.\n"
        "  Replay stopped before it; nothing was done."
        f" It would have been called with {arguments or 'no arguments'}.\n"
        f"  Run it for real with --allow {name}, or answer it with --stub {name}=null."
    )


def offline_message(call: Call, judgement: Judgement | None) -> str:
    """Return what a person is told when a replay stops before *call*, a request that nothing recorded answers."""
    why = f": {judgement.detail}" if judgement is not None and judgement.detail else ""
    return (
        f"{call.name} was not recorded as it is asked for now{why}.\n"
        "  Replay stopped before it (--offline); nothing was sent. Without --offline it is sent."
    )


def _touches_arguments(step: Step) -> bool:
    if isinstance(step.outcome, Unfinished):
        return False
    gave_back = step.stream is not None and any(item.shared for item in step.stream.items)
    return gave_back or bool(step.outcome.mutated or step.outcome.shared)


def _are_equal(recorded: Call, call: Call) -> bool:
    """Whether the arguments are equal, not only what `key=` makes of them."""
    return (
        recorded.shared == call.shared
        and recorded.inputs.keys() == call.inputs.keys()
        and all(
            value.equals(recorded.inputs[name]) for name, value in call.inputs.items() if name not in call.ignored
        )
    )


def _rerun(reason: Reason, detail: str, stands_for: Step | None = None) -> Run:
    return Run(Judgement(Decision.RERUN, reason, detail), stands_for)


def _compared_with(twin: Step | None, verdict: Verdict) -> Verdict:
    """Note in the judgement of a call that runs which recorded step it was compared with; a served one says so."""
    if twin is None or not isinstance(verdict, Run) or verdict.judgement is None:
        return verdict
    return structs.replace(verdict, judgement=structs.replace(verdict.judgement, twin=twin.id))


def _opaque_inputs(call: Call) -> str:
    named = (
        f"{name}{incomparable_part(value)}"
        for name, value in call.inputs.items()
        if not value.is_comparable and name not in call.ignored
    )
    return f"no stable value: {'; '.join(named)} (ignore= leaves it out, key= identifies the call)"
