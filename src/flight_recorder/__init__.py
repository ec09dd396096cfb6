"""Flight Recorder: record a pipeline, see why it failed, replay only what the fix touches."""

from flight_recorder.api import FlightRecorder

__all__ = ["FlightRecorder"]
__version__ = "0.1.0"
