"""aiohttp from 3.12 on: a middleware beneath all others, which sees each request that is really sent."""

import asyncio
from collections.abc import Callable
from functools import partial
from http.client import responses
from inspect import signature
from types import ModuleType, SimpleNamespace
from typing import Any

from multidict import CIMultiDict, CIMultiDictProxy  # which aiohttp needs: this is loaded after it

from flight_recorder.record.boundary import Request, Response, as_bytes, ask, head_of
from flight_recorder.record.following import Replace

_LIMIT = 1 << 16  # of what waits to be read, as aiohttp has it


def follow(aiohttp: ModuleType, replace: Replace) -> None:
    """Make a boundary of each request that *aiohttp* sends."""
    if "middlewares" in signature(aiohttp.ClientSession._request).parameters:
        replace(aiohttp.ClientSession, "_request", partial(_request, _middleware(aiohttp)))


def _request(ours: Callable[..., Any], found: Callable[..., Any]) -> Callable[..., Any]:
    async def request(self: Any, method: str, url: Any, **options: Any) -> Any:
        chosen = options.get("middlewares")
        options["middlewares"] = (*(self._middlewares if chosen is None else chosen), ours)
        return await found(self, method, url, **options)

    return request


def _middleware(aiohttp: Any) -> Callable[..., Any]:
    class Content(aiohttp.StreamReader):  # type: ignore[misc]  # of the library that the program has
        """The body of a response, which is read from the stream of a step."""

        def __init__(self, stream: Any) -> None:
            loop = asyncio.get_running_loop()
            super().__init__(aiohttp.base_protocol.BaseProtocol(loop), _LIMIT, loop=loop)
            self._stream = stream

        async def _wait(self, _func_name: str) -> None:
            chunk = await anext(self._stream, None)
            if chunk is None:
                self.feed_eof()
            else:
                self.feed_data(as_bytes(chunk))

    async def middleware(request: Any, handler: Callable[..., Any]) -> Any:
        received: list[Any] = []

        async def send() -> Response:
            response = await handler(request)
            received.append(response)

            async def close() -> None:
                response.close()

            chunks = response.content.iter_any()
            return Response(head_of(response.status, response.headers.items()), chunks, close)

        stream = ask(partial(_asked, aiohttp, request), send, is_async=True)
        if stream is None:
            return await handler(request)
        head = await anext(stream)
        response = received.pop() if received else _recorded(aiohttp, request, head)
        response.content = Content(stream)
        return response

    return middleware


def _asked(aiohttp: Any, request: Any) -> Request:
    body = request.body
    if isinstance(body, aiohttp.BytesPayload):
        body = body._value
    content = bytes(body) if isinstance(body, bytes | bytearray) else b"" if body is None else None
    return Request(request.method, str(request.url), list(request.headers.items()), content)


def _recorded(aiohttp: Any, request: Any, head: Any) -> Any:
    response = request.response_class(
        request.method,
        request.original_url,
        writer=None,
        continue100=None,
        timer=None,
        request_info=request.request_info,
        traces=[],
        loop=asyncio.get_running_loop(),
        session=request.session,
        stream_writer=SimpleNamespace(output_size=0),
    )
    response.status, response.version = head["status"], aiohttp.HttpVersion11
    response.reason = responses.get(head["status"], "")
    response._headers = CIMultiDictProxy(CIMultiDict(map(tuple, head["headers"])))
    response._raw_headers = tuple((name.encode(), text.encode()) for name, text in head["headers"])
    return response
