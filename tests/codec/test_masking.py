"""What is left of a value when its secrets are taken out: how it looks, and that it can still be compared."""

import re
from dataclasses import dataclass

import pytest

from flight_recorder.codec.capture import CaptureSettings, capture, capture_named, capture_parts
from flight_recorder.codec.decode import decode
from flight_recorder.codec.identity import nodes_of
from flight_recorder.codec.inexact import form_text, incomparable_part
from flight_recorder.codec.preview import preview, to_plain
from flight_recorder.codec.secrets import Secrets
from flight_recorder.errors import NotRebuildableError
from flight_recorder.model.value import Form
from tests.codec.made_classes import Plain

KEY = b"k" * 32
SETTINGS = CaptureSettings(secrets=Secrets(key=KEY))


@dataclass
class Login:
    user: str
    password: object


def test_a_text_keeps_what_is_no_secret() -> None:
    value = capture({"header": "Bearer abc123def456"}, SETTINGS)

    assert preview(value) == "{'header': 'Bearer <redacted>'}"
    assert to_plain(value) == {"header": "Bearer <redacted>"}
    assert value.form is Form.REDACTED
    with pytest.raises(NotRebuildableError):
        decode(value)


def test_of_an_authorization_the_scheme_stays() -> None:
    values = ["Bearer abc", "Token abc", "abc", "Bearer ", "1f2 abc"]

    shown = [preview(capture({"Authorization": value}, SETTINGS)) for value in values]

    assert shown == [
        "{'Authorization': 'Bearer <redacted>'}",
        "{'Authorization': 'Token <redacted>'}",
        "{'Authorization': <redacted>}",
        "{'Authorization': <redacted>}",
        "{'Authorization': <redacted>}",
    ]


def test_equal_secrets_are_equal_and_others_are_not() -> None:
    one, same, other = (capture(Login("ada", secret), SETTINGS) for secret in ("abc", "abc", "abd"))

    assert one.equals(same)
    assert not one.equals(other)
    assert preview(one) == "Login(user='ada', password=<redacted>)"


def test_under_another_key_nothing_is_equal() -> None:
    one = capture(Login("ada", "abc"), SETTINGS)
    other = capture(Login("ada", "abc"), CaptureSettings(secrets=Secrets(key=b"other")))

    assert not one.equals(other)


def test_without_a_key_nothing_can_be_compared() -> None:
    value = capture({"token": "abc"}, CaptureSettings(secrets=Secrets()))

    assert not value.is_comparable
    assert incomparable_part(value) == ".token"


def test_the_digest_is_of_the_whole_value_and_its_type() -> None:
    values = [capture({"password": secret}, SETTINGS).data for secret in (1, 1.0, "1", b"1", [1], ("1",), {"a": 1})]

    assert len(set(values)) == len(values)
    assert all(re.fullmatch(rb'\{"password":\{"\$":"redacted","h":"[0-9a-f]{24}"\}\}', value) for value in values)


@pytest.mark.parametrize("nothing", [None, True, False, "", [], {}, (), b"", set()])
def test_that_there_is_no_secret_is_no_secret(nothing: object) -> None:
    assert capture({"api_key": nothing}, SETTINGS) == capture({"api_key": nothing})
    assert capture_named("api_key", nothing, SETTINGS)[0] == capture(nothing) or nothing in ((), b"", set())


def test_of_the_users_own_names_nothing_is_told_at_all() -> None:
    own = CaptureSettings(secrets=Secrets(names=["ssn"], key=KEY))

    assert capture({"ssn": None}, own).form is Form.REDACTED
    assert capture_named("ssn", None, own)[0].form is Form.REDACTED


def test_a_key_that_is_a_secret_is_taken_out_and_keys_stay_apart() -> None:
    first, second = "sk-abcdefghijklmnop1234", "sk-abcdefghijklmnop1235"

    value = capture({first: 1, "b": 2, second: 3}, SETTINGS)

    assert preview(value) == "{<redacted>: 1, 'b': 2, <redacted>: 3}"
    assert not value.equals(capture({second: 1, "b": 2, first: 3}, SETTINGS))


def test_what_is_taken_out_leaves_no_part_behind() -> None:
    inner = ["abc"]

    value, parts = capture_parts({"kept": [1], "password": {"deep": inner}}, SETTINGS)

    nodes = {id(node) for node in nodes_of([parts.root])}
    assert preview(value) == "{'kept': [1], 'password': <redacted>}"
    assert all(id(node) in nodes for _, node in parts.met)
    assert not any(part is inner for part, _ in parts.met)


def test_a_cycle_through_a_secret_is_taken_out() -> None:
    config: dict[str, object] = {"a": 1}
    config["password"] = config

    assert preview(capture(config, SETTINGS)) == "{'a': 1, 'password': <redacted>}"


def test_what_has_nothing_but_a_repr_is_not_asked_for_it() -> None:
    class Hidden(type(re)):  # type: ignore[misc]  # a module: kept as its repr
        def __repr__(self) -> str:
            return "Hidden(password='abc')"

    value = capture(Hidden("x"), SETTINGS)

    assert preview(value) == "<Hidden object>"


def test_an_opaque_value_stays_opaque_and_is_told_to_be_redacted() -> None:
    value = capture(Plain(a=1, token="abc"), SETTINGS)

    assert value.is_comparable
    assert form_text(value) == "redacted: .token was taken out"


def test_patterns_and_callables_of_the_user_are_asked_about_every_text() -> None:
    asked = []

    def masker(text: str) -> object:
        asked.append(text)
        return text.replace("blue", "***") if "blue" in text else text == "all of it"

    own = CaptureSettings(secrets=Secrets(patterns=[re.compile(r"C-(?P<secret>\d+)")], maskers=[masker], key=KEY))

    value = capture(["C-123 is", "blue sky", "all of it", "nothing", 5], own)

    assert preview(value) == "['C-<redacted> is', '*** sky', <redacted>, 'nothing', 5]"
    assert set(asked) == {"C-<redacted> is", "blue sky", "all of it", "nothing"}


def test_a_callable_that_fails_masks_the_whole() -> None:
    def masker(text: str) -> object:
        raise RuntimeError(text)

    own = CaptureSettings(secrets=Secrets(maskers=[masker], key=KEY))

    assert preview(capture(["a", 1], own)) == "[<redacted>, 1]"
