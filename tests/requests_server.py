"""A real HTTP server in this process, which counts what it is asked."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Asked:
    """What the server at *url* was asked: (path, body), in order. *status* is what it answers the next with."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, Any]] = []
        self.status = 200
        self.url = ""

    def take(self) -> list[tuple[str, Any]]:
        """Return what was asked since this was called last."""
        taken, self.requests = self.requests, []
        return taken


@contextmanager
def serving() -> Iterator[Asked]:
    """Serve: `/echo` gives back what it was sent, `/stream` gives it word by word, `/zip` in gzip."""
    asked = Asked()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None: ...

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            self._answer(json.loads(body) if "json" in self.headers["content-type"] else body.decode())

        def do_GET(self) -> None:
            self._answer(None)

        def _answer(self, sent: Any) -> None:
            asked.requests.append((self.path, sent))
            self.send_response(asked.status)
            asked.status = 200
            self.send_header("set-cookie", "session=4f8b0c2d9e1a4f8b0c2d9e1a")
            if self.path == "/stream":
                self._stream(sent["text"].split())
                return
            content = json.dumps({"sent": sent, "number": len(asked.requests)}).encode()
            if self.path == "/zip":
                import gzip

                content = gzip.compress(content)
                self.send_header("content-encoding", "gzip")
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def _stream(self, words: list[str]) -> None:
            self.send_header("content-type", "text/event-stream")
            self.send_header("transfer-encoding", "chunked")
            self.end_headers()
            for word in words:
                event = f"data: {word}\n\n".encode()
                self.wfile.write(b"%x\r\n%b\r\n" % (len(event), event))
                self.wfile.flush()
            self.wfile.write(b"0\r\n\r\n")

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    asked.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
