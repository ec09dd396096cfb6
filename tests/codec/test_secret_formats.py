"""Texts that are secrets by their looks, and the rest of the text, which stays."""

import base64
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flight_recorder.codec import secrets
from flight_recorder.codec.capture import CaptureSettings, capture
from flight_recorder.codec.masking import Masking
from flight_recorder.codec.plain import PlainCapture
from flight_recorder.codec.secret_formats import mask_formats
from flight_recorder.codec.secrets import MARK, Secrets
from flight_recorder.codec.tree import parse
from flight_recorder.model.value import Form
from tests.codec.surveyors import COMPILED, surveyor

BASIC = base64.b64encode(b"ada:s3cret").decode()

# The secret in each stands between « and ».
TEXTS = [
    "«sk-abcdefghijklmnop1234»",
    "the key is «sk-ant-api03-abc_def-ghijklmnop».",
    "«sk_live_abcdefghijklmnop»",
    "«rk_test_abcdefghijklmnop»",
    "«AKIAIOSFODNN7EXAMPLE», «ASIAIOSFODNN7EXAMPLE»",
    "token=«ghp_abcdefghijklmnopqrstuvwxyz0123456789»",
    "«github_pat_11ABCDEFG0abcdefghijkl_mnop»",
    "https://«ghs_abcdefghijklmnopqrstuvwxyz0123»@github.com/a/b",
    "«glpat-abcdefghij_klmnopqrs»",
    "«xoxb-123456789012-abcdefABCDEF»",
    "«AIzaSyA1234567890abcdefghijklmnopqrstuv»",
    "«hf_abcdefghijklmnopqrstuvwxyzABCDEFGH»",
    "(«eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N»)",
    "Authorization: Bearer «abc123.def-456»",
    f"Basic «{BASIC}»",
    "curl -H 'X-Api-Key: «opaque value»' https://a.b",
    "Cookie: «sid=31d4d96e407aad42; a=b»",
    "-----BEGIN EC PRIVATE KEY-----«\nMHcCAQEEIBYr\n»-----END EC PRIVATE KEY-----\n",
    "postgresql://ada:«p:ss@word»@db.example:5432/crm",
    "redis://:«hunter2»@cache/0",
    "GET /v1?limit=5&api_key=«abc»&page=2 failed",
    "https://b.s3.amazonaws.com/x?X-Amz-Signature=«fe5f80»&y=1",
    "https://maps.example/?key=«abc»",
    "https://hooks.slack.com/services/«T00000000/B00000000/XXXXXXXXXXXX»",
    "Server=db;User Id=ada;Password=«hunter»;Encrypt=true",
    "host=db user=ada password=«hunter22» dbname=crm",
    "API_KEY=«abcdef1234»\nDEBUG=true\n",
    "{'user': 'ada', 'password': '«it is \"quoted\"»'}",
    '{"access_token": "«abc»", "token_type": "bearer"}',
    '{"arguments": "{\\"api_key\\": \\"«abc»\\"}"}',
    "Login(user='ada', password='«abc»')",
    'config["api_key"] = "«abc»"',
    'api_key: str = "«abc»"',
    "API_KEY = '«abc»'",
]
HARMLESS = [
    "task-management-and-planning-of-the-week",
    "the bearer certificates are Bearer certificates",
    "Basic understanding is needed",
    "a ratio of 3:4 @ noon, see https://example.org/a?b=c&page=2",
    "mailto:ada@example.org",
    "https://example.org:8080/@ada",
    "password: it must be long. Token: a piece of text.",
    "connect(host=host, password=settings.password, token=make_token(5))",
    "{'password': None, 'token_count': '12', 'key': 'name'}",
    'password="{password}" token="<token>" secret="$SECRET" passwd="***"',
    "max_tokens=100 prompt_tokens=12 sort_key=user123456",
    "the Cookie: a small one",
    "AKIA is a prefix, eyJ another, sk- too, and hf_ and xoxb-",
    "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----",
]


def _as_meant(text: str) -> tuple[str, str]:
    """Return the text itself, and with what stands between the marks masked."""
    plain = text.replace("«", "").replace("»", "")
    masked, rest = "", text
    while "«" in rest:
        before, _, rest = rest.partition("«")
        masked += before + MARK
        rest = rest.partition("»")[2]
    return plain, masked + rest


