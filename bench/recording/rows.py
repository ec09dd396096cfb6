"""The ways to record a call. Each takes a function and gives one in its place, in an environment of the row's own."""

import json
import mmap
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

Function = Callable[..., Any]
Use = Callable[[Function], None]


def bare(function: Function, use: Use) -> None:
    """Not recorded."""
    use(function)


def floor(function: Function, use: Use) -> None:
    """What marks the floor: encode the arguments, append; call; encode the result, append. Nothing else."""
    import msgspec

    encode = msgspec.msgpack.Encoder().encode
    size = 1 << 28
    with tempfile.TemporaryFile() as file:
        os.posix_fallocate(file.fileno(), 0, size)
        with mmap.mmap(file.fileno(), size) as memory:
            end = 0

            def append(data: bytes) -> None:
                nonlocal end
                if end + len(data) > size:
                    end = 0
                memory[end : end + len(data)] = data
                end += len(data)

            def wrapper(*args: Any) -> Any:
                append(encode(args))
                result = function(*args)
                append(encode(result))
                return result

            use(wrapper)


def flight_recorder(function: Function, use: Use) -> None:
    """A registered function in a session, in a folder of its own."""
    from flight_recorder import FlightRecorder

    with tempfile.TemporaryDirectory() as folder:
        fr = FlightRecorder(store=Path(folder, "store"))
        step = fr.register("step")(function)

        def main() -> None:
            use(step)

        fr.run(main)
        os.environ["FLIGHT_RECORDER_DISABLED"] = "1"  # what is left would be drained at exit, for nobody


def not_in_a_session(function: Function, use: Use) -> None:
    """A registered function that is called outside of any session."""
    from flight_recorder import FlightRecorder

    use(FlightRecorder().register("step")(function))


def opentelemetry(function: Function, use: Use) -> None:
    """A span with the arguments and the result as JSON attributes; the batch processor exports to a file."""
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor, ConsoleSpanExporter

    with tempfile.TemporaryFile("w") as file:
        provider = TracerProvider()
        exporter = ConsoleSpanExporter(out=file, formatter=lambda span: f"{span.to_json(indent=None)}\n")
        provider.add_span_processor(BatchSpanProcessor(exporter))
        tracer = provider.get_tracer("bench")

        def wrapper(*args: Any) -> Any:
            with tracer.start_as_current_span("step") as span:
                span.set_attribute("inputs", json.dumps(args))
                result = function(*args)
                span.set_attribute("output", json.dumps(result))
                return result

        use(wrapper)
        provider.shutdown()


ROWS: dict[str, tuple[str, Callable[[Function, Use], None]]] = {  # the virtual environment, and the way
    "bare": ("", bare),
    "not in a session": ("", not_in_a_session),
    "floor": ("", floor),
    "flight recorder": ("", flight_recorder),
    "opentelemetry": ("opentelemetry", opentelemetry),
}
