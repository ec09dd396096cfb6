"""Verified: the experiments of `debug --verify`, as lines and as JSON."""

from collections.abc import Iterator, Sequence
from textwrap import wrap
from typing import Any

from flight_recorder.diagnose.experiment import Change, Experiment, Ran, Result, Verification
from flight_recorder.render.safe import safe
from flight_recorder.render.terminal import Style, Text, line

WIDEST = 10_000  # cells, where nobody says how many there are

_RESULTS = {
    Result.SUCCEEDED: "the run succeeds",
    Result.SAME_FAILURE: "fails all the same",
    Result.OTHER_FAILURE: "fails in another way",
}
_RESULT_STYLES: dict[Result, Style] = {
    Result.SUCCEEDED: "green",
    Result.SAME_FAILURE: "red",
    Result.OTHER_FAILURE: "red",
}


def doing_text(experiment: Experiment) -> str:
    """Return in words what is done in *experiment*."""
    names = _listed(experiment.steps)
    match experiment.change:
        case Change.NOTHING:
            return "run again as it was"
        case Change.SAME_CODE:
            return f"{names} run again as it is"
        case Change.OLD_CODE:
            return f"old code of {names} back"
        case Change.GOOD_OUTPUT:
            return f"{names} gives what it gave in the good run"


def experiment_lines(verification: Verification, width: int | None = None) -> Iterator[Text]:
    """Yield the block of experiments: a heading, each with its result, and why there were no more.

    Lines that are longer than *width* cells are wrapped: what they say last is which session to look at.
    """
    yield line(("Experiments:", "bold"))
    for ran in verification.ran:
        yield from _experiment(ran, width)
    for remark in _remarks(verification):
        yield from _wrapped(remark, width)


def _experiment(ran: Ran, width: int | None) -> Iterator[Text]:
    took = f"{ran.seconds:.1f} s"
    where = f"(session {ran.session[:8]}, {took})" if ran.session else f"({took})"
    doing = safe(doing_text(ran.experiment))
    result = safe(_RESULTS.get(ran.result) or f"unclear: {_first_line(ran.why)}")
    if width is None or len(f"  {doing}: {result} {where}") <= width:
        yield line(f"  {doing}: ", (result, _RESULT_STYLES.get(ran.result, "yellow")), (f" {where}", "dim"))
    else:
        yield from _wrapped(f"{doing}: {result} {where}", width)


def _wrapped(text: str, width: int | None) -> Iterator[Text]:
    for part in wrap(safe(text), width or WIDEST, initial_indent="  ", subsequent_indent="    "):
        yield line(part)


def experiments_document(verification: Verification) -> dict[str, Any]:
    """What `debug --verify --json` adds to the document."""
    return {
        "experiments": [
            {
                "kind": str(ran.experiment.change),
                "steps": list(ran.experiment.steps),
                "session": ran.session or None,
                "outcome": str(ran.result),
                "detail": ran.why,
                "seconds": round(ran.seconds, 3),
            }
            for ran in verification.ran
        ],
        "remarks": _remarks(verification),
    }


def _remarks(verification: Verification) -> list[str]:
    stopped = [f"no more experiments: {_first_line(verification.stopped)}"] if verification.stopped else []
    return [*verification.conclusion.remarks, *stopped]


def _first_line(text: str) -> str:
    return text.partition("\n")[0]


def _listed(names: Sequence[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else "".join(names)
