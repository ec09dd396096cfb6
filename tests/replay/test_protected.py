"""Steps with replayable=False: never run again, never run silently."""

import pytest

from tests.kit import Project

SHOP = """
ORDER = {"to": "kim@example.net", "total": 10}

@fr.register("send_email", replayable=False)
def send_email(to, body):
    ran("send_email")
    return "sent-1"

@fr.register("summary")
def summary(order, receipt):
    ran("summary")
    return order["sum"]

@fr.register("add_to_crm", replayable=False)
def add_to_crm(to, amount):
    ran("add_to_crm")
    return {"to": to, "amount": amount}

@fr.register("main")
def main():
    ran("main")
    receipt = send_email(ORDER["to"], "Thanks")
    return add_to_crm(ORDER["to"], summary(ORDER, receipt))

fr.run(main)
"""


@pytest.fixture
def shop(project: Project) -> Project:
    project.write("program.py", SHOP)
    assert project.record().ran == ["main", "send_email", "summary"]
    return project


def test_a_protected_step_that_ran_is_served_and_one_never_reached_runs_when_the_plan_said_so(shop: Project) -> None:
    shop.edit("program.py", 'order["sum"]', 'order["total"]')

    plan = shop.command("replay", "last", "--dry-run")
    replay = shop.replay()

    assert "add_to_crm (not reached in the recording; runs for the first time)" in plan.stdout
    assert replay.ran == ["main", "summary", "add_to_crm"]
    assert replay.json["result"] == {"to": "kim@example.net", "amount": 10}


def test_a_protected_step_is_served_even_when_its_code_and_input_changed(shop: Project) -> None:
    shop.edit("program.py", 'order["sum"]', 'order["total"]')
    shop.edit("program.py", '"Thanks"', '"Thank you"')
    shop.edit("program.py", '"sent-1"', '"sent-2"')

    replay = shop.replay()

    assert "send_email" not in replay.ran
    step = next(step for step in replay.json["steps"] if step["name"] == "send_email")
    assert step["decision"] == "protected"
    assert step["detail"] == "input 'body': 'Thanks' -> 'Thank you'"


def test_a_protected_step_never_runs_twice_in_a_chain_of_replays(shop: Project) -> None:
    first = shop.sessions()[0]["id"]
    shop.edit("program.py", 'order["sum"]', 'order["total"]')
    assert "add_to_crm" in shop.replay().ran

    from_the_replay = shop.replay("--all")
    from_the_first = shop.replay(session=first)

    assert "add_to_crm" not in from_the_replay.ran
    assert "add_to_crm" not in from_the_first.ran
    assert from_the_first.json["result"] == {"to": "kim@example.net", "amount": 10}


def test_a_second_call_of_a_protected_step_is_held_before_it_runs(shop: Project) -> None:
    shop.edit("program.py", 'order["sum"]', 'order["total"]')
    shop.edit(
        "program.py",
        'receipt = send_email(ORDER["to"], "Thanks")',
        'receipt = [send_email(ORDER["to"], text) for text in ("Thanks", "Bye")]',
    )

    replay = shop.replay()

    assert (replay.status, replay.json["status"]) == (3, "held")
    assert replay.ran == ["main"]
    assert "send_email" in replay.json["error"]["message"]
    assert "body='Bye'" in replay.json["error"]["message"]


def test_allow_runs_a_held_step_for_real(shop: Project) -> None:
    shop.edit("program.py", 'order["sum"]', 'order["total"]')
    shop.edit("program.py", '"Thanks")', '"Thanks"), send_email("b", "Bye")')

    assert shop.replay("--allow", "send_email").ran == ["main", "send_email", "summary", "add_to_crm"]


def test_stub_answers_a_protected_step(shop: Project) -> None:
    shop.edit("program.py", 'order["sum"]', 'order["total"]')

    replay = shop.replay("--stub", 'add_to_crm={"dry": true}')

    assert replay.ran == ["main", "summary"]
    assert replay.json["result"] == {"dry": True}


def test_a_protected_step_that_was_running_when_the_program_died_is_held(project: Project) -> None:
    project.write(
        "program.py",
        """
        import signal

        @fr.register("pay", replayable=False)
        def pay():
            ran("pay")
            os.kill(os.getpid(), signal.SIGKILL)

        fr.run(pay)
        """,
    )
    assert project.record().ran == ["pay"]

    replay = project.command("replay", "last", "--yes")

    assert (replay.status, replay.ran) == (3, [])
    assert "did not finish in the recording; it may have done its work" in replay.stdout + replay.stderr
    assert "--allow pay" in replay.stdout + replay.stderr


def test_what_a_stub_answered_is_not_taken_for_done(shop: Project) -> None:
    shop.edit("program.py", 'order["sum"]', 'order["total"]')
    shop.replay("--stub", 'add_to_crm={"dry": true}')

    replay = shop.replay()

    assert replay.ran == ["main", "add_to_crm"]
    assert replay.json["result"] == {"to": "kim@example.net", "amount": 10}


def test_a_step_that_was_held_before_is_still_known_not_to_have_run(shop: Project) -> None:
    shop.edit("program.py", 'order["sum"]', 'order["total"]')
    shop.edit("program.py", '"Thanks")', '"Thanks"), send_email("b", "Bye")')
    first = shop.replay()

    second = shop.replay()

    assert (first.status, second.status) == (3, 3)
    assert second.json["error"]["message"] == first.json["error"]["message"]
    assert "may have done its work" not in second.json["error"]["message"]
