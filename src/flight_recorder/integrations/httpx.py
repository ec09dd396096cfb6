"""httpx, and httpx2 that has taken its place: the transports that open connections, which all clients go through."""

from collections.abc import AsyncIterator, Callable, Iterator
from functools import partial
from types import ModuleType
from typing import Any

from flight_recorder.record.boundary import Request, Response, as_bytes, ask, head_of
from flight_recorder.record.following import Replace


def follow(httpx: ModuleType, replace: Replace) -> None:
    """Make a boundary of each request that *httpx* sends."""
    replace(httpx.HTTPTransport, "handle_request", partial(_handle_request, httpx))
    replace(httpx.AsyncHTTPTransport, "handle_async_request", partial(_handle_async_request, httpx))


def _handle_request(httpx: Any, found: Callable[..., Any]) -> Callable[..., Any]:
    class Body(httpx.SyncByteStream):  # type: ignore[misc]  # of the library that the program has
        """The body of a response, as the stream of a step gives it."""

        def __init__(self, stream: Any) -> None:
            self._stream = stream

        def __iter__(self) -> Iterator[bytes]:
            for chunk in self._stream:
                yield as_bytes(chunk)

        def close(self) -> None:
            self._stream.close()

    def handle_request(self: Any, request: Any) -> Any:
        received: list[Any] = []

        def send() -> Response:
            response = found(self, request)
            received.append(response)
            return Response(_head(response), response.stream, response.stream.close)

        stream = ask(partial(_asked, request), send)
        if stream is None:
            return found(self, request)
        return _answer(httpx, received, next(stream), Body(stream))

    return handle_request


def _handle_async_request(httpx: Any, found: Callable[..., Any]) -> Callable[..., Any]:
    class Body(httpx.AsyncByteStream):  # type: ignore[misc]  # as above
        """The body of a response, as the stream of a step gives it."""

        def __init__(self, stream: Any) -> None:
            self._stream = stream

        async def __aiter__(self) -> AsyncIterator[bytes]:
            async for chunk in self._stream:
                yield as_bytes(chunk)

        async def aclose(self) -> None:
            await self._stream.aclose()

    async def handle_async_request(self: Any, request: Any) -> Any:
        received: list[Any] = []

        async def send() -> Response:
            response = await found(self, request)
            received.append(response)
            return Response(_head(response), response.stream, response.stream.aclose)

        stream = ask(partial(_asked, request), send, is_async=True)
        if stream is None:
            return await found(self, request)
        return _answer(httpx, received, await anext(stream), Body(stream))

    return handle_async_request


def _asked(request: Any) -> Request:
    content = getattr(request, "_content", None)  # as `content` gives it; a stream is not read here
    return Request(request.method, str(request.url), request.headers.multi_items(), content)


def _head(response: Any) -> dict[str, Any]:
    return head_of(response.status_code, response.headers.multi_items())


def _answer(httpx: Any, received: list[Any], head: Any, body: Any) -> Any:
    """Return the response that was *received* with this body; one like it, where it was recorded."""
    if received:
        response = received.pop()
        response.stream = body
        return response
    return httpx.Response(head["status"], headers=[tuple(pair) for pair in head["headers"]], stream=body)