@pytest.mark.parametrize("text", TEXTS)
def test_the_secret_is_masked_and_the_rest_stays(text: str) -> None:
    plain, masked = _as_meant(text)

    assert mask_formats(plain) == masked
    assert mask_formats(masked) == masked


@pytest.mark.parametrize("text", HARMLESS)
def test_nothing_else_is(text: str) -> None:
    assert mask_formats(text) == text


_WRAPPINGS: list[Any] = [
    lambda text: text,
    lambda text: [1, {"a": text}],
    lambda text: {text: 1},
    lambda text: {text: 1, 2: 3},
    lambda text: (text.encode(), 5),
    lambda text: bytearray(text.encode()),
    lambda text: "\ud800" + text,
    lambda text: ValueError(text),
    lambda text: f"say {text!r}",
    lambda text: msgspec.json.encode({"x": text}).decode(),
    lambda text: "é\t\n\\" + text + "\0",
]


@given(
    st.lists(st.sampled_from([_as_meant(text)[0] for text in TEXTS + HARMLESS]) | st.text(max_size=8), max_size=3),
    st.sampled_from(["", " ", '"', "\\", "\n", "'"]),
    st.sampled_from(_WRAPPINGS),
)
def test_the_quick_look_at_json_never_misses_what_would_be_masked(parts: list[str], joint: str, wrap: Any) -> None:
    secrets = Secrets()
    value = capture(wrap(joint.join(parts)))
    masking = Masking(_Thorough())

    masking.mask(parse(value.data))

    assert not masking.found or secrets.might_hold_secret(value.data) or secrets.might_hold_secret_name(value.data)


class _Thorough(Secrets):
    """Looks at every text, without the quick look."""

    __slots__ = ()

    def mask(self, text: str) -> str:
        masked = mask_formats(text)
        return text if masked == text else masked


VALUE = 'env "quoted" \\ ünï\n1'


@pytest.mark.parametrize(
    "thing",
    [
        VALUE,
        [f"a {VALUE} b"],
        {VALUE: 1},
        VALUE.encode(),
        ValueError(VALUE),
        f"\ud800{VALUE}",
        {"a": {"b": (VALUE,)}},
    ],
)
def test_values_that_are_secrets_are_masked_wherever_they_stand(thing: object) -> None:
    secrets = Secrets(values=[VALUE], defaults=False, key=b"k")

    value = capture(thing, CaptureSettings(secrets=secrets))

    assert value.form is Form.REDACTED
    assert VALUE not in str(parse(value.data))
    assert secrets.might_hold_secret(capture(thing).data)


def test_numbers_that_are_secrets_are_masked() -> None:
    value = capture([87654321, 1], CaptureSettings(secrets=Secrets(values=["87654321"])))

    assert value.data == b'[{"$":"redacted"},1]'


@pytest.mark.parametrize("value", ["short", "postgres", "Password"])
def test_short_and_everyday_values_are_no_secrets(value: str) -> None:
    assert Secrets(values=[value]).mask(f"say {value}!") == f"say {value}!"


@pytest.mark.parametrize("name", COMPILED)
@settings(max_examples=500, deadline=None)  # the first example compiles
@given(
    st.lists(
        st.sampled_from([_as_meant(text)[0] for text in TEXTS + HARMLESS])
        | st.text("sk-_ABJ:=$[\"'\\ /aeyotnidr", max_size=12)
        | st.sampled_from(
            ['["Authorization", "x"]', '["set-cookie",', '["x-api-key",1', "CoOkIe:", "key:", "=", "'token':"]
        ),
        max_size=3,
    ),
    st.sampled_from(_WRAPPINGS),
    st.text("a.é", max_size=70),
)
def test_the_compiled_first_look_never_misses_what_the_patterns_find(
    name: str, parts: list[str], wrap: Any, before: str
) -> None:
    by: Any = surveyor(name)
    text = before + "".join(parts)
    for value in (text, [text, 1], [[text]], {text: text}, [{text: 1}, {text: 2}], wrap(text)):
        plain = PlainCapture(None, 1_000_000, 20, by).capture((value, 1))
        if plain is None:  # not one of the plain types
            continue

        assert plain.signs & 1 or not secrets._looks_secret(plain.data), plain.data
        assert plain.signs & 2 or secrets._HEADER_PAIR(plain.data) is None, plain.data
