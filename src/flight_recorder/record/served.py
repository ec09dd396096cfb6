"""Served: a call is answered with the recorded outcome, and what was recorded under it goes into the new session."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from msgspec import structs

from flight_recorder.codec.capture import Parts
from flight_recorder.errors import NotRebuildableError
from flight_recorder.model.event import Event
from flight_recorder.model.judgement import Judgement
from flight_recorder.model.step import Closed, Step, Unfinished
from flight_recorder.model.verdict import Serve
from flight_recorder.record.copying import NOTHING_FOUND, Copy, Found
from flight_recorder.record.places import Before, check_unchanged, put_into
from flight_recorder.record.restoring import restored_outcome

if TYPE_CHECKING:
    from flight_recorder.record.open_step import OpenStep


def recorded_answer(
    opened: "OpenStep", verdict: Serve, parts: Sequence[Parts], left_alone: Collection[str] = ()
) -> Callable[[], None]:
    """Return what answers *opened* as *verdict* says, and puts back what the recorded call changed.

    *parts* are those of the inputs; *left_alone* names places that hold already what they have to. Nothing is changed
    before that is called. Raises NotRebuildableError.
    """
    outcome = verdict.step.outcome
    if isinstance(outcome, Unfinished | Closed):
        raise NotRebuildableError("the recorded step has no outcome")
    live = opened.recording.learner.keeper.live
    restored = restored_outcome(outcome, parts if verdict.is_same_call else None, live)
    places = {name: before for name, before in opened.places.items() if name not in left_alone}
    put_places_back = _placing(places, verdict, restored.values)

    def answer() -> None:
        opened.give(outcome)
        restored.put_back()
        for put_back in put_places_back:
            put_back()
        opened.answer, opened.served = restored.values[-1], True
        opened.forget_arguments()

    return answer


def write_recorded(
    opened: "OpenStep",
    verdict: Serve,
    write: Callable[[Event], None],
    judgement: Judgement | None = None,
    found: Found = NOTHING_FOUND,
) -> None:
    """Write what was recorded under the served step, and its end: the new session is complete in itself.

    *judgement* is what an audit makes of that on it, and *found* what it found, by the id of the recorded step.
    """
    outcome, recording = verdict.step.outcome, opened.recording
    assert not isinstance(outcome, Unfinished)  # nothing could have been answered with it
    copy = Copy(verdict, opened, found)
    for event in copy.up_to(None, recording.now()):
        write(event)
    write(structs.replace(copy.end(outcome, copy.now_ns), judgement=judgement))


def _placing(places: Mapping[str, Before], verdict: Serve, values: Sequence[Any]) -> list[Callable[[], None]]:
    """Return what leaves in *places* what the served step left there; *values* begin with what it changed.

    Raises NotRebuildableError.
    """
    step: Step = verdict.step
    if not verdict.is_same_call or isinstance(step.outcome, Unfinished):
        return []
    changed = dict(zip(step.outcome.mutated, values, strict=False))
    for name in places.keys() - changed.keys():
        check_unchanged(places[name], step.inputs.get(name))
    return [put_into(places[name], step.inputs.get(name), value) for name, value in changed.items() if name in places]
