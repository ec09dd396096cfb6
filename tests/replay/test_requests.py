"""What a program asks over HTTP is recorded under the step that asks, and is not asked again."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.kit import Project
from tests.requests_server import Asked, serving

_TAIL = """
@fr.register
def use(text, found):
    return found["x"]

@fr.register
def main(text):
    return use(ask(text), words(text))

if __name__ == "__main__":
    print(fr.run(main, "hello there"))
"""

SYNC = """
@fr.register
def ask(text):
    import httpx  # late, as clients of services are
    headers = {{"authorization": "Bearer sk-0123456789abcdef0123", "x-request-id": str(id(text))}}
    with httpx.Client(headers=headers) as client:
        return client.post("{url}/echo", json={{"model": "m", "text": text}}).json()["sent"]["text"]

@fr.register
def words(text):
    import httpx
    with httpx.stream("POST", "{url}/stream", json={{"text": text}}) as response:
        return [line for line in response.iter_lines() if line]
"""

ASYNC = """
import asyncio, httpx

@fr.register
async def ask(text):
    async with httpx.AsyncClient() as client:
        response = await client.post("{url}/echo", json={{"model": "m", "text": text}})
        return response.json()["sent"]["text"]

@fr.register
async def words(text):
    async with httpx.AsyncClient() as client:
        async with client.stream("POST", "{url}/stream", json={{"text": text}}) as response:
            return [line async for line in response.aiter_lines() if line]

@fr.register
def use(text, found):
    return found["x"]

@fr.register
async def main(text):
    return use(*await asyncio.gather(ask(text), words(text)))

if __name__ == "__main__":
    print(asyncio.run(fr.run(main, "hello there")))
"""

AIOHTTP = ASYNC.replace("asyncio, httpx", "aiohttp, asyncio").replace("httpx.AsyncClient", "aiohttp.ClientSession")
AIOHTTP = (
    AIOHTTP.replace(
        """response = await client.post("{url}/echo", json={{"model": "m", "text": text}})
        return response.json()""",
        """response = await client.post("{url}/echo", json={{"model": "m", "text": text}})
        return (await response.json())""",
    )
    .replace('client.stream("POST", ', "client.post(")
    .replace("response.aiter_lines() if line", "response.content if line.strip()")
)

REQUESTS = """
@fr.register
def ask(text):
    import requests
    body, headers = {{"model": "m", "text": text}}, {{"x-api-key": "sk-0123456789abcdef0123"}}
    return requests.post("{url}/echo", json=body, headers=headers).json()["sent"]["text"]

@fr.register
def words(text):
    import requests
    with requests.post("{url}/stream", json={{"text": text}}, stream=True) as response:
        return [line for line in response.iter_lines() if line]
"""

URLLIB3 = (
    REQUESTS.replace("import requests", "import urllib3")
    .replace("requests.post(", 'urllib3.request("POST", ')
    .replace("stream=True", "preload_content=False")
    .replace("[line for line in response.iter_lines() if line]", 'b"".join(response.stream()).split()[1::2]')
)

PROGRAMS = {
    "httpx": SYNC + _TAIL,
    "httpx, async": ASYNC,
    "requests": REQUESTS + _TAIL,
    "urllib3": URLLIB3 + _TAIL,
    "aiohttp": AIOHTTP,
}


@pytest.fixture
def server() -> Iterator[Asked]:
    with serving() as asked:
        yield asked


@pytest.fixture(params=PROGRAMS)
def project(request: pytest.FixtureRequest, tmp_path: Path, server: Asked) -> Project:
    """A program that has failed in `use`, after it had asked for two things."""
    project = Project(tmp_path)
    project.write("program.py", PROGRAMS[request.param].format(url=server.url))
    assert project.record().status == 1
    asked = server.take()
    assert sorted(path for path, _ in asked) == ["/echo", "/stream"]
    return project


def boundaries(project: Project, session: str = "last") -> list[dict[str, Any]]:
    return [step for step in project.show(session)["steps"] if step["kind"] == "boundary"]


def test_requests_are_steps_with_what_was_asked_and_what_came(project: Project, server: Asked) -> None:
    echo, stream = sorted(boundaries(project), key=lambda step: step["name"])

    assert echo["name"] == f"POST {server.url}/echo"
    assert echo["inputs"]["url"] == f"{server.url}/echo"
    assert echo["inputs"]["body"] == {"model": "m", "text": "hello there"}
    assert "x-request-id" not in echo["inputs"]["headers"]
    assert stream["name"] == f"POST {server.url}/stream"
    assert stream["status"] == "ok"
    kept = b"".join(path.read_bytes() for path in project.folder.rglob("*") if path.is_file())
    assert b"sk-0123456789" not in kept.replace((project.folder / "program.py").read_bytes(), b"")


def test_a_step_that_runs_again_is_given_the_recorded_responses(project: Project, server: Asked) -> None:
    project.edit("program.py", 'return found["x"]', "return text, len(found)")
    project.edit("program.py", '["sent"]["text"]', '["sent"]["text"] + "!"')

    replayed = project.replay()

    assert replayed.json["result"] == ["hello there!", 2]
    assert server.take() == []
    assert {step["decision"] for step in boundaries(project)} == {"cached"}


def test_only_what_is_asked_otherwise_is_asked_again(project: Project, server: Asked) -> None:
    project.edit("program.py", 'return found["x"]', "return text, len(found)")
    project.edit("program.py", '"model": "m", "text": text', '"text": text + "?", "model": "m"')

    replayed = project.replay()

    assert replayed.json["result"] == ["hello there?", 2]
    assert server.take() == [("/echo", {"text": "hello there?", "model": "m"})]


def test_live_asks_again_what_the_steps_ask_that_run(project: Project, server: Asked) -> None:
    project.edit("program.py", 'return found["x"]', "return text, len(found)")
    project.edit("program.py", '["sent"]["text"]', '["sent"]["text"] + "!"')

    assert project.replay("--live", "--dry-run").status == 0
    assert server.take() == []
    assert project.replay("--live").json["result"] == ["hello there!", 2]
    assert [path for path, _ in server.take()] == ["/echo"]


def test_a_host_alone_can_be_asked_again(project: Project, server: Asked) -> None:
    project.edit("program.py", 'return found["x"]', "return text, len(found)")
    project.edit("program.py", '["sent"]["text"]', '["sent"]["text"] + "!"')

    assert project.replay("--live-host", "api.example.com").status == 0
    assert server.take() == []
    assert project.replay("--live-host", "127.0.0.1", session=project.sessions()[-1]["id"]).status == 0
    assert [path for path, _ in server.take()] == ["/echo"]


def test_offline_stops_before_a_request_that_was_not_recorded(project: Project, server: Asked) -> None:
    project.edit("program.py", '"model": "m", "text": text', '"text": text + "?", "model": "m"')

    stopped = project.command("replay", "last", "--yes", "--offline")

    assert stopped.status == 3
    assert "was not recorded as it is asked for now" in stopped.stdout + stopped.stderr
    assert server.take() == []


def test_who_asked_is_to_blame_and_not_the_request(project: Project) -> None:
    project.edit("program.py", 'return found["x"]', 'return text["x"]')
    project.record()

    debugged = project.command("debug", "last", "--json").json

    assert debugged["failure"]["name"] == "program:use"
    assert debugged["root_cause"]["name"] == "program:ask"
    assert not any(one["name"].startswith("POST") for one in debugged["candidates"])


REFUSED = """
import httpx

