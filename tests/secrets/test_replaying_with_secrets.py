"""A replay of what was recorded without its secrets: equal ones match, and what cannot be rebuilt runs again."""

from pathlib import Path

import pytest

from tests.kit import Project
from tests.secrets.searching import places_of

HOME = ".flight-recorder"

PROGRAM = """
    import os

    CRM_KEY = os.environ.get("CRM_KEY", "first-key-0001")

    @fr.register("connect")
    def connect():
        ran("connect")
        return {"url": "https://crm", "api_key": CRM_KEY}

    @fr.register("fetch")
    def fetch(connection, user):
        ran("fetch")
        return {"user": user, "score": len(connection["api_key"])}

    @fr.register("rate")
    def rate(contact):
        ran("rate")
        return contact["score"] / 0

    def main():
        return rate(fetch(connect(), "ada"))

    if __name__ == "__main__":
        fr.run(main)
"""


@pytest.fixture
def crm(tmp_path: Path) -> Project:
    project = Project(tmp_path)
    project.write("program.py", PROGRAM)
    return project


def _fixed(crm: Project) -> None:
    crm.edit("program.py", '["score"] / 0', '["score"] / 2')


def test_a_step_that_returned_a_secret_runs_again_and_one_that_takes_it_is_served(crm: Project) -> None:
    crm.record()
    _fixed(crm)

    replay = crm.replay()

    assert replay.ran == ["connect", "rate"]
    assert replay.json["result"] == 7.0
    decisions = {step["name"]: step["decision"] for step in replay.json["steps"]}
    assert decisions == {"program:main": "rerun", "connect": "rerun", "fetch": "cached", "rate": "rerun"}


def test_with_another_secret_what_takes_it_runs_again(crm: Project) -> None:
    crm.record()
    _fixed(crm)

    replay = crm.command("replay", "last", "--yes", "--json", env={"CRM_KEY": "another-longer-key-0002"})

    assert replay.ran == ["connect", "fetch", "rate"]
    assert replay.json["result"] == 11.5


def test_without_the_key_of_the_folder_what_takes_a_secret_runs_again(crm: Project) -> None:
    crm.record()
    (crm.folder / HOME / "redaction.key").unlink()
    _fixed(crm)

    assert crm.replay().ran == ["connect", "fetch", "rate"]


def test_the_replay_of_a_replay_keeps_secrets_out_as_well(crm: Project) -> None:
    crm.record()
    _fixed(crm)
    crm.replay()
    crm.edit("program.py", '["score"] / 2', '["score"] / 7')

    assert crm.replay().ran == ["connect", "rate"]
    assert places_of(crm.folder / HOME, ["first-key-0001"]) == []


def test_what_is_shown_says_what_was_taken_out(crm: Project) -> None:
    crm.record()

    shown = crm.command("show", "last", "fetch").stdout

    assert "'api_key': <redacted>" in shown
    assert crm.show()["session"]["status"] == "failed"
    assert "redacted" in crm.command("show", "last", "connect").stdout


@pytest.mark.parametrize("option", ["--set", "--stub"])
def test_a_secret_in_a_value_that_is_set_reaches_the_program_and_not_the_store(crm: Project, option: str) -> None:
    crm.record()
    _fixed(crm)

    value = '{"url": "https://ada:set-url-0003@crm", "api_key": "set-secret-0004", "kept": "kept-0005"}'
    replay = crm.replay(option, f"connect={value}")

    assert replay.ran == ["fetch", "rate"]
    assert replay.json["result"] == 7.5
    crm.sessions()
    assert places_of(crm.folder / HOME, ["set-url-0003", "set-secret-0004"]) == []
    assert places_of(crm.folder / HOME, ["kept-0005"]) != []


def test_a_step_that_changes_a_secret_runs_again_and_what_uses_it_is_served(tmp_path: Path) -> None:
    project = Project(tmp_path)
    project.write("program.py", """
        @fr.register("renew")
        def renew(session):
            ran("renew")
            session["access_token"] = "renewed-0006"

        @fr.register("use")
        def use(session):
            ran("use")
            return len(session["access_token"])

        def main():
            session = {"access_token": "old-0007"}
            renew(session)
            return use(session), 1 / 0

        fr.run(main)
    """)  # fmt: skip
    project.record()
    project.edit("program.py", "1 / 0", "1 / 1")

    replay = project.replay()

    assert replay.ran == ["renew"]
    assert replay.json["result"] == [12, 1.0]
    assert places_of(project.folder / HOME, ["renewed-0006", "old-0007"]) == []


