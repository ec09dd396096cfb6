"""Unusual: signs from a comparison with earlier sessions of the same entry that succeeded. Pure."""

from collections.abc import Iterator, Sequence

from flight_recorder.diagnose.case import Case
from flight_recorder.diagnose.findings import Evidence
from flight_recorder.diagnose.history import History
from flight_recorder.diagnose.look import part_of
from flight_recorder.model.step import Returned, Step

OTHER_OUTPUT, SAME_OUTPUT = 1.0, 0.50  # for the same inputs
OTHER_ARGUMENTS = 1.0
CHANGED = 0.45
AS_USUAL = 0.35

Found = Iterator[tuple[Step, Evidence]]


def of_history(case: Case, history: History, suspects: Sequence[Step]) -> Found:
    """Yield what a comparison with earlier sessions says for and against each of *suspects*."""
    if history.is_empty:
        return
    differing = {step.id for step in suspects if _differs(history, step)}
    for step in suspects:
        changed = history.changed(case.session, step)
        if changed:
            yield step, Evidence("changed", f"since the last good run: {changed}", CHANGED)
        if step.id == case.crash.step.id:
            if history.calls(step.name) and _is_as_usual(history, step):
                yield step, Evidence("usual", "its inputs are as in good runs", AS_USUAL)
        elif not any(below.id in differing for below in case.session.under(step)):
            yield from ((step, sign) for sign in _of_output(history, step))
    yield from _of_callers(case, history, suspects)


def _of_output(history: History, step: Step) -> Iterator[Evidence]:
    """What the output of a step says, which no step below it accounts for."""
    if not isinstance(step.outcome, Returned):
        return
    twins = history.twins(step)
    if twins:
        if _differs(history, step):
            text = f"given the same as in a good run, it returned {part_of(step.outcome.value).shown}"
            yield Evidence("other output", text, OTHER_OUTPUT)
        elif step.outcome.value.data in _outputs(twins):
            yield Evidence("same output", "it was given and returned the same in a good run", -SAME_OUTPUT)


def _is_as_usual(history: History, step: Step) -> bool:
    return all(history.usual_input(step.name, name).fits(part_of(value)) for name, value in step.inputs.items())


def _differs(history: History, step: Step) -> bool:
    """Whether *step* returned something else than every time before for the same inputs, when that was always one."""
    twins = history.twins(step)
    known = _outputs(twins)
    return isinstance(step.outcome, Returned) and len(known) == 1 and step.outcome.value.data not in known


def _outputs(steps: Sequence[Step]) -> set[bytes]:
    return {step.outcome.value.data for step in steps if isinstance(step.outcome, Returned)}


def _of_callers(case: Case, history: History, suspects: Sequence[Step]) -> Found:
    """A caller that passed something else than in good runs, though all that it had was the same."""
    for caller in {step.parent: case.session.steps.get(step.parent or 0) for step in suspects}.values():
        if caller is None:
            continue
        children = case.session.children(caller)
        new = next((child for child in children if not history.twins(child)), None)
        if new is None or not history.calls(new.name):
            continue
        before = [child for child in children if (child.ended_ns or 0) <= new.started_ns and child.id != new.id]
        is_given = bool(history.twins(caller)) or bool(before)
        if is_given and all(not _differs(history, child) for child in before) and history.twins(caller):
            text = f"it called {new.name} with other arguments than in a good run, though it had the same"
            yield caller, Evidence("other arguments", text, OTHER_ARGUMENTS)
