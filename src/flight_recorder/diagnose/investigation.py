"""Investigation: which experiment is next, and what all of them say. Pure.

Everything rests on the first one: the failed session, run again, fails the same way. Whoever is named after that was
seen to make the difference twice, and the rest of the program not to (docs/decisions/0018-interventions.md).
"""

from collections.abc import Generator, Sequence

from flight_recorder.diagnose.experiment import Change, Conclusion, Experiment, Investigation, Ran, Result
from flight_recorder.diagnose.findings import Diagnosis, Evidence
from flight_recorder.diagnose.known_good import ChangedCode, KnownGood
from flight_recorder.diagnose.shrinking import Test, smallest
from flight_recorder.model.fingerprint import Fingerprint
from flight_recorder.model.session import Session

MAX_ALONE = 4  # functions whose old code is put back alone, before all together and halves are tried
MAX_ANSWERED = 3  # suspects that are given a known-good output

GONE, IN_PART, STAYS, RULED_OUT = 1.2, 0.5, -0.45, -2.0
ON_THE_WAY = 0.3  # a good output that helps: so does one of every step that the value came through

Asking = Generator[Experiment, Ran, Ran]


def investigate(diagnosis: Diagnosis, earlier: Sequence[Session]) -> Investigation:
    """Yield experiments on the session of *diagnosis*; *earlier* succeeded before it, the latest first."""
    again = yield Experiment(Change.NOTHING)
    if again.result is not Result.SAME_FAILURE or diagnosis.failure is None:
        return _not_again(diagnosis, again)
    where = diagnosis.failure.name
    signs = [(where, Evidence("repeats", f"with what it was given, it fails again ({_session(again)})", 0.0))]
    if not earlier:
        nothing = f"no earlier run of {diagnosis.session.entry} succeeded, so there is nothing to put back"
        return Conclusion(tuple(signs), remarks=(nothing,))
    looking = _Looking(diagnosis, KnownGood(diagnosis.session, earlier[0]), signs)
    confirmed = yield from looking.at_code()
    if not confirmed:
        confirmed = yield from looking.at_outputs()
    return Conclusion(tuple(looking.signs), confirmed, () if confirmed else looking.remarks())


def _not_again(diagnosis: Diagnosis, again: Ran) -> Conclusion:
    if diagnosis.failure is None or again.result is Result.UNCLEAR:
        return Conclusion()
    did = "does not fail" if again.result is Result.SUCCEEDED else "fails in another way"
    text = f"with what it was given, it {did} now ({_session(again)}): it depends on something that is not recorded"
    return Conclusion(((diagnosis.failure.name, Evidence("hidden state", text, 0.0)),), remarks=(HIDDEN,))


HIDDEN = "the failure does not come back with the recorded inputs, so no experiment can tell what it came from"


