"""Sessions that began in a server: the replay calls the entry with its recorded inputs, and serves nothing."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from tests.kit import Project, clean_environment

PIPELINE = """
@fr.register("lookup")
def lookup(email):
    ran(f"lookup {email}")
    return None if "unknown" in email else {"email": email, "score": 5}

@fr.register("rate")
async def rate(contact):
    ran("rate")
    return contact["score"] * FACTOR

@fr.register("qualify")
async def qualify(email):
    return await rate(lookup(email))

@fr.register("summary")
def summary(email, request=None):
    return len(lookup(email)) * FACTOR

FACTOR = None
"""

APP = """
import asyncio
from pipeline import fr, qualify, summary, ran

ran("app loaded")

async def app(scope, receive, send):
    if scope["type"] != "http":
        return
    email = scope["query_string"].decode()
    try:
        if scope["path"] == "/thread":
            answer = await asyncio.to_thread(fr.run, summary, email)
        elif scope["path"] == "/request":
            answer = fr.run(summary, email, send)
        else:
            answer = await fr.run(qualify, email)
        status = 200
    except TypeError as error:
        answer, status = error, 500
    await send({"type": "http.response.start", "status": status, "headers": []})
    await send({"type": "http.response.body", "body": str(answer).encode()})
"""


@contextmanager
def served(project: Project, *command: str) -> Iterator[str]:
    """Serve with *command*, in which PORT stands for a free port; yield the server's address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, *(word.replace("PORT", str(port)) for word in command)],
        cwd=project.folder,
        env={**clean_environment(), "PORT": str(port)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_for(address, process)
        yield address
    finally:
        process.terminate()
        process.wait(timeout=20)


def _wait_for(address: str, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", int(address.rpartition(":")[2]))) == 0:
                return
        time.sleep(0.05)
    raise AssertionError("the server does not answer")


def _ask(address: str, path: str) -> int:
    return httpx.get(address + path, timeout=20).status_code


@pytest.fixture
def service(project: Project) -> Project:
    """A project with a pipeline and a web application on it."""
    project.write("pipeline.py", PIPELINE)
    project.write("service/__init__.py", "", prelude=False)
    project.write("service/web.py", APP, prelude=False)
    return project


UVICORN = ("-m", "uvicorn", "service.web:app", "--port", "PORT", "--lifespan", "off")


@pytest.mark.parametrize("path", ["/", "/thread"], ids=["in the loop", "in a thread"])
def test_one_request_of_uvicorn_is_replayed_without_serving(service: Project, path: str) -> None:
    with served(service, *UVICORN) as address:
        assert [_ask(address, f"{path}?{name}@b.c") for name in ("ann", "bob", "cat")] == [500, 500, 500]
        second = service.sessions()[1]["id"]
        service.edit("pipeline.py", "FACTOR = None", "FACTOR = 2")

        replay = service.replay(session=second)  # while the server runs on: the port is taken

    assert replay.json["result"] == (10 if path == "/" else 4)
    assert replay.ran == ["app loaded", *(["rate"] if path == "/" else [])]
    assert service.replay().json["status"] == "success"


def test_a_script_that_serves_is_run_until_it_would(service: Project) -> None:
    service.write(
        "main.py",
        """
        import os, sys
        import uvicorn
        import pipeline
        from service.web import app

        pipeline.FACTOR = int(sys.argv[1]) if len(sys.argv) > 1 else None
        pipeline.ran("set up")

        if __name__ == "__main__":
            uvicorn.run(app, port=int(os.environ["PORT"]), lifespan="off")
            pipeline.ran("after serving")
        """,
        prelude=False,
    )
    with served(service, "main.py") as address:
        assert _ask(address, "/?ann@b.c") == 500
    service.edit("main.py", "else None", "else 3")

    replay = service.command("replay", "last", "--yes", "--json", env={"PORT": "80"})

    assert replay.ran == ["app loaded", "set up", "rate"]
    assert replay.json["result"] == 15


def test_a_server_of_the_standard_library_is_replayed(project: Project) -> None:
    project.write(
        "server.py",
        PIPELINE.replace("async ", "").replace("await ", "")
        + """
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        try:
            self.send_response(200, str(fr.run(qualify, self.path)))
        except TypeError:
            self.send_response(500)
        self.end_headers()

ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()
""",
    )
    with served(project, "server.py") as address:
        assert _ask(address, "/ann") == 500
    project.edit("server.py", "FACTOR = None", "FACTOR = 2")

    replay = project.command("replay", "last", "--yes", "--json", env={"PORT": "80"})

    assert (replay.ran, replay.json["result"]) == (["rate"], 10)


def test_a_handler_that_passes_the_request_on_is_refused_with_the_name(service: Project) -> None:
    with served(service, *UVICORN) as address:
        assert _ask(address, "/request?ann@b.c") == 500

    replay = service.command("replay", "last", "--yes")

    assert replay.status == 2
    assert "ran inside uvicorn" in replay.stderr
    assert "'request' cannot be rebuilt" in replay.stderr


def test_a_secret_that_was_kept_out_is_kept_out_of_the_replay_too(service: Project) -> None:
    service.edit("pipeline.py", "fr = FlightRecorder()", "fr = FlightRecorder(redact=['token'])")
    service.edit("pipeline.py", 'return None if "unknown"', 'return {"token": "hush"} if "unknown"')
    service.edit("pipeline.py", 'contact["score"] *', 'contact.get("score", 5) *')
    with served(service, *UVICORN) as address:
        assert _ask(address, "/?unknown@b.c") == 500
    service.edit("pipeline.py", "FACTOR = None", "FACTOR = 2")

    replay = service.replay()

    assert replay.json["result"] == 10
    assert "hush" not in service.command("show", "last", "--json").stdout
