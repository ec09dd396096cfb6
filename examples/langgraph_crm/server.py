"""A stand-in for the OpenAI API on this machine, for running the example without a key.

It answers `POST /v1/chat/completions` with what follows from the prompt by fixed rules, so equal prompts get equal
answers. Each request adds a line to the log, if there is one: a digest of its prompt, and the task it was given.

    python -m examples.langgraph_crm.server --port 8000 --log requests.log
"""

import argparse
import json
import os
import re
import time
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

LOG_VARIABLE = "CRM_REQUEST_LOG"


def serve_in_background() -> str:
    """Serve from a thread for as long as this process lives, and return the base URL for clients."""
    server = Server(port=0, log=os.environ.get(LOG_VARIABLE))
    Thread(target=server.serve_forever, daemon=True).start()
    return server.base_url


class Server(ThreadingHTTPServer):
    """Listens on the loopback interface; port 0 takes a free one. *log* is a file to append to, or None."""

    def __init__(self, port: int, log: str | None) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.log = Path(log) if log else None

    @property
    def base_url(self) -> str:
        """What a client wants as OPENAI_BASE_URL."""
        return f"http://127.0.0.1:{self.server_port}/v1"

    def write_down(self, task: str, material: str) -> None:
        """Add one line for a request to the log."""
        if self.log is not None:
            digest = sha256(f"{task}\n{material}".encode()).hexdigest()[:12]
            with self.log.open("a", encoding="utf-8") as log:
                log.write(f"{digest} {task}\n")


class Handler(BaseHTTPRequestHandler):
    """Answers one connection."""

    server: Server
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path != "/v1/chat/completions":
            self._send(404, {"error": {"message": f"nothing is served at {self.path}", "type": "not_found"}})
            return
        task, material = (message["content"] for message in request["messages"])
        self.server.write_down(task, material)
        self._send(200, _completion(request["model"], answer(task, material)))

    def _send(self, status: int, document: dict) -> None:
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the terminal belongs to the pipeline."""


def answer(task: str, material: str) -> str:
    """Return the answer to a prompt: what kind of answer follows from the first word of the task."""
    match task.split()[0]:
        case "Summarise":
            return material.partition(". ")[0].rstrip(".") + "."
        case "Score":
            return _score(material)
        case "Draft":
            return (
                f"Hi {_field('Name', material)}, your colleagues at {_field('Company', material)} asked how other"
                " teams handle this. Would twenty minutes next week suit you?"
            )
        case _:
            return "I was not told what to do."


def _score(material: str) -> str:
    """Return a score as JSON: 10 points for an address, 25 for a known company, 40 for somebody who is evaluating."""
    is_known = _field("Company", material) != "not known"
    is_evaluating = _field("Stage", material) == "evaluating"
    reason = "evaluates us" if is_evaluating else "has shown no interest yet"
    return json.dumps({"score": 10 + 25 * is_known + 40 * is_evaluating, "reason": reason})


def _field(name: str, material: str) -> str:
    """Return what stands after `name: ` on a line of its own, or "" when there is no such line."""
    found = re.search(rf"^{name}: (.*)$", material, re.MULTILINE)
    return found[1] if found else ""


def _completion(model: str, text: str) -> dict:
    """Return the document that the API would send."""
    return {
        "id": "chatcmpl-example",
        "object": "chat.completion",
        "created": int(time.time()),
        "model": model,
        "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": text}}],
        "usage": {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0},
    }


def main() -> None:
    """Serve until interrupted; the first line printed is the base URL."""
    parser = argparse.ArgumentParser(description="Answer chat completions without a model.")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free port")
    parser.add_argument("--log", default=os.environ.get(LOG_VARIABLE), help="file to add a line to for each request")
    arguments = parser.parse_args()
    with Server(arguments.port, arguments.log) as server:
        print(server.base_url, flush=True)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            return


if __name__ == "__main__":
    main()
