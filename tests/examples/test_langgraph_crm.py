"""The five agents on LangGraph, as their README tells it; asserts what each command asked the model for."""

import json
import re
import subprocess
import sys

import pytest

pytest.importorskip("langgraph")
pytest.importorskip("openai")

AGENTS = "examples/langgraph_crm/agents.py"
LOG = "requests.log"

SUMMARISE, SCORE, DRAFT = "Summarise", "Score", "Draft"

UNQUALIFIED = 'Final result: {"score": 10, "qualified": false, "draft": null}\n'


class Crm:
    """A checkout with the example in it, and the log of the requests that its model got."""

    def __init__(self, checkout):
        self.checkout = checkout
        self.seen = 0

    def run(self, email):
        return self.checkout.python("-m", "examples.langgraph_crm.run", email)

    def debug(self, *options):
        return self.checkout.flight_recorder("debug", "last", *options)

    def replay(self, *options):
        return self.checkout.flight_recorder("replay", "last", "--yes", *options)

    def new_requests(self):
        """Return the kinds of the requests since the last time this was asked."""
        log = self.checkout.folder / LOG
        lines = log.read_text(encoding="utf-8").splitlines() if log.exists() else []
        new, self.seen = lines[self.seen :], len(lines)
        return [line.split()[1] for line in new]

    def fix(self):
        """Make the change that the README asks for."""
        readme = self.checkout.text("examples/langgraph_crm/README.md")
        fixed = re.search(r"```python\n    (return .*)\n```", readme)
        self.checkout.edit(AGENTS, "    return find_contact(email)\n", f"    {fixed[1]}\n")


@pytest.fixture
def keyless(checkout):
    """Without a key: each process answers its own requests, every time from another port."""
    checkout.environment["CRM_REQUEST_LOG"] = LOG
    return Crm(checkout)


@pytest.fixture
def keyed(checkout):
    """With a key and an address: a server of its own process answers."""
    command = [sys.executable, "-m", "examples.langgraph_crm.server", "--port", "0", "--log", LOG]
    with subprocess.Popen(
        command, cwd=checkout.folder, env=checkout.environment, stdout=subprocess.PIPE, encoding="utf-8"
    ) as server:
        checkout.environment["OPENAI_BASE_URL"] = server.stdout.readline().strip()
        checkout.environment["OPENAI_API_KEY"] = "a-key"
        yield Crm(checkout)
        server.terminate()


@pytest.fixture(params=["keyless", "keyed"])
def crm(request):
    return request.getfixturevalue(request.param)


def test_a_known_contact_who_is_evaluating_qualifies_and_gets_an_email(crm):
    run = crm.run("sarah@acmecorp.com")

    assert run.stderr == ""
    assert run.stdout == (
        "Lead QUALIFIED (score: 75)\n"
        'Draft email: "Hi Sarah, your colleagues at Acme Corp asked how other teams handle this.'
        ' Would twenty minutes next week suit you?"\n'
    )
    assert run.returncode == 0
    assert crm.new_requests() == [SUMMARISE, SCORE, DRAFT]


def test_no_email_is_drafted_for_a_lead_that_does_not_qualify(keyless):
    run = keyless.run("tom@globex.com")

    assert (run.returncode, run.stdout, run.stderr) == (0, "Lead NOT QUALIFIED (score: 35)\n", "")
    assert keyless.new_requests() == [SUMMARISE, SCORE]


def test_an_unknown_contact_fails_is_explained_and_after_the_fix_costs_one_request(crm):
    run = crm.run("unknown@nowhere.com")
    assert run.stderr == ""
    assert run.stdout == "Agent FAILED: AssertionError: Contact data required for scoring\n"
    assert run.returncode == 1
    assert crm.new_requests() == [SUMMARISE]

    debug = crm.debug()
    assert debug.stdout.startswith(
        "Probable root cause (direct match):\n"
        "  agent://crm/lookup(...) -> None\n"
        "  agent://crm/scorer(...) -> AssertionError\n"
    )
    assert "\nHint: agent://crm/lookup returned None, but agent://crm/scorer expects a dict\n" in debug.stdout

    crm.fix()
    replay = crm.replay()
    did = "opened examples/langgraph_crm/crm.sqlite3"
    assert f"  Re-running: agent://crm/lookup (root cause -- code changed) — {did}\n" in replay.stdout
    assert "  Re-running: agent://crm/scorer (downstream of root cause)\n" in replay.stdout
    assert "Re-running: agent://crm/enricher" not in replay.stdout
    assert "SUCCESS\n" + UNQUALIFIED in replay.stdout
    assert replay.returncode == 0
    assert crm.new_requests() == [SCORE]


def test_a_replay_of_the_replay_asks_the_model_for_nothing(keyless):
    keyless.run("unknown@nowhere.com")
    keyless.fix()
    keyless.replay()
    keyless.new_requests()

    again = keyless.replay()

    assert "SUCCESS\n" + UNQUALIFIED in again.stdout
    assert keyless.new_requests() == []


def test_a_new_prompt_for_the_drafter_asks_again_for_the_email_only(keyless):
    keyless.run("sarah@acmecorp.com")
    keyless.new_requests()
    keyless.checkout.edit(AGENTS, "Greet them by name.", "Greet them by their first name.")

    replay = keyless.replay()

    assert replay.returncode == 0
    assert keyless.new_requests() == [DRAFT]


def test_a_contact_put_into_the_database_is_found_by_a_replay_from_the_lookup(keyless):
    keyless.run("unknown@nowhere.com")
    keyless.new_requests()
    keyless.checkout.python(
        "-m", "examples.langgraph_crm.database", "unknown@nowhere.com", "Robin", "Nowhere", "evaluating"
    )

    replay = keyless.replay("--from", "agent://crm/lookup", "--json")

    result = json.loads(replay.stdout)["result"]
    assert (result["score"], result["qualified"], result["draft"][:9]) == (75, True, "Hi Robin,")
    assert keyless.new_requests() == [SCORE, DRAFT]


def test_every_step_is_a_child_of_the_qualifier_though_langgraph_calls_them_from_its_threads(keyless):
    keyless.run("unknown@nowhere.com")

    report = json.loads(keyless.debug("--json").stdout)

    names = {step["step"]: step["name"] for step in report["timeline"]}
    callers = {step["name"]: names.get(step["parent"]) for step in report["timeline"]}
    (request,) = [name for name in callers if name.startswith("POST ")]
    assert callers == {
        request: "agent://crm/enricher",
        "agent://crm/qualifier": None,
        "agent://crm/lookup": "agent://crm/qualifier",
        "agent://crm/enricher": "agent://crm/qualifier",
        "agent://crm/scorer": "agent://crm/qualifier",
    }