@pytest.mark.parametrize(
    "arguments",
    [
        ["--api-key", "argv-secret-0008"],
        ["--password=argv-secret-0008"],
        ["--url", "https://ada:argv-secret-0008@crm"],
        ["sk-argv-secret-0008-abcdef"],
    ],
)
def test_a_secret_on_the_command_line_is_not_kept_and_the_program_not_started_again(
    crm: Project, arguments: list[str]
) -> None:
    crm.record("program.py", *arguments)

    replay = crm.command("replay", "last", "--yes")

    assert places_of(crm.folder / HOME, ["argv-secret-0008"]) == []
    assert replay.status == 2
    assert "its command line held a secret, which was not kept" in replay.stderr
    assert "Give secrets by the environment or a file, and record it again." in replay.stderr
    assert replay.ran == []


def test_old_code_whose_secret_was_taken_out_is_not_put_back(tmp_path: Path) -> None:
    project = Project(tmp_path)
    project.write("program.py", """
        @fr.register("key")
        def key():
            api_key = "literal-0009"
            return len(api_key)

        @fr.register("use")
        def use(length):
            return {12: 1}[length]

        if __name__ == "__main__":
            fr.run(lambda: use(key()))
    """)  # fmt: skip
    assert project.record().status == 0
    project.edit("program.py", "return len(api_key)", "return len(api_key) + 1")
    assert project.record().status == 1

    verified = project.command("debug", "last", "--verify")

    assert "the code of key cannot be put back" in verified.stdout
    assert places_of(project.folder / HOME, ["literal-0009"]) == []
    assert "literal-0009" not in verified.stdout


def test_a_secret_in_the_name_of_a_test_is_not_kept(tmp_path: Path) -> None:
    project = Project(tmp_path)
    project.write("test_crm.py", """
        import pytest

        @pytest.mark.parametrize("value", ["sk-in-a-test-id-0010-abcdef"])
        def test_it(value):
            fr.run(lambda: 1 / 0)
    """)  # fmt: skip
    project.python("-m", "pytest", "-q", "-p", "no:cacheprovider", "test_crm.py")

    replay = project.command("replay", "last", "--yes")

    assert places_of(project.folder / HOME, ["sk-in-a-test-id-0010-abcdef"]) == []
    assert "what started it holds a secret, which was not kept" in replay.stderr


TOKENS = """
    class Crm:
        @fr.register("Crm.get_access_token")
        def get_access_token(self):
            ran("token")
            return "opaque-token-" + str(11 * 101)

    @fr.register("contacts")
    def contacts(token):
        ran("contacts")
        return len(token)

    def has_token():
        return "yes-kept"

    @fr.register("fails")
    def fails(number):
        ran("fails")
        return has_token(), number / 0

    def main():
        return fails(contacts(Crm().get_access_token()))

    if __name__ == "__main__":
        WITH
"""


def test_a_text_that_a_function_called_like_a_secret_returns_is_one(tmp_path: Path) -> None:
    project = Project(tmp_path)
    project.write("program.py", TOKENS.replace("WITH", "fr.run(main)"))
    project.record()
    project.edit("program.py", "number / 0", "number / 1")

    replay = project.replay()

    assert replay.ran == ["token", "fails"]
    assert places_of(project.folder / HOME, ["opaque-token-1111"]) == []


def test_the_same_goes_for_a_traced_program(tmp_path: Path) -> None:
    project = Project(tmp_path)
    project.write("program.py", TOKENS.replace("WITH", "with fr.trace(): main()").replace("@fr.register", "# "))
    project.record()

    shown = project.command("show", "last").stdout

    assert "get_access_token -> <redacted>" in shown
    assert places_of(project.folder / HOME, ["opaque-token-1111"]) == []
    assert places_of(project.folder / HOME, ["yes-kept"]) != []
