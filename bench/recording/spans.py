"""Ways to record calls as spans of OpenTelemetry: by its SDK, and by tools that are built on it.

Each batches its spans and exports them in the background, as it does by default; no server is there, so that what is
exported is written to a file.
"""

import functools
import json
from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, ClassVar

from bench.recording.way import Function, Way


def exporter(folder: Path) -> Any:
    """Return an exporter that appends each span to a file, as JSON."""
    from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

    class FileExporter(SpanExporter):
        def __init__(self) -> None:
            self.file = open(folder / "spans.jsonl", "a", encoding="utf-8")  # noqa: SIM115 - open until shutdown

        def export(self, spans: Sequence[Any]) -> Any:
            for span in spans:
                kept = {
                    "trace": span.context.trace_id,
                    "id": span.context.span_id,
                    "parent": span.parent and span.parent.span_id,
                    "name": span.name,
                    "began": span.start_time,
                    "ended": span.end_time,
                    "status": span.status.status_code.name,
                    "attributes": dict(span.attributes),
                }
                self.file.write(json.dumps(kept, default=list) + "\n")
            self.file.flush()
            return SpanExportResult.SUCCESS

        def shutdown(self) -> None:
            self.file.close()

        def force_flush(self, timeout_millis: int = 0) -> bool:  # noqa: ARG002 - as the SDK calls it
            return True

    return FileExporter()


class OpenTelemetry(Way):
    """A span with the arguments and the result as JSON attributes, in the batch processor of the SDK."""

    packages: ClassVar[tuple[str, ...]] = ("opentelemetry-sdk",)

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor

        self.provider = TracerProvider()
        self.provider.add_span_processor(BatchSpanProcessor(exporter(folder)))
        self.tracer = self.provider.get_tracer("bench")

    def wrap(self, function: Function) -> Function:
        """Open a span around the call."""
        open_span, name = self.tracer.start_as_current_span, function.__name__

        @functools.wraps(function)
        def wrapper(*args: Any) -> Any:
            with open_span(name) as span:
                span.set_attribute("inputs", json.dumps(args))
                result = function(*args)
                span.set_attribute("output", json.dumps(result))
                return result

        @functools.wraps(function)
        async def async_wrapper(*args: Any) -> Any:
            with open_span(name) as span:
                span.set_attribute("inputs", json.dumps(args))
                result = await function(*args)
                span.set_attribute("output", json.dumps(result))
                return result

        return async_wrapper if name.endswith("_async") else wrapper

    def session(self) -> AbstractContextManager[Any]:
        """A span above all."""
        return self.tracer.start_as_current_span("main")

    def flush(self) -> None:
        """Export what waits."""
        self.provider.force_flush()

    def stop(self) -> None:
        """End the exporting thread."""
        self.provider.shutdown()


class Langfuse(Way):
    """`@observe`, with an exporter of ours in the place of that to its server."""

    packages: ClassVar[tuple[str, ...]] = ("langfuse",)

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        from langfuse import Langfuse as Client

        self.client = Client(
            public_key="pk-lf-bench",
            secret_key="sk-lf-bench",
            base_url="http://127.0.0.1:9",  # nobody listens; nothing but spans would be sent
            span_exporter=exporter(folder),
        )

    def wrap(self, function: Function) -> Function:
        """https://langfuse.com/docs/observability/sdk/python/instrumentation"""
        from langfuse import observe

        return observe()(function)

    def session(self) -> AbstractContextManager[Any]:
        """A span above all."""
        return self.client.start_as_current_observation(name="main")

    def flush(self) -> None:
        """Export what waits."""
        self.client.flush()

    def stop(self) -> None:
        """End the exporting thread."""
        self.client.shutdown()


class Logfire(Way):
    """`@logfire.instrument` that keeps arguments and results; nothing is sent, spans go to a file in batches."""

    packages: ClassVar[tuple[str, ...]] = ("logfire",)

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        import logfire
        from opentelemetry.sdk.trace.export import BatchSpanProcessor

        logfire.configure(
            send_to_logfire=False,
            console=False,
            metrics=False,
            inspect_arguments=False,
            additional_span_processors=[BatchSpanProcessor(exporter(folder))],
        )
        self.logfire = logfire

    def wrap(self, function: Function) -> Function:
        """https://logfire.pydantic.dev/docs/reference/api/logfire/#logfire.Logfire.instrument"""
        recorded = self.logfire.instrument(function.__name__, extract_args=True, record_return=True)
        return recorded(function)

    def session(self) -> AbstractContextManager[Any]:
        """A span above all."""
        return self.logfire.span("main")

    def flush(self) -> None:
        """Export what waits."""
        self.logfire.force_flush()

    def stop(self) -> None:
        """End the exporting thread."""
        self.logfire.shutdown()
