"""Flight Recorder: record a pipeline, see why it failed, replay only what the fix touches."""

TYPE_CHECKING = False  # for type checkers it is true; importing typing would take ten times as long as the rest
if TYPE_CHECKING:
    from flight_recorder.api import FlightRecorder

__all__ = ["FlightRecorder"]
__version__ = "0.1.0"


def __getattr__(name: str) -> object:
    """Import the recorder when it is asked for: the commands, and the rooms below it, start without it."""
    if name != "FlightRecorder":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from flight_recorder.api import FlightRecorder

    globals()[name] = FlightRecorder
    return FlightRecorder


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
