"""Sites: where a step was called from."""

from types import FrameType

from flight_recorder.model.step import Site
from flight_recorder.record.failing import OWN_FOLDER


def site_of(frame: FrameType | None) -> Site | None:
    """Return where the nearest frame that is not ours stands."""
    while frame is not None and frame.f_code.co_filename.startswith(OWN_FOLDER):
        frame = frame.f_back
    if frame is None:
        return None
    return Site(frame.f_code.co_filename, frame.f_lineno, frame.f_code.co_qualname)
