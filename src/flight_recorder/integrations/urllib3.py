"""urllib3 from version 2 on, and with it requests and others: one request on one connection, each retry another."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from http.client import responses
from types import ModuleType
from typing import Any

from flight_recorder.record.boundary import Request, Response, as_bytes, ask, head_of
from flight_recorder.record.following import Replace

_PORTS = {"http": 80, "https": 443}
_BYTES = 1 << 16  # at most in a chunk


def follow(urllib3: ModuleType, replace: Replace) -> None:
    """Make a boundary of each request that *urllib3* sends."""
    if urllib3.__version__.startswith("1."):  # its responses are http.client's here
        return
    replace(urllib3.HTTPConnectionPool, "_make_request", partial(_make_request, _answered(urllib3)))


def _make_request(answered: Callable[..., Any], found: Callable[..., Any]) -> Callable[..., Any]:
    def make_request(pool: Any, connection: Any, method: str, url: str, **options: Any) -> Any:
        received: list[Any] = []

        def send() -> Response:
            response = found(pool, connection, method, url, **{**options, "preload_content": False})
            received.append(response)
            chunks = response.stream(_BYTES, decode_content=False)
            return Response(head_of(response.status, response.headers.items()), chunks, response.close)

        stream = ask(partial(_asked, pool, method, url, options), send)
        if stream is None:
            return found(pool, connection, method, url, **options)
        head = next(stream)
        response = received.pop() if received else None
        held = options.get("response_conn")
        if response is None and held is not None:  # nothing was sent on it, and the response cannot give it back
            pool._put_conn(held)
        return answered(stream, head, response, method, url, options)

    return make_request


def _asked(pool: Any, method: str, url: str, options: Mapping[str, Any]) -> Request:
    port = f":{pool.port}" if pool.port and pool.port != _PORTS.get(pool.scheme) else ""
    whole = url if "://" in url else f"{pool.scheme}://{pool.host}{port}{url}"
    headers = options.get("headers")
    pairs = [(_text(name), _text(value)) for name, value in (pool.headers if headers is None else headers).items()]
    body = options.get("body")
    content = b"" if body is None else body.encode() if isinstance(body, str) else body
    return Request(method, whole, pairs, bytes(content) if isinstance(content, bytes | bytearray) else None)


def _text(part: Any) -> str:
    return part.decode("latin-1") if isinstance(part, bytes) else str(part)


class _Body:
    """The body of a response, as the stream of a step gives it: a file, as http.client's responses are one."""

    closed = False

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self._left = b""

    def read1(self, size: int | None = None) -> bytes:
        """Return the rest of a chunk, or the next one; not more than *size* bytes. b"" at the end."""
        while not self._left and not self.closed:
            chunk = next(self._stream, None)
            self._left, self.closed = (b"", True) if chunk is None else (as_bytes(chunk), False)
        taken = self._left if size is None or size < 0 else self._left[:size]
        self._left = self._left[len(taken) :]
        return taken

    def read(self, size: int | None = None) -> bytes:
        """Return *size* bytes, fewer at the end; all that is left without it."""
        parts: list[bytes] = []
        missing = size if size is not None and size >= 0 else None
        while (missing is None or missing > 0) and (part := self.read1(missing)):
            parts.append(part)
            missing = None if missing is None else missing - len(part)
        return b"".join(parts)

    def close(self) -> None:
        self.closed = True
        self._stream.close()


def _answered(urllib3: Any) -> Callable[..., Any]:
    class Answered(urllib3.HTTPResponse):  # type: ignore[misc]  # of the library that the program has
        """A response whose body is the stream of a step."""

        def stream(self, amt: int | None = _BYTES, decode_content: bool | None = None) -> Iterable[bytes]:
            while not self._fp.closed or self._decoded_buffer:
                if data := self.read1(amt, decode_content):  # each chunk as it comes, as of a chunked response
                    yield data

    def answered(stream: Any, head: Any, response: Any, method: str, url: str, options: Mapping[str, Any]) -> Any:
        status = head["status"]
        return Answered(
            body=_Body(stream),
            headers=urllib3.HTTPHeaderDict(map(tuple, head["headers"])) if response is None else response.headers,
            status=status,
            version=11 if response is None else response.version,
            version_string="HTTP/1.1" if response is None else response.version_string,
            reason=responses.get(status, "") if response is None else response.reason,
            preload_content=options.get("preload_content", True),
            decode_content=options.get("decode_content", True),
            original_response=None if response is None else response._original_response,
            msg=None if response is None else response.msg,
            retries=options.get("retries"),
            enforce_content_length=False,  # the one that was received does that
            request_method=method,
            request_url=url,
        )

    return answered
