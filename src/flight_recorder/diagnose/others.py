"""Others: signs against steps that gave the failing one nothing, or that changed what another one gave. Pure."""

import re
from collections.abc import Iterator

from flight_recorder.diagnose.anomaly import anomaly_of
from flight_recorder.diagnose.case import Case
from flight_recorder.diagnose.consumer import known_texts, mentions, near_miss
from flight_recorder.diagnose.findings import Evidence
from flight_recorder.diagnose.history import History
from flight_recorder.diagnose.look import part_of
from flight_recorder.diagnose.ways import Maker, Producer
from flight_recorder.diagnose.writers import key_in
from flight_recorder.model.session import Session
from flight_recorder.model.step import Returned, Step

FLOWS = 0.35  # a value that leads to the failure, with no producer between
FALLOFF = 0.85  # for each producer between
MIN_MESSAGE_CHARS = 3  # of a message that is found in others not by chance
HANDLED, HANDLED_ASIDE = 0.75, 0.30
MADE = 0.35
LEFT_OUT = 0.60
NEAR_MISS = 0.55
ODD = 0.60
USED_UP = 0.60
EXPLAINED = 0.20  # what a step returned is what its input asks for

_ITERATORS = frozenset(
    {"generator", "map", "zip", "filter", "enumerate", "reversed"}
)  # and list_iterator and the like

Found = Iterator[tuple[Step, Evidence]]


def of_makers(case: Case) -> Found:
    for maker in case.tracer.makers.values():
        if maker.step.id != case.crash.step.id:
            yield maker.step, _made(case, maker)


def _made(case: Case, maker: Maker) -> Evidence:
    weight = FLOWS * FALLOFF**maker.distance
    if maker.without is not None:
        had = _source_with(case, maker)
        told = f", which {had.name} returned" if had is not None else ""
        return Evidence("left out", f"it leaves out {maker.without!r}{told}", weight + (LEFT_OUT if had else MADE))
    if maker.is_derived:
        return Evidence("made", "its own code had a part in the value", weight * 0.5)
    return Evidence("made", "its own code wrote the value down", weight + MADE)


def _source_with(case: Case, maker: Maker) -> Step | None:
    """A step under a maker whose output has the key that the maker left out."""
    ways = [way for ways in case.tracer.producers.values() for way in ways if way.step.parent == maker.step.id]
    for way in ways:
        outcome = way.step.outcome
        if isinstance(outcome, Returned) and key_in(maker.without, part_of(outcome.value)):
            return way.step
    return None


def of_given(case: Case, history: History) -> Found:
    """The entry, where the session was started with what the failure is about."""
    for asked in case.tracer.given:
        entry = asked.consumer
        if entry.id == case.crash.step.id or case.local:
            continue
        usual = history.usual_input(entry.name, asked.parameter)
        odd = usual.oddness(part_of(entry.inputs[asked.parameter])) if usual.is_known else anomaly_of(asked.part)
        if not asked.is_culprit and not (usual.is_known and odd.weight):
            continue  # what was worked out from it is for those to answer who did
        weight = FLOWS * FALLOFF**asked.distance + ODD * odd.weight
        text = f"; {odd.text}" if odd.weight > 0 and usual.is_known else ""
        yield entry, Evidence("given", f"it was started with {asked.part.shown}{text}", weight)


