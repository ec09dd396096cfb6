"""Secret names: which names say that what goes by them is a secret. Pure; imports nothing of ours.

In an English compound the last word says what the thing is: `token_count` is a count, `password_hash` a hash and
`secret_name` a name, while `access_token` and `x-auth-token` are tokens. So the last word decides, wherever a name
comes from (a key, a parameter, a field, a header, a variable) and however it is written.

Two words need the one before them. A key is a secret when something is locked with it (`api_key`, `stripe_key`), and
none when something is found by it (`primary_key`, `cache_key`, `key`): the second kind are everyday words, which are
listed. A token is a secret unless it is one of a text or of a list's next page; more than one are counted or parsed.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

MAX_NAME_CHARS: Final = 100

# Always, as the last word or as its end: `dbpassword`.
_SECRET_WORDS: Final = ("password", "passwd", "passphrase", "passcode", "secret", "credential", "authorization")
_SECRET_PLURALS: Final = ("passwords", "secrets", "credentials")
# Always, as the last word alone: no word ends in them by chance.
_WHOLE_WORDS: Final = ("cookie", "cookies", "bearer")

# Written as one word.
_LOCKED_WITH: Final = ("api", "app", "auth", "access", "secret", "private", "signing", "encryption", "master")
_GLUED_KEYS: Final = tuple(f"{word}key" for word in _LOCKED_WITH)

# Of more than one, only these are secrets: `api_keys`, `access_tokens`.
_BEFORE_MANY: Final = frozenset({*_LOCKED_WITH, "refresh", "bearer", "session", "ssh"})

_FINDS: Final = frozenset({
    "primary", "by", "get", "set", "make", "build", "compute", "create", "format", "normalize", "has", "is", "find",
    "delete", "add", "remove", "update", "check", "read", "write", "foreign", "sort", "sorting", "sorted",
    "partition", "hash", "range", "cache", "dict", "dictionary", "group", "grouping", "index", "lookup", "row",
    "column", "composite", "natural", "surrogate", "unique", "candidate", "public", "parent", "child", "object",
    "obj", "item", "map", "mapping", "storage", "bucket", "routing", "shard", "join", "idempotency", "dedup",
    "dedupe", "config", "setting", "settings", "field", "event", "node", "edge", "state", "table", "record",
    "search", "filter", "json", "yaml", "attr", "attribute", "property", "param", "parameter", "arg", "kwarg",
    "option", "message", "msg", "label", "tag", "name", "id", "new", "old", "next", "prev", "previous", "first",
    "last", "min", "max", "left", "right", "start", "end", "from", "to", "current", "other", "same", "any", "each",
    "this", "that", "the", "inner", "outer", "top", "missing", "unknown", "duplicate", "expected", "required",
    "extra", "entity", "doc", "document", "file", "path", "date", "time", "day", "month", "sub", "nested",
    "default", "metric", "feature", "arrow", "hot", "shortcut", "pressed", "translation", "i18n", "context", "memo",
    "result", "input", "output", "step", "task",
})  # fmt: skip
_OF_A_TEXT: Final = frozenset({
    "max", "min", "prompt", "completion", "total", "input", "output", "num", "number", "n", "cached", "reasoning",
    "special", "stop", "eos", "bos", "pad", "unk", "mask", "sep", "cls", "next", "prev", "previous", "page",
    "continuation", "sync", "start", "end", "current", "last", "first", "lookahead", "cancel", "cancellation",
    "cancelation", "word", "lex", "lexer", "parser",
})  # fmt: skip

_WORD: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_NAME: Final = re.compile(rf"(?P<words>[A-Za-z0-9_.$ -]{{0,{MAX_NAME_CHARS}}}[A-Za-z])(?:[0-9]{{1,2}}|[_-][0-9]?)?")


@lru_cache(maxsize=4096)
def is_secret_by_default(name: str) -> bool:
    """Whether *name* says that what goes by it is a secret: `api_key`, `X-Auth-Token`, `shop.dbPassword2`."""
    found = _NAME.fullmatch(name)
    if found is None:
        return False
    words = [word.lower() for word in _WORD.findall(found["words"])]
    last, before = words[-1], words[-2] if len(words) > 1 else ""
    if last in ("key", "keys", "token", "tokens"):
        return _is_secret_of_its_kind(last, before)
    return last in _WHOLE_WORDS or last.endswith((*_SECRET_WORDS, *_SECRET_PLURALS, *_GLUED_KEYS, "token"))


def _is_secret_of_its_kind(last: str, before: str) -> bool:
    if last.endswith("s"):
        return before in _BEFORE_MANY
    return before not in _OF_A_TEXT if last == "token" else before != "" and before not in _FINDS


# Every name that is secret ends like one of these, and with one of what may stand behind that.
_ENDINGS: Final = (*_SECRET_WORDS, *_SECRET_PLURALS, *_WHOLE_WORDS, "token", "tokens", "key", "keys")
_AFTER_IT: Final = ("[0-9]", "[0-9][0-9]", "[_-]", "[_-][0-9]")


def name_before(sign: str, also: Iterable[str] = ()) -> str:
    """Return a pattern that is met behind *sign* (a pattern of one width) when a secret name stands before it.

    Conservative: it is met behind every such name, and behind some others. *also* are further endings of names.
    """
    endings = (*_ENDINGS, *also)
    longer = "|".join(_ends_before(f"{after}{sign}", endings) for after in _AFTER_IT)
    return f"(?:{_ends_before(sign, endings)}|(?<=[0-9_-]{sign})(?:{longer}))"


def _ends_before(rest: str, endings: Iterable[str]) -> str:
    """Return what is met between an ending and *rest*; its two last letters alone turn most names down."""
    pairs = (_letters(ending[at] for ending in endings) for at in (-2, -1))
    alternatives = "|".join(f"(?<={ending}{rest})" for ending in endings)
    return f"(?<={''.join(pairs)}{rest})(?i:{alternatives})"


def _letters(letters: Iterable[str]) -> str:
    return f"[{''.join(sorted({case for letter in letters for case in (letter, letter.upper())}))}]"


# Headers come as pairs too, and as triples with the name twice: as it was written, and in lower case.
HEADER: Final = r"(?i:(?:proxy-)?authorization|(?:set-)?cookie|x-(?:[a-z]+-)*(?:key|token|secret)|api-key)"


def own_name(name: str) -> str:
    """Return *name* as names given by the user are compared: in lower case, `-` as `_`."""
    return name.lower().replace("-", "_")


def is_own_name(name: str, own: frozenset[str]) -> bool:
    """Whether *name* is one of the user's *own* names. `_token` and `__token` are, when `token` is."""
    lowered = own_name(name)
    if lowered in own:
        return True
    # The second is the name as Python mangles it, `_Class__token`; the third that of a global or attribute.
    return (
        lowered[:1] == "_" and (lowered.lstrip("_") in own or lowered.partition("__")[2] in own)
    ) or lowered.rpartition(".")[2] in own