@fr.register
def ask(text):
    response = httpx.post("{url}/echo", json={{"text": text}})
    response.raise_for_status()
    return response.json()["sent"]["text"]

@fr.register
def main(text):
    return ask(text) + "!"

if __name__ == "__main__":
    print(fr.run(main, "hello"))
"""


def test_a_response_that_ended_the_session_is_asked_for_again(tmp_path: Path, server: Asked) -> None:
    project = Project(tmp_path)
    project.write("program.py", REFUSED.format(url=server.url))
    server.status = 503
    assert project.record().status == 1
    server.take()

    assert project.command("debug", "last", "--json").json["failure"]["name"] == "program:ask"
    assert project.replay().json["result"] == "hello!"
    assert server.take() == [("/echo", {"text": "hello"})]


def test_a_server_that_cannot_be_reached_is_asked_again(tmp_path: Path, server: Asked) -> None:
    project = Project(tmp_path)
    path = project.write("program.py", REFUSED.format(url="http://127.0.0.1:9"))
    assert project.record().status == 1

    assert project.command("debug", "last", "--json").json["failure"]["name"] == "program:ask"
    failed = project.replay()
    assert failed.status == 1
    assert boundaries(project)[0]["decision"] == "rerun"

    path.write_text(path.read_text(encoding="utf-8").replace("http://127.0.0.1:9", server.url), encoding="utf-8")
    assert project.replay().json["result"] == "hello!"
    assert len(server.take()) == 1


OTHERS = """
import httpx

@fr.register
def packed():
    return httpx.get("{url}/zip").json()["number"]

@fr.register
def sent():
    content = (part for part in (b"one ", b"two"))
    headers = {{"content-type": "text/plain", "content-length": "7"}}
    return httpx.post("{url}/echo", content=content, headers=headers).json()["sent"]

@fr.register
def said():
    messages = [{{"role": "user", "content": "Where is my order?"}}]
    return httpx.post("{url}/v1/chat/completions", json={{"model": "m", "messages": messages}}).status_code

@fr.register
def main():
    return [packed(), sent(), said()]["x"]

if __name__ == "__main__":
    print(fr.run(main))
"""


@pytest.fixture
def others(tmp_path: Path, server: Asked) -> Project:
    project = Project(tmp_path)
    project.write("program.py", OTHERS.format(url=server.url))
    assert project.record().status == 1
    assert [path for path, _ in server.take()] == ["/zip", "/echo", "/v1/chat/completions"]
    project.edit("program.py", 'said()]["x"]', "said()]")
    for function in ("packed", "sent", "said"):
        project.edit("program.py", f"def {function}():", f"def {function}(again=1):")
    return project


def test_what_came_packed_is_served_and_a_body_that_is_not_known_before_is_sent(
    others: Project, server: Asked
) -> None:
    assert others.replay().json["result"] == [1, "one two", 200]
    assert server.take() == [("/echo", "one two")]


def test_two_prompts_are_told_apart_as_texts(others: Project) -> None:
    others.edit("program.py", "Where is my order?", "Where is order A7?")
    others.replay()

    told = others.command("diff", "last~1", "last").stdout

    name = boundaries(others)[-1]["name"]
    assert f"First prompt that differs: {name}, " in told
    assert "  -user: Where is my order?\n" in told
    assert "  +user: Where is order A7?\n" in told
    assert "  user: Where is order A7?\n" in others.command("show", "last", name).stdout


def test_to_send_all_and_to_send_nothing_exclude_each_other(others: Project) -> None:
    refused = others.command("replay", "last", "--yes", "--offline", "--live")

    assert (refused.status, refused.stdout) == (2, "")
    assert "--offline sends nothing" in refused.stderr
