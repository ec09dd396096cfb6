"""Consumer: signs that the fault lies with who used a value, or with who passed it, not with who made it. Pure."""

import re
from collections.abc import Iterator
from difflib import SequenceMatcher, get_close_matches
from itertools import islice

from flight_recorder.diagnose.case import Case
from flight_recorder.diagnose.complaint import Complaint
from flight_recorder.diagnose.findings import Evidence
from flight_recorder.diagnose.look import Part
from flight_recorder.model.fingerprint import PartKind
from flight_recorder.model.session import Session
from flight_recorder.model.step import Returned, Step

CLOSE_KEY, CLOSE_KEY_ALONE = 0.35, 0.10  # where others know the key that is there; where only its maker does
READ_BY_OTHERS = 0.30
CLASS_ATTRIBUTE = 0.35
UNHEARD_OF = 0.45
MAX_SEARCHED = 20_000  # steps
MIN_LIKENESS = 0.8

_BUILTIN = frozenset(
    {"NoneType", "str", "int", "float", "bool", "bytes", "dict", "list", "tuple", "set", "coroutine"}
)
_QUOTED = re.compile(r"'([^'\\]{3,})'|\"([^\"\\]{3,})\"")


def consumer_evidence(case: Case) -> Iterator[Evidence]:
    """Yield what speaks against the failing step because of how it uses what it is given."""
    if is_class_attribute(case):
        kind, key = case.culprits[0].part.kind, case.complained.key
        yield Evidence("attribute", f"it reads .{key}, which no {kind} has", CLASS_ATTRIBUTE)
    if case.complained.complaint is not Complaint.MISSING_KEY or not isinstance(case.complained.key, str):
        return
    holders = [part for asked in case.culprits if (part := asked.part).keys()]
    for holder in holders[:1]:
        key = case.complained.key
        near = _near_key(case, holder)
        if near:
            weight = CLOSE_KEY if _is_known_elsewhere(case, near) else CLOSE_KEY_ALONE
            yield Evidence("spelling", f"it reads {key!r}, where there is {near!r}", weight)
        elif is_unheard_of(case):
            yield Evidence("unheard of", f"nothing else in the session knows {key!r}", UNHEARD_OF)
        reader = other_reader(case, holder)
        if reader is not None:
            text = f"{reader.name} was given the same and had no trouble with it"
            yield Evidence("others", text, READ_BY_OTHERS)


def _near_key(case: Case, holder: Part) -> str:
    """The key of *holder* that the missing one nearly is; "" if there is none."""
    key = case.complained.key
    near = get_close_matches(key, holder.keys(), n=1, cutoff=MIN_LIKENESS) if isinstance(key, str) else []
    return near[0] if near else ""


def is_unheard_of(case: Case) -> bool:
    """Whether the missing key, however written, stands in no value, constant or function but the failing one."""
    key, own = case.complained.key, case.session.fingerprint_of(case.crash.step)
    if not isinstance(key, str):
        return False
    wanted = _squeezed(key)
    for fingerprint in case.session.fingerprints.values():
        texts = [part.preview for part in fingerprint.parts]
        texts += [fingerprint.source] if fingerprint is not own else []
        if any(wanted in _squeezed(text) for text in texts):
            return False
    written = key.replace("_", "").encode().lower()  # as bytes: no letter but those of ASCII has another case there
    steps = islice(case.session.steps.values(), MAX_SEARCHED)
    values = (value.data for step in steps for value in (*step.inputs.values(), *step.given))
    return not any(written in data.lower().replace(b"_", b"") for data in values)


def _squeezed(text: str) -> str:
    """*text* so that `check_out` and `checkOut` are equal."""
    return text.lower().replace("_", "")


def _is_known_elsewhere(case: Case, key: str) -> bool:
    """Whether two functions beside the failing one name *key*: then it is hardly misspelt."""
    own = case.session.fingerprint_of(case.crash.step)
    sources = {each.source for each in case.session.fingerprints.values() if each is not own}
    return sum(mentions(source, key) for source in sources) > 1


def mentions(source: str, key: str) -> bool:
    """Whether *key* stands in *source* as a word, or words, of its own."""
    return re.search(rf"(?<!\w){re.escape(key)}(?!\w)", source) is not None


def is_class_attribute(case: Case) -> bool:
    """Whether an attribute was missing that the class of the object decides about, not who made the object."""
    return (
        case.complained.complaint is Complaint.MISSING_ATTRIBUTE
        and bool(case.culprits)
        and all(asked.part.kind not in _BUILTIN for asked in case.culprits)
    )


def other_reader(case: Case, holder: Part, producer: Step | None = None) -> Step | None:
    """A step that finished well with an input that is the same container; None for values that are everywhere."""
    if not holder.keys():
        return None
    near = _near_key(case, holder) if case.complained.complaint is Complaint.MISSING_KEY else ""
    if near and not _is_known_elsewhere(case, near):
        return None  # its maker misspelt the key, as it seems, and who read another one was not troubled by that
    aside = {case.crash.step.id} | ({producer.id} if producer is not None else set())
    for step in case.session.steps.values():
        if step.id in aside or not isinstance(step.outcome, Returned):
            continue
        took_on = holder.data in step.outcome.value.data  # and perhaps never looked into it
        if not took_on and any(value.data == holder.data for value in step.inputs.values()):
            return step
    return None


def near_miss(session: Session, step: Step, part: Part) -> str | None:
    """A text among the constants of *step*'s function that *part* nearly is; None when it is one, or none is near."""
    known = known_texts(session, step)
    if part.text is None or len(part.text) < 3 or part.text in known:
        return None
    best = max(known, key=lambda text: _likeness(text, part.text or ""), default=None)
    return best if best is not None and _likeness(best, part.text) >= MIN_LIKENESS else None


def known_texts(session: Session, step: Step) -> list[str]:
    """The texts among the constants of *step*'s function: keys of its tables and the like."""
    fingerprint = session.fingerprint_of(step)
    parts = fingerprint.parts if fingerprint is not None else ()
    previews = [each.preview for each in parts if each.kind is PartKind.CONSTANT]
    return [first or second for preview in previews for first, second in _QUOTED.findall(preview)]


def _likeness(one: str, other: str) -> float:
    return SequenceMatcher(None, one.lower(), other.lower()).ratio()
