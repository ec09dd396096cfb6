"""Secret formats: the texts that are secrets by their looks, and where a secret stands in a text. Pure.

Each pattern is met at the whole of what is masked, or has a group `secret` that is. The left border keeps words such
as `task-management` from being taken for keys, and what is asked of a length keeps out what is only called like one.
"""

import base64
import binascii
import re
from collections.abc import Callable
from functools import cache
from typing import Final

from flight_recorder.codec.secret_names import HEADER, is_secret_by_default

MARK: Final = "<redacted>"

# Keys that say of themselves what they are.
_KEYS: Final = (
    r"(?<![A-Za-z0-9])(?:"
    r"sk-[A-Za-z0-9_-]{16,}"  # OpenAI, Anthropic (sk-ant-), OpenRouter, DeepSeek
    r"|(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Za-z0-9])"  # AWS
    r"|gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,}"  # GitHub
    r"|gl(?:pat|dt|rt|ptt)-[A-Za-z0-9_-]{16,}"  # GitLab
    r"|xox[abeoprs]-[A-Za-z0-9-]{10,}|xapp-[A-Za-z0-9-]{10,}"  # Slack
    r"|AIza[A-Za-z0-9_-]{30,}|GOCSPX-[A-Za-z0-9_-]{20,}"  # Google
    r"|[rs]k_(?:live|test)_[A-Za-z0-9]{10,}|whsec_[A-Za-z0-9+/=]{16,}"  # Stripe
    r"|(?:hf|gsk|npm|pcsk)_[A-Za-z0-9_]{20,}|lsv2_[a-z]{2}_[A-Za-z0-9_]{20,}"  # Hugging Face, Groq, npm, Pinecone, …
    r"|(?:xai|nvapi|tvly|pypi)-[A-Za-z0-9_-]{20,}"  # xAI, NVIDIA, Tavily, PyPI
    r"|eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*"  # JWT
    r")"
)
_PRIVATE_KEY: Final = (
    r"(?s)-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----"
    r"(?P<secret>.+?)(?:-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----|\Z)"
)
_BEARER: Final = r"\b(?:Bearer|BEARER)[ \t]+(?P<secret>[A-Za-z0-9._~+/=-]{8,})"
_BASIC: Final = r"\bBasic[ \t]+(?P<secret>[A-Za-z0-9+/]{6,}={0,2})"
_SLACK_HOOK: Final = r"(?<=[A-Za-z])://hooks\.slack\.com/services/(?P<secret>[A-Za-z0-9/]{20,})"

# user:password@host. A password with a slash in it would have to be written with %2F.
_IN_URL: Final = r"(?<=[A-Za-z0-9+.-])://[^\s/?#@:'\"\\]*:(?P<secret>[^\s/?#'\"\\]+)@"
# ?key=…&token=… of a URL; ;Password=… of a connection string.
_IN_QUERY: Final = r"[?&;] ?(?P<name>[A-Za-z0-9_. $-]{1,100})=(?P<secret>[^&#\s;'\"\\<>]+)"
# 'password': 'x' in what repr or JSON wrote; password="x", password: str = "x" and it["password"] = "x" in code.
_QUOTED: Final = (
    r"(?is)(?<![A-Za-z0-9_.$-])(?P<name>[A-Za-z0-9_.$-]{1,100})"
    r"(?:\\?['\"]: ?|\\?['\"]\] ?= ?|(?:: ?(?:str|bytes|str \| None|Optional\[str\]))? ?= ?)"
    r"(?:[rbfu]{1,2})?(?P<open>\\?)(?P<quote>['\"])"
    r"(?P<secret>(?:\\.|(?!(?P=open)(?P=quote)).){1,4000}?)(?P=open)(?P=quote)"
)
# password=x where words stand apart: a connection string, a line of a .env file. Code has commas and parentheses.
_APART: Final = (
    r"(?m)(?:^|(?<=[\s'\"]))(?P<name>[A-Za-z0-9_.-]{1,100})="
    r"(?P<secret>[^\s,;()\[\]{}<>'\"&\\]{6,})(?=$|[\s'\"\\])"
)
_HEADER: Final = (
    rf"(?i)(?<![A-Za-z0-9])(?P<name>{HEADER}): ?"
    r"(?:(?:bearer|basic|digest|token|negotiate) )?(?P<secret>(?!['\"\s])[^\r\n'\"\\]+)"
)

_QUERY_NAMES: Final = frozenset({"key", "sig", "signature", "x-amz-signature", "x-goog-signature"})
_TEMPLATE: Final = r"[{<$%].*|\*+|…|\.\.\."

Check = Callable[["re.Match[str]"], bool]


def _is_token(found: "re.Match[str]") -> bool:
    """Whether it is no word of a sentence: "Bearer certificates"."""
    return len(found["secret"]) >= 20 or re.search(r"[^A-Za-z]", found["secret"]) is not None


def _is_basic(found: "re.Match[str]") -> bool:
    try:
        return b":" in base64.b64decode(found["secret"], validate=True)
    except binascii.Error:
        return False


def _has_secret_name(found: "re.Match[str]") -> bool:
    return is_secret_by_default(found["name"]) and re.fullmatch(_TEMPLATE, found["secret"]) is None


def _is_in_query(found: "re.Match[str]") -> bool:
    return _has_secret_name(found) or found["name"].lower() in _QUERY_NAMES


def _stands_apart(found: "re.Match[str]") -> bool:
    return _has_secret_name(found) and re.search(r"[0-9]", found["secret"]) is not None


def _is_header(found: "re.Match[str]") -> bool:
    if re.fullmatch(_TEMPLATE, found["secret"]) is not None:
        return False
    return not found["name"].lower().endswith("cookie") or "=" in found["secret"]


# In this order: what an earlier one has masked is no more to be found by a later one.
_FORMATS: Final[tuple[tuple[str, Check | None], ...]] = (
    (_PRIVATE_KEY, None),
    (_KEYS, None),
    (_SLACK_HOOK, None),
    (_BEARER, _is_token),
    (_BASIC, _is_basic),
    (_IN_URL, None),
    (_IN_QUERY, _is_in_query),
    (_QUOTED, _has_secret_name),
    (_HEADER, _is_header),
    (_APART, _stands_apart),
)


@cache
def _patterns() -> "tuple[tuple[re.Pattern[str], Check | None], ...]":
    return tuple((re.compile(pattern), check) for pattern, check in _FORMATS)


def mask_formats(text: str) -> str:
    """Return *text* with everything masked that is a secret by its looks or by the name before it."""
    for pattern, check in _patterns():
        text = mask_pattern(text, pattern, check)
    return text


def mask_pattern(text: str, pattern: "re.Pattern[str]", check: Check | None = None) -> str:
    """Return *text* with what *pattern* finds masked: its group `secret` where it has one, else the whole."""
    group = "secret" if "secret" in pattern.groupindex else 0
    parts: list[str] = []
    done = at = 0
    while (found := pattern.search(text, at)) is not None:
        if check is not None and not check(found):
            at = found.end("name" if "name" in pattern.groupindex else 0)  # what goes by it may hold other names
            continue
        start, end = found.span(group)
        if start < 0:  # a pattern of the user's whose group had no part in what was found
            start, end = found.span()
        parts += text[done:start], MARK
        done = end
        at = max(found.end(), found.start() + 1)
        if at > len(text):
            break
    return text if not parts else "".join(parts) + text[done:]
