"""A stand-in for the OpenAI API: it asks for the tool that it is offered, then answers with what that gave.

python server.py --port 8000 --log requests.log
"""

import argparse
import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

ARGUMENTS = '{"number": "A7"}'


class Handler(BaseHTTPRequestHandler):
    """Answers one connection."""

    protocol_version = "HTTP/1.1"
    log: Path

    def do_POST(self) -> None:
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        with self.log.open("a", encoding="utf-8") as log:
            log.write(json.dumps(request["messages"][-1]) + "\n")
        body = json.dumps(completion(request)).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def completion(request: dict) -> dict:
    """Return what the API would, for a chat with one tool."""
    last = request["messages"][-1]
    if last["role"] == "tool":
        message = {"role": "assistant", "content": f"Your order: {last['content']}."}
    else:
        function = {"name": request["tools"][0]["function"]["name"], "arguments": ARGUMENTS}
        call = {"id": "call_1", "type": "function", "function": function}
        message = {"role": "assistant", "content": None, "tool_calls": [call]}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": request["model"],
        "choices": [
            {"index": 0, "message": message, "finish_reason": "stop" if message["content"] else "tool_calls"}
        ],
        "usage": {"prompt_tokens": 50, "completion_tokens": 9, "total_tokens": 59},
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--log", type=Path, default=Path("requests.log"))
    given = parser.parse_args()
    Handler.log = given.log
    server = ThreadingHTTPServer(("127.0.0.1", given.port), Handler)
    print(server.server_port, flush=True)
    server.serve_forever()
