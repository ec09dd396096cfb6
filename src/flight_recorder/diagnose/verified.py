"""Verified: the suspects as experiments leave them: confirmed, or less suspicious than they looked. Pure."""

from collections.abc import Sequence

from flight_recorder.diagnose.experiment import Conclusion
from flight_recorder.diagnose.findings import Evidence
from flight_recorder.diagnose.suspects import Suspect, candidate_of, rank
from flight_recorder.model.session import Session


def with_signs(session: Session, suspects: Sequence[Suspect], conclusion: Conclusion) -> list[Suspect]:
    """Return the suspects of *session* with what *conclusion* adds, the confirmed one first, then by weight."""
    signs: dict[str, list[Evidence]] = {}
    for name, sign in conclusion.signs:
        signs.setdefault(name, []).append(sign)
    named = {suspect.candidate.name for suspect in suspects}
    found = [_with(session, suspect, signs.get(suspect.candidate.name, [])) for suspect in suspects]
    for name, new in signs.items():
        if name not in named and sum(sign.weight for sign in new) > 0:
            step = next(step for step in session.steps.values() if step.name == name)
            found.append(Suspect(candidate_of(step, new), None))
    return sorted(found, key=lambda each: (each.candidate.name != conclusion.confirmed, rank(each)))


def _with(session: Session, suspect: Suspect, signs: list[Evidence]) -> Suspect:
    if not signs:
        return suspect
    step = session.steps[suspect.candidate.step]
    return Suspect(candidate_of(step, [*suspect.candidate.evidence, *signs]), suspect.producer)
