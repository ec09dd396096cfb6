"""Which names say that what goes by them is a secret."""

import re

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flight_recorder.codec.secret_names import is_secret_by_default, name_before
from flight_recorder.codec.secrets import Secrets


@pytest.mark.parametrize(
    "name",
    [
        "password", "PASSWORD", "dbPassword", "db_password2", "password_2", "passwd", "passphrase",
        "user_password_", "secret", "client_secret", "clientSecret", "AWS_SECRET_ACCESS_KEY", "secrets",
        "credential", "credentials", "token", "access_token", "accessToken", "X-Auth-Token", "authtoken",
        "id_token", "CSRFToken", "GITHUB_TOKEN", "access_tokens", "refresh_tokens", "api_key", "apikey", "API-Key",
        "x-api-key", "apiKey", "OPENAI_API_KEY", "api_keys", "stripe_key", "private_key", "signingKey", "secretkey",
        "session_key", "SSHKey", "Authorization", "proxy-authorization", "Cookie", "set-cookie", "cookies",
        "bearer", "_token", "_Client__api_key", "shop.settings.TOKEN", "Api Key",
    ],
)  # fmt: skip
def test_these_are_secret(name: str) -> None:
    assert is_secret_by_default(name)


@pytest.mark.parametrize(
    "name",
    [
        "key", "keys", "Key", "key1", "primary_key", "foreignKey", "sort_key", "partition-key", "cache_key",
        "public_key", "dict_keys", "missing_keys", "monkey", "keyboard", "hotkey", "index_key", "idempotency_key",
        "group_key", "max_tokens", "prompt_tokens", "total_tokens", "completionTokens", "tokens", "num_tokens",
        "max_token", "tokenizer", "tokenize", "token_count", "token_type", "tokens_used", "next_token",
        "next_page_token", "eos_token", "password_hash", "secret_name", "token_url", "credentials_path", "cookie_jar",
        "keyed", "author", "authorized", "authorization_url", "pwd", "pass", "passed", "compass", "", "_", "1",
        "ключ", "naïve_token", "a" * 200 + "_token", "what is the token? a token",
    ],
)  # fmt: skip
def test_these_are_none(name: str) -> None:
    assert not is_secret_by_default(name)


_PARTS = [
    "key",
    "Key",
    "KEY",
    "token",
    "Token",
    "s",
    "api",
    "primary",
    "_",
    "-",
    ".",
    " ",
    "2",
    "17",
    "password",
    "Ä",
]


@given(st.lists(st.sampled_from(_PARTS), min_size=1, max_size=6).map("".join))
def test_the_quick_look_at_json_never_misses_a_name(name: str) -> None:
    secrets = Secrets(names=["ssn", "own-name"])

    data = msgspec.json.encode({"a": [{name: 1}]})

    assert secrets.might_hold_secret_name(data) or not secrets.is_secret_name(name)


@pytest.mark.parametrize("name", ["ssn", "SSN", "_ssn", "_User__ssn", "user.ssn", "Own_Name", "own-name"])
def test_the_users_own_names_are_met_as_python_writes_them(name: str) -> None:
    secrets = Secrets(names=["ssn", "own-name"], defaults=False)

    assert secrets.is_secret_name(name)
    assert secrets.might_hold_secret_name(msgspec.json.encode({name: 1}))
    assert not secrets.is_secret_name("token")


@pytest.mark.parametrize("name", ['a "quoted" name', "Straße", "back\\slash"])
def test_an_own_name_of_any_letters_is_met(name: str) -> None:
    secrets = Secrets(names=[name], defaults=False)

    assert secrets.is_secret_name(name.upper() if name.isascii() else name)
    assert secrets.might_hold_secret_name(msgspec.json.encode({name: 1}))


def test_what_stands_before_a_sign_is_told_by_its_end() -> None:
    behind = re.compile(f"={name_before('=')}")

    assert behind.search("my_token2=x")
    assert behind.search("db_password_=x")
    assert not behind.search("tokenizer=x")
