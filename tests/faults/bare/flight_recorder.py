"""What stands in for Flight Recorder in a bare run: the same names, and nothing behind them."""

from contextlib import nullcontext


class FlightRecorder:
    """Leaves functions as they are."""

    def __init__(self, **_options):
        """Take any options."""

    def register(self, name=None, **_options):
        """Return the function itself."""
        return name if callable(name) else lambda function: function

    def run(self, entry, /, *args, **kwargs):
        """Call *entry*."""
        return entry(*args, **kwargs)

    def trace(self):
        """Return a block that does nothing."""
        return nullcontext()

    def close(self):
        """Do nothing."""
