"""Secrets planted in real programs, wherever a program can have one: none is in the folder of the recording."""

import json
import re
from pathlib import Path

import pytest

from tests.kit import Project
from tests.secrets.searching import places_of

HOME = ".flight-recorder"

# Each in one place only, so that a failure names the place.
ENVIRONMENT = {
    "CRM_TOKEN": 'env "quoted" \\ ünï-7401',
    "DB_PASSWORD": "env-password-7402",
    "SIGNING_KEY": "env-key-line\nsecond-line-7403",
}
FORMATS = {
    "openai": "sk-proj-Planted0openai1key2abcdef",
    "anthropic": "sk-ant-api03-Planted0anthropic1key",
    "aws": "AKIAPLANTED0AWS1KEY2",
    "aws_session": "ASIAPLANTED0AWS1KEY3",
    "github": "ghp_Planted0github1key2abcdefghijklmnop",
    "github_fine": "github_pat_Planted0fine1key2abcdefghij",
    "gitlab": "glpat-Planted0gitlab1key2",
    "slack": "xoxb-1234567890-Planted0slack",
    "google": "AIzaPlanted0google1key2abcdefghijklmnop",
    "stripe": "sk_live_Planted0stripe1key2",
    "huggingface": "hf_Planted0huggingface1key2abc",
    "jwt": "eyJhbGciOiJIUzI1NiJ9.eyJwbGFudGVkIjoiand0In0.c2lnbmF0dXJlLXBsYW50ZWQ",
    "bearer": "Planted0bearer1token",
}
PEM = "-----BEGIN RSA PRIVATE KEY-----\nUGxhbnRlZFBFTXByaXZhdGVrZXk\n-----END RSA PRIVATE KEY-----\n"

PROGRAM = """
    import asyncio, collections, functools, json, os, sys, types
    from dataclasses import dataclass
    from typing import NamedTuple

    FORMATS = json.load(open("formats.json"))
    PEM = open("key.pem").read()
    PLANTED = os.path.abspath("planted.json")

    def s(number):
        with open(PLANTED) as file:
            return json.load(file)[str(number)]

    SETTINGS_TOKEN = "global-7501"

    @dataclass
    class Login:
        user: str
        password: str

    class Pair(NamedTuple):
        name: str
        client_secret: str

    class Client:
        def __init__(self):
            self.base = "kept-client"
            self._api_key = s(7502)

    class DeniedError(Exception):
        pass

    @fr.register("formats")
    def formats(values, pem):
        return {"kept-formats": [f"the key {value} is used" for name, value in values.items() if name != "bearer"],
                "header": "Authorization: Bearer " + values["bearer"], "pem": pem.encode()}

    @fr.register("environment")
    def environment():
        return ["kept-environment", os.environ["CRM_TOKEN"], f"<{os.environ['DB_PASSWORD']}>",
                os.environ["SIGNING_KEY"].encode(), repr(os.environ["CRM_TOKEN"]), json.dumps(dict(os.environ)),
                json.dumps(os.environ["CRM_TOKEN"]), json.dumps([os.environ["CRM_TOKEN"]], ensure_ascii=False)]

    @fr.register("names")
    def names(user, password, *, login, pair, client, headers, pairs, raw, bag, **options):
        return {"kept-names": user, "authToken": s(7503), "deep": [{"AWS_SECRET_ACCESS_KEY": s(7504)}]}

    @fr.register("keys")
    def keys(table):
        return {FORMATS["github"]: "kept-keys", 5: FORMATS["openai"]}

    @fr.register("urls")
    def urls(first, second, third):
        return "kept-urls " + first

    @fr.register("mutating")
    def mutating(config, db_password):
        config["api_key"] = "mutated-7505"
        db_password.append(s(7506))

    @fr.register("place")
    def place():
        global SETTINGS_TOKEN
        SETTINGS_TOKEN = "global-7507"
        return "kept-place"

    @fr.register("reads place")
    def reads_place():
        return len(SETTINGS_TOKEN)

    @fr.register("keyed", key=lambda user: {"user": user, "session_token": s(7508)})
    def keyed(user):
        return user

    @fr.register("stream")
    def stream():
        try:
            got = yield {"kept-item": 1, "access_token": s(7509)}
            yield FORMATS["stripe"] if got else None
        except ValueError:
            yield "kept-thrown"

    @fr.register("source")
    def source(password="default-7510"):
        api_key = "literal-7511"
        secret: str = 'typed-7512'
        return len(api_key + secret)

    @fr.register("fails")
    def fails(user):
        passphrase = s(7513)
        opaque = Client()
        try:
            json.loads("{" + passphrase)
        except ValueError as error:
            error.add_note(f"note with {passphrase}")
            raise DeniedError(f"no entry for {user} with {passphrase}", {"token": s(7514)}) from error

    @fr.register("chained")
    def chained(client, settings):
        try:
            sign_in(s(7531))
        except ValueError:
            raise DeniedError(f"kept-chained {client._api_key} {settings['login']['password']}")

    def sign_in(password):
        raise ValueError("kept-inner " + password)

    @fr.register("group")
    def group():
        raise ExceptionGroup("kept-group", [ValueError(f"password='{s(7515)}'"), KeyError(FORMATS["slack"])])

    @fr.register("partial")
    def partial(call):
        return "kept-partial"

    def main():
        formats(FORMATS, PEM)
        environment()
        names("kept-user", s(7516), login=Login("kept-login", s(7517)), pair=Pair("kept-pair", s(7518)),
              client=Client(),
              headers={"Authorization": s(7519), "Cookie": f"sid={s(7520)}", "Accept": "kept-accept"},
              pairs=[("x-api-key", s(7521)), (b"Authorization", s(7522).encode())], raw=f"Bearer {s(7523)}".encode(),
              bag=types.SimpleNamespace(refresh_token=s(7524), kept="kept-bag"), private_key=s(7525))
        keys({FORMATS["google"]: 1, "kept-key": collections.deque([FORMATS["aws"]])})
        urls(f"https://user:{s(7526)}@kept-host/path", f"https://kept-host/?token={s(7527)}&page=2",
             f"Server=kept;Password={s(7528)};Id=3")
        mutating({"kept": 1}, ["first"])
        place()
        reads_place()
        keyed("kept-keyed")
        items = stream()
        next(items)
        items.send(FORMATS["jwt"])
        items = stream()
        next(items)
        items.throw(ValueError(f"thrown token='{s(7529)}'"))
        source()
        partial(functools.partial(print, "kept", token=s(7530)))
        settings = {"login": {"password": s(7532)}}
        for step in (lambda: chained(Client(), settings), group, lambda: fails("kept-user")):
            try:
                step()
            except Exception:
                pass
        fails("kept-last")

    fr.run(main)
"""