class _Looking:
    """One investigation, after the failure was seen to come back."""

    def __init__(self, diagnosis: Diagnosis, good: KnownGood, signs: list[tuple[str, Evidence]]) -> None:
        self._diagnosis = diagnosis
        self._good = good
        self.signs = signs
        self._changed = ChangedCode({}, (), ())
        self._is_answered = False  # whether some suspect was given a known-good output
        self._known: dict[frozenset[str], Ran] = {}  # by the functions whose old code was back

    # Old code back ------------------------------------------------------------------------------------------------

    def at_code(self) -> Generator[Experiment, Ran, str]:
        """Put old code back; return the step whose change alone makes the difference, "" where none is sure to."""
        self._changed = self._good.changed_code([each.name for each in self._diagnosis.candidates])
        names = list(self._changed.functions)
        for name in names[:MAX_ALONE]:
            ran = yield from self._with_old(name)
            if ran.result is Result.SUCCEEDED:
                return (yield from self._found(name, ran))
            if ran.result is Result.SAME_FAILURE:
                text = f"with the old code of {name} back, the run fails all the same ({_session(ran)})"
                self._say(name, "old code", text, STAYS)
        if len(names) > 1:
            return (yield from self._among(names))
        return ""

    def _among(self, names: list[str]) -> Generator[Experiment, Ran, str]:
        """Find the few of many changes that make the difference, when no one was seen to do so alone."""
        ran = yield from self._with_old(*names)
        if ran.result is not Result.SUCCEEDED:
            return ""
        found = yield from smallest(names, self._is_gone)
        ran = self._known[frozenset(found)]
        if len(found) == 1:
            return (yield from self._found(found[0], ran))
        for name in found:
            text = f"with the old code of {_all_of(found)} back, the run succeeds ({_session(ran)}), not with less"
            self._say(name, "old code", text, IN_PART)
        return ""

    def _is_gone(self, names: Sequence[str]) -> Test:
        ran = yield from self._with_old(*names)
        return ran.result is Result.SUCCEEDED

    def _with_old(self, *names: str) -> Asking:
        """Put the old code of *names* back, if that was not done yet."""
        key = frozenset(names)
        if key not in self._known:
            self._known[key] = yield self._old_code(names)
        return self._known[key]

    def _old_code(self, names: Sequence[str]) -> Experiment:
        code: dict[str, Fingerprint] = {name: self._changed.functions[name] for name in names}
        return Experiment(Change.OLD_CODE, tuple(names), code)

    def _found(self, name: str, ran: Ran) -> Generator[Experiment, Ran, str]:
        """The run succeeds with the old code of *name* alone. Return it where nothing else can account for that."""
        self._say(name, "old code", f"with the old code of {name} back, the run succeeds ({_session(ran)})", GONE)
        others = [other for other in self._changed.functions if other != name]
        if self._changed.new or any(other != name for other in self._changed.others):
            return ""  # what cannot be put back may be at fault, and the change of *name* only lead to it
        if self._was_tolerant(name):
            return ""  # the fault may be older, and what fails now be right to do so
        if others:
            without = yield from self._with_old(*others)
            if without.result is not Result.SAME_FAILURE:
                return ""
            text = f"with the old code of all that changed but {name}, it fails all the same ({_session(without)})"
            self._say(name, "old code", text, 0.0)
        control = yield Experiment(Change.SAME_CODE, (name,))
        if control.result is not Result.SAME_FAILURE:
            return ""
        again = yield self._old_code([name])
        return name if again.result is Result.SUCCEEDED else ""

    def _was_tolerant(self, name: str) -> bool:
        """Whether *name* is what failed, and only no longer lets pass what it did: a check is new, a handler gone."""
        failed = self._diagnosis.failure
        if failed is None or failed.name != name or failed.failure is None:
            return False
        was, now = self._changed.functions[name], self._diagnosis.session.fingerprint_of(failed)
        if was.source.count("except") > (now.source.count("except") if now is not None else 0):
            return True
        frames = [frame for frame in failed.failure.frames if frame.is_project]
        line = frames[-1].source.strip() if frames else ""
        return line.startswith(("raise", "assert")) and line not in was.source

    # Known-good outputs -------------------------------------------------------------------------------------------

    def at_outputs(self) -> Generator[Experiment, Ran, str]:
        """Give suspects what they gave in the good run; return the one that is sure to be at fault, "" if none is."""
        tried = 0
        for candidate in self._diagnosis.candidates:
            answers = self._good.answers(candidate.name)
            if not answers or tried == MAX_ANSWERED:
                continue
            tried += 1
            self._is_answered = True
            experiment = Experiment(Change.GOOD_OUTPUT, (candidate.name,), answers=answers)
            ran = yield experiment
            if ran.result is Result.SAME_FAILURE:
                text = f"with what it gave in the good run, the run fails all the same ({_session(ran)})"
                self._say(candidate.name, "good output", text, RULED_OUT)
            elif ran.result is Result.SUCCEEDED:
                text = f"with what {candidate.name} gave in the good run, the run succeeds ({_session(ran)})"
                is_sure = yield from self._is_sure(experiment)
                self._say(candidate.name, "good output", text, GONE if is_sure else ON_THE_WAY)
                if is_sure:
                    return candidate.name
        return ""

    def _is_sure(self, experiment: Experiment) -> Generator[Experiment, Ran, bool]:
        """Whether it is the step's own doing that its output differs, and the difference is seen a second time."""
        if not self._good.is_own_doing(experiment.answers):
            return False
        again = yield Experiment(Change.NOTHING)
        if again.result is not Result.SAME_FAILURE:
            return False
        ran = yield experiment
        return ran.result is Result.SUCCEEDED

    def remarks(self) -> tuple[str, ...]:
        """Return what kept more from being tried."""
        others = self._changed.others
        if others:
            changed = f"since the last good run more changed than the text of {_all_of(others)}"
            return (f"{changed}: a helper, a constant or a library, which cannot be put back",)
        if not self._changed.functions and not self._is_answered:
            return ("no code changed since the last good run, and no step gave something else for equal inputs",)
        return ()

    def _say(self, name: str, kind: str, text: str, weight: float) -> None:
        self.signs.append((name, Evidence(kind, text, weight)))


def _session(ran: Ran) -> str:
    return f"session {ran.session[:8]}"


def _all_of(names: Sequence[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else names[0]
