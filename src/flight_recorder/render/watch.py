"""Watch: what is said while saves are watched, a line for each try. The caller tells the time."""

from collections.abc import Sequence

from flight_recorder.model.session import Session, Status
from flight_recorder.model.step import Step
from flight_recorder.model.words import listed
from flight_recorder.render.plan import failure_line, final_result, held_detail
from flight_recorder.render.terminal import Piece, Style, Text, in_lines, line

MAX_NAMED_FILES = 3


def watching_line(clock: str, files: int) -> Text:
    """Return what is said when the first replay is over."""
    count = "1 file" if files == 1 else f"{files} files"
    return line(_at(clock), f"Watching {count}; Ctrl-C ends.")


def cold_line(clock: str, why: str) -> Text:
    """Return what is said once when libraries cannot be kept imported."""
    return line(_at(clock), f"Each replay imports its libraries again: {why}.")


def waiting_line(clock: str, changed: Sequence[str], protected: Sequence[str]) -> Text:
    """Return what is said of a save that comes while a protected step runs."""
    steps = ", ".join(protected)
    return line(
        _at(clock),
        f"{_files(changed)}: the replay begins again when {steps}, which is protected, has ended.",
    )


def unagreed_line(clock: str, changed: Sequence[str], steps: Sequence[str]) -> Text:
    """Return what is said of a replay that would run protected steps which nobody agreed to."""
    names = ", ".join(steps)
    return line(
        _at(clock),
        f"{_files(changed)}: ",
        ("HELD", "bold magenta"),
        f" Nothing was run: {names} would run for the first time, and the plan that you agreed to did not say so."
        " Start again to agree.",
    )


def refused_line(clock: str, changed: Sequence[str], why: str) -> Text:
    """Return what is said of a replay that could not be started."""
    return line(_at(clock), f"{_files(changed)}: ", ("REFUSED", "bold red"), f" {why}")


def try_line(clock: str, changed: Sequence[str], took_s: float, replayed: Session | None, error: str) -> Text:
    """Return what came of one replay: what was saved, the word, the time, the counts, the result."""
    start = line(_at(clock), f"{_files(changed)}: ")
    if replayed is None:
        why = error or "The program ended before it reached the recorded entry."
        return start + line(("DIVERGED", "bold red"), f" in {took_s:.2f} s. {why}")
    word, style, result = _result(replayed)
    counts = _counts(list(replayed.steps.values()))
    return start + line((word, style), f" in {took_s:.2f} s, {counts}. ") + result


def _result(replayed: Session) -> tuple[str, Style, Text]:
    match replayed.status:
        case Status.SUCCESS:
            return "SUCCESS", "bold green", line(f"Final result: {final_result(replayed)}")
        case Status.HELD:
            return "HELD", "bold magenta", in_lines(held_detail(replayed))
        case _:
            return "FAILED", "bold red", line(failure_line(replayed))


def _counts(steps: Sequence[Step]) -> str:
    served = sum(step.source is not None for step in steps)
    ran = sum(step.source is None and step.is_genuine for step in steps)
    return f"{ran} {'step' if ran == 1 else 'steps'} ran, {served} served"


def _files(changed: Sequence[str]) -> str:
    return listed(list(changed), MAX_NAMED_FILES)


def _at(clock: str) -> Piece:
    return f"[{clock}] ", "dim"