NUMBERED = [
    "global-7501", "attribute-7502", "output-7503", "deep-7504", "mutated-7505", "mutated-7506", "global-7507",
    "step-key-7508", "item-7509", "default-7510", "literal-7511", "typed-7512", "local text 7513", "argument-7514",
    "member-7515", "argument-7516", "field-7517", "field-7518", "header-7519", "7520-cookie", "pair-7521",
    "pair-7522", "raw-7523-bearer", "bag-7524", "option-7525", "url-7526", "query-7527", "connection-7528",
    "thrown-7529", "partial-7530", "inner password 7531", "nested password 7532",
]  # fmt: skip
KEPT = [
    "kept-formats", "kept-environment", "kept-names", "kept-user", "kept-login", "kept-pair", "kept-client",
    "kept-accept", "kept-bag", "kept-keys", "kept-key", "kept-host", "kept-place", "kept-keyed",
    "kept-item", "kept-thrown", "kept-group", "kept-chained", "kept-inner", "kept-partial", "kept-last",
]  # fmt: skip
PEM_BODY = "UGxhbnRlZFBFTXByaXZhdGVrZXk"
ALL = [*ENVIRONMENT.values(), *FORMATS.values(), *NUMBERED, PEM_BODY]


@pytest.fixture
def planted(tmp_path: Path) -> Project:
    project = Project(tmp_path)
    project.write("program.py", PROGRAM)
    (tmp_path / "formats.json").write_text(json.dumps(FORMATS))
    (tmp_path / "key.pem").write_text(PEM)
    # What has no telling look is read by the program: a literal in its source is known by the name before it alone.
    numbers = {number: secret for secret in NUMBERED for number in re.findall(r"75\d\d", secret)}
    (tmp_path / "planted.json").write_text(json.dumps(numbers))
    return project


def test_no_planted_secret_is_in_the_store(planted: Project) -> None:
    ran = planted.record(env=ENVIRONMENT)
    assert "DeniedError" in ran.stderr
    assert "recording" not in ran.stderr
    planted.sessions()

    home = planted.folder / HOME
    assert places_of(home, ALL) == []
    assert [text for text in KEPT if not _is_captured(home, text)] == []


def _is_captured(home: Path, text: str) -> bool:
    """Whether *text* is in a value or a failure: it is in the source of the program as well, which is kept too."""
    return any(f" in {table} " in place for place in places_of(home, [text]) for table in ("body", "chunk"))


def test_no_planted_secret_is_in_a_journal_that_was_not_drained(planted: Project) -> None:
    planted.write("program.py", PROGRAM.replace('        fails("kept-last")\n', "        os.kill(os.getpid(), 9)\n"))
    planted.record(env=ENVIRONMENT)

    home = planted.folder / HOME
    assert list((home / "journal").glob("*.journal"))
    assert not (home / "store.db").exists()
    assert places_of(home, ALL) == []
    planted.sessions()
    assert [text for text in KEPT if text != "kept-last" and not _is_captured(home, text)] == []
    assert places_of(home, ALL) == []
