"""Sites: where a step was called from."""

from types import FrameType

from flight_recorder.model.step import Site
from flight_recorder.record.failing import OWN_FOLDER


def outside(frame: FrameType | None) -> FrameType | None:
    """Return the nearest frame that is not ours, *frame* or one further out."""
    while frame is not None and frame.f_code.co_filename.startswith(OWN_FOLDER):
        frame = frame.f_back
    return frame


def site_of(frame: FrameType | None) -> Site | None:
    """Return where the nearest frame that is not ours stands."""
    frame = outside(frame)
    return None if frame is None else Site(frame.f_code.co_filename, frame.f_lineno, frame.f_code.co_qualname)