def of_handled(case: Case) -> Found:
    """Steps that failed before, and whose caller went on as if nothing had happened."""
    began = case.crash.step.started_ns
    told: set[int] = set()  # one sign for each caller: a loop that tries again is one mistake
    on_the_way = set(case.tracer.producers) | {maker.step.id for maker in case.tracer.makers.values()}
    for step in case.session.steps.values():
        failure, parent = step.failure, case.session.steps.get(step.parent or 0)
        if failure is None or failure.origin is not None or parent is None or step.id == case.crash.step.id:
            continue
        is_told = _tells_of(case, failure.message)
        is_below = is_told and any(above.id == case.crash.step.id for above in case.session.ancestors(step))
        if step.ended_ns is None or (step.ended_ns > began and not is_below):
            continue
        if _succeeded_later(case.session, step, began):
            continue
        is_hidden = parent.id in on_the_way
        if isinstance(parent.outcome, Returned) and is_hidden and parent.id not in told:
            told.add(parent.id)
            text = f"{step.name} failed in it with {failure.summary}, and it returned all the same"
            yield parent, Evidence("handled", text, HANDLED)
        if not isinstance(parent.outcome, Returned):
            text = f"it raised {failure.summary}, and {parent.name} went on without it"
            text += ", and the failure tells of it" if is_told else ""
            yield step, Evidence("handled", text, HANDLED if is_hidden or is_told else HANDLED_ASIDE)


def _tells_of(case: Case, message: str) -> bool:
    """Whether what failed at last has the *message* of an earlier failure in its own: a framework passed it on."""
    return len(message) > MIN_MESSAGE_CHARS and message in case.crash.failure.message


def _succeeded_later(session: Session, step: Step, began_ns: int) -> bool:
    """Whether an equal call was tried again with success: then its failure has no part in what followed."""
    return any(
        other.name == step.name
        and other.parent == step.parent
        and isinstance(other.outcome, Returned)
        and step.started_ns < other.started_ns < began_ns
        for other in session.steps.values()
    )


def _is_taken_over(producer: Producer, known: str) -> bool:
    """Whether the producer cut the text out of what it was given as it stood there, without *known* being there."""
    text = producer.asked.part.text or ""
    given = [inner.text or "" for value in producer.step.inputs.values() for _, inner in part_of(value).walk()]
    if _bare(text) == _bare(known) or any(mentions(each, known) for each in given):
        return False
    return any(text in each for each in given)


def _bare(text: str) -> str:
    return re.sub(r"^\W+|\W+$", "", text)


def of_used_up(case: Case) -> Found:
    """A step gave an iterator, which gives its items once, and another one had taken them."""
    for id, ways in case.tracer.producers.items():
        output = ways[0].output
        is_iterator = output.kind in _ITERATORS or output.kind.endswith("iterator")
        if not is_iterator or ways[0].written is not None:
            continue
        # One iterator looks like another: only where no other step gave one is it this one that was read.
        if any(
            value.data == output.data for step in case.session.steps.values() if step.id != id for value in step.given
        ):
            continue
        readers = [
            step.name
            for step in case.session.steps.values()
            if step.parent == ways[0].step.parent and output.data in (value.data for value in step.inputs.values())
        ]
        if len(readers) > 1:
            text = f"it gave an iterator, which gives its items once, and {readers[0]} had it before {readers[-1]}"
            yield case.session.steps[id], Evidence("used up", text, USED_UP)


def of_near_misses(case: Case) -> Found:
    """A step looked for a text that is nearly, but not quite, one that it knows: who made that text?"""
    for producer in [way for ways in case.tracer.producers.values() for way in ways]:
        asked = producer.asked
        if not asked.parameter or producer.path is None:
            continue
        known = near_miss(case.session, asked.consumer, asked.part) or _spoilt(case.session, producer)
        if known is not None and not producer.is_passed_on and not _is_taken_over(producer, known):
            text = f"it gave {asked.part.shown}, but {asked.consumer.name} knows {known!r}"
            yield producer.step, Evidence("near miss", text, NEAR_MISS)
            yield asked.consumer, Evidence("near miss", f"what it looked for was to be {known!r}", -EXPLAINED)


def _spoilt(session: Session, producer: Producer) -> str | None:
    """The one text that the consumer knows, that was in what the producer was given, and is not in what it gave."""
    text = producer.asked.part.text
    known = [each for each in known_texts(session, producer.asked.consumer) if text is not None and each not in text]
    if not known:
        return None
    given = [inner.text or "" for value in producer.step.inputs.values() for _, inner in part_of(value).walk()]
    found = {each for each in known for one in given if mentions(one, each)}
    return found.pop() if len(found) == 1 and text not in known else None
