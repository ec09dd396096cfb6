"""Which part of a value keeps it from being rebuilt, or compared: told by its path and its type."""

import threading

import pytest

from flight_recorder.codec.capture import capture
from flight_recorder.codec.inexact import MAX_SEARCHED_BYTES, form_text, incomparable_part
from flight_recorder.codec.secrets import Secrets
from flight_recorder.codec.settings import CaptureSettings


class Client:
    def __init__(self) -> None:
        self.url = "http://x"
        self.lock = threading.Lock()


class Rows(list[int]):
    pass


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"a": [1, (2, {3})]}, "exact"),
        (Client(), "opaque: a Client"),
        ({"a": 1, "clients": [Client()]}, "opaque: .clients[0] is a Client"),
        ({"two words": (1, Rows([1]))}, "opaque: ['two words'][1] is a Rows"),
        ([Client.__init__], "opaque: [0] is a function"),
        ([ValueError(threading.Lock())], "opaque: [0].args[0] is a lock"),
        ({"n": 1, "x": object()}, "opaque: .x is an object"),
        ({"big": "x" * MAX_SEARCHED_BYTES, "x": object()}, "opaque"),
    ],
)
def test_the_first_part_that_has_no_exact_form_is_named(value: object, text: str) -> None:
    assert form_text(capture(value)) == text


def test_the_part_that_was_taken_out_is_named() -> None:
    settings = CaptureSettings(secrets=Secrets(names=["token"], defaults=False))

    assert (
        form_text(capture({"user": {"token": 5}, "lock": object()}, settings))
        == "redacted: .user.token was taken out"
    )


def test_the_first_part_that_cannot_be_compared_is_named() -> None:
    assert incomparable_part(capture({"client": Client()})) == ".client.lock, a lock"
    assert incomparable_part(capture(threading.Lock())) == ", a lock"
    assert incomparable_part(capture({"rows": Rows([1])})) == ""
