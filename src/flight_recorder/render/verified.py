"""Verified: the experiments of `debug --verify`, as lines and as JSON."""

from collections.abc import Iterator, Sequence
from typing import Any

from flight_recorder.diagnose.experiment import Change, Experiment, Result, Verification
from flight_recorder.render.terminal import Text, line
from flight_recorder.render.text import safe

_RESULTS = {
    Result.SUCCEEDED: "the run succeeds",
    Result.SAME_FAILURE: "fails all the same",
    Result.OTHER_FAILURE: "fails in another way",
}
_RESULT_STYLES = {Result.SUCCEEDED: "green", Result.SAME_FAILURE: "red", Result.OTHER_FAILURE: "red"}


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


def experiment_lines(verification: Verification) -> Iterator[Text]:
    """Yield the block of experiments: a heading, a line for each, and why there were no more."""
    yield line(("Experiments:", "bold"))
    for ran in verification.ran:
        took = f"{ran.seconds:.1f} s"
        where = f"session {ran.session[:8]}, {took}" if ran.session else took
        result = _RESULTS.get(ran.result) or f"unclear: {_first_line(ran.why)}"
        style = _RESULT_STYLES.get(ran.result, "yellow")
        yield line(f"  {safe(doing_text(ran.experiment))}: ", (safe(result), style), (f" ({where})", "dim"))
    for remark in _remarks(verification):
        yield line((f"  {safe(remark)}", "dim"))


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
