"""Boundary: a request that leaves the program is a step, under the step that made it.

The libraries (`integrations/`) say what is asked and how it is sent. What comes back is a stream: first the head of
the response, then its body, chunk by chunk, as it came. So a boundary is recorded, served and shown as any other
stream, and a step that runs again and asks for the same is given the same, without a request.
"""

from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable, Iterator
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from msgspec import json

from flight_recorder.interrupted import was_interrupted
from flight_recorder.record.binding import Arguments
from flight_recorder.record.context import scope_here
from flight_recorder.record.registry import Registered
from flight_recorder.record.streams import wrap_async_generator, wrap_generator

Head = dict[str, Any]
"""The head of a response: `status`, and `headers` as a list of pairs."""


class Boundary(Registered):
    """A kind of request: method, host and path. *ask* makes the step, and gives what the response consists of."""

    __slots__ = ("ask",)

    is_boundary = True

    def __init__(self, name: str, *, is_async: bool) -> None:
        exchange = _aexchange if is_async else _exchange
        super().__init__(
            exchange, name, function_name=name, bind=_bind, parameters=None, ignored=frozenset({"other headers"})
        )
        self.ask: Callable[..., Any] = wrap_async_generator(self) if is_async else wrap_generator(self)


class Request(NamedTuple):
    """What is asked. *body* is None where it cannot be read before it is sent."""

    method: str
    url: str
    headers: list[tuple[str, str]]
    body: bytes | None


class Response(NamedTuple):
    """What came back. *chunks* are what is left of it, and *close* ends that early."""

    head: Head
    chunks: Any  # Iterable[bytes], or AsyncIterable[bytes]
    close: Callable[[], Any]


def ask(asked: Callable[[], Request], send: Callable[[], Any], *, is_async: bool = False) -> Any | None:
    """Return the stream of the request *asked*, which *send* sends; None where there is no step that asks."""
    if scope_here() is None:
        return None
    try:
        request = asked()
        parts = urlsplit(request.url)
    except Exception as trouble:  # contained: a library of another version; the request is sent as without us
        if was_interrupted(trouble):
            raise
        return None
    name = f"{request.method} {parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path or '/'}"
    return _boundary(name, is_async).ask(request, send)


@lru_cache(maxsize=1024)
def _boundary(name: str, is_async: bool) -> Boundary:
    return Boundary(name, is_async=is_async)


def as_bytes(chunk: object) -> bytes:
    """Return what `_readable` made a chunk into as what it was."""
    return chunk.encode() if isinstance(chunk, str) else bytes(chunk)  # type: ignore[call-overload]


def _readable(chunk: bytes) -> str | bytes:
    """Return *chunk* as text, which is shorter where it is recorded, and can be read; unless it is none."""
    try:
        return chunk.decode()
    except UnicodeDecodeError:
        return bytes(chunk)


def _exchange(_request: Request, send: Callable[[], Response]) -> Iterator[object]:
    response = send()
    try:
        yield response.head
        chunks: Iterable[bytes] = response.chunks
        for chunk in chunks:
            yield _readable(chunk)
    finally:
        response.close()


async def _aexchange(_request: Request, send: Callable[[], Any]) -> AsyncIterator[object]:
    response: Response = await send()
    try:
        yield response.head
        chunks: AsyncIterable[bytes] = response.chunks
        async for chunk in chunks:
            yield _readable(chunk)
    finally:
        await response.close()


def head_of(status: int, headers: Iterable[tuple[str, str]]) -> Head:
    """Return what is kept of the head of a response: no header that holds a secret, or only says how it was sent."""
    # Plain ones: a client may have classes of its own for them.
    kept = [[str.__str__(name), str.__str__(text)] for name, text in headers if name.lower() not in _NOT_KEPT]
    return {"status": status, "headers": kept}


_NOT_KEPT = frozenset(
    {"set-cookie", "set-cookie2", "transfer-encoding", "connection", "keep-alive", "date", "alt-svc"}
)

# Who asks, when, through what and under which trace: not what is asked for. And keys, which are secrets.
_VOLATILE = frozenset({
    "authorization", "proxy-authorization", "cookie", "x-api-key", "api-key", "x-goog-api-key", "x-auth-token",
    "user-agent", "x-goog-api-client", "host", "content-length", "connection", "accept-encoding", "transfer-encoding",
    "keep-alive", "date", "expect", "te", "traceparent", "tracestate", "baggage", "b3", "sentry-trace",
    "idempotency-key", "x-idempotency-key", "x-request-id", "request-id", "x-client-request-id", "x-correlation-id",
    "x-amzn-trace-id", "x-cloud-trace-context", "amz-sdk-invocation-id", "amz-sdk-request", "x-amz-date",
    "x-amz-security-token", "x-amz-content-sha256",
})  # fmt: skip
_VOLATILE_PREFIXES = ("x-stainless-", "x-b3-", "x-datadog-")


def _bind(args: tuple[Any, ...], _kwargs: dict[str, Any]) -> Arguments:
    """Return what is asked, as a step has its arguments: two that are equal are asked for the same."""
    request: Request = args[0]
    headers: dict[str, str] = {}
    others: dict[str, str] = {}
    for name, text in request.headers:
        lowered = str.__str__(name.lower())
        is_volatile = lowered in _VOLATILE or lowered.startswith(_VOLATILE_PREFIXES)
        (others if is_volatile else headers)[lowered] = text
    body = _content(request.body, headers)
    return {"url": request.url, "headers": headers, "body": body, "other headers": others}


def _content(body: bytes | None, headers: dict[str, str]) -> object:
    """Return *body* as what it says: equal JSON is equal, however it is written."""
    if body is None:
        return object()  # not known: equal to nothing
    kind, _, parameters = headers.get("content-type", "").partition(";")
    if "boundary=" in parameters:  # made up for each request, and stands between the parts
        boundary = parameters.partition("boundary=")[2].partition(";")[0].strip('" ')
        headers["content-type"] = kind
        body = body.replace(boundary.encode(), b"boundary")
    if kind.strip().lower().endswith("json"):
        try:
            return json.decode(body)
        except ValueError:
            pass
    return _readable(body) if body else None
