"""Secrets: what is kept out of one session's recording, and how it stays comparable. Pure.

Made once a session. Everything that is written passes here: names say that a value is a secret, a text can be one or
hold one. What is masked leaves a digest behind, under a key that lies beside the recording and not in it: equal
secrets have equal digests in all sessions of one folder, different ones differ, and without the key neither can be
guessed.
"""

import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from contextvars import ContextVar
from functools import lru_cache
from hashlib import blake2b
from typing import Final, Self

import msgspec

from flight_recorder.codec.secret_formats import MARK, mask_formats, mask_pattern
from flight_recorder.codec.secret_names import HEADER, is_own_name, is_secret_by_default, name_before, own_name

__all__ = ["MARK", "MIN_VALUE_CHARS", "Secrets"]

MIN_VALUE_CHARS: Final = 8
_to_json = msgspec.json.Encoder().encode

_DIGEST_BYTES: Final = 12  # not 16: a function's digest has that many, and is looked for in values

Masker = Callable[[str], object]
"""Of the user's: is given a text, and returns it as it may be written; or True to mask it whole."""

# Everybody knows them, and they are everyday words: masking them would spoil texts and protect nothing.
_NO_SECRETS: Final = frozenset({
    "password", "changeme", "postgres", "postgresql", "username", "undefined", "disabled", "required", "default",
    "localhost", "development", "production", "testtest", "test1234", "12345678", "00000000",
})  # fmt: skip

_Search = Callable[[bytes], object]

_IN_QUERY: Final = ("sig", "signature")  # beside the names of secrets
_HEADERS: Final = rb"(?i:(?<=authorization:)|(?<=cookie:)|(?<=-key:)|(?<=-token:)|(?<=-secret:))"
_TYPES: Final = rb"(?i:(?<=str=)|(?<=str =)|(?<=bytes=)|(?<=bytes =)|(?<=none=)|(?<=none =)|(?<=\]=)|(?<=\] =))"


# What each of the large patterns below is met with: the ends of the names of secrets, and what stands in URLs.
_TELLING: Final = (
    b"pass",
    b"secret",
    b"credential",
    b"authoriz",
    b"cookie",
    b"bearer",
    b"token",
    b"key",
    b"sig",
    b"://",
)
_SOON: Final = 100


def _late(pattern: bytes, telling: tuple[bytes, ...] = ()) -> _Search:
    """Return what searches *pattern*, which is compiled when it is first needed: that can take ten milliseconds.

    It is not needed for data that has none of the *telling* words, which are in lower case. To look for these is
    slow beside the pattern, so that is done a few times only.
    """
    search: _Search | None = None
    asked = 0

    def late(data: bytes) -> object:
        nonlocal search, asked
        if search is None:
            asked += 1
            if telling and asked < _SOON and not _has_any(telling, data.lower()):
                return None
            search = re.compile(pattern).search
        return search(data)

    return late


def _has_any(words: tuple[bytes, ...], data: bytes) -> bool:
    return any(word in data for word in words)


def _name(sign: str, also: tuple[str, ...] = ()) -> bytes:
    return name_before(sign, also).encode()


# Whether a value can hold something that is masked by its looks is asked of the JSON of every value that is written,
# so it has to cost next to nothing. There is a byte that each format has to have, and only where that occurs
# (`byte in data`, a memchr: 0.02 µs in 60 bytes, 0.05 in 8 KB) its pattern runs. Each begins with that byte, since
# a pattern that begins with a literal is searched at 0.28 ns a byte, and looks behind itself for the rest.
#
# docs/decisions/0022-secrets.md has the figures of this and of other ways.
_DASH: Final = _late(
    rb"-(?:(?<=sk-)|----BEGIN|(?<=[trnix]-|[abeopsX]-)(?:(?<=gl(?:pat|ptt)-)|(?<=gl[dr]t-)|(?<=xox[abeoprs]-)"
    rb"|(?<=(?:tvly|pypi|xapp)-)|(?<=GOCSPX-)|(?<=xai-)|(?<=nvapi-)))"
)
_UNDERSCORE: Final = _late(
    rb"_(?<=[pousrtkfmc2]_)(?:(?<=gh[pousr]_)|(?<=pat_)|(?<=[rs]k_)(?:live|test)_|(?<=hf_)|(?<=(?:gsk|npm)_)"
    rb"|(?<=pcsk_)|(?<=whsec_)|(?<=lsv2_))"
)
_UPPER_A: Final = _late(rb"A(?:[KS]IA|Iza)")
_UPPER_B: Final = _late(rb"B(?:earer|EARER|asic(?: |\\t)+[A-Za-z0-9+/]{6})")
_UPPER_J: Final = _late(rb"J(?<=eyJ)")
# A name and what goes by it, inside a text: what is quoted there has a backslash here, and the keys of the value
# itself have none.
_COLON: Final = _late(
    rb":(?:(?<=[^\"]:)(?://(?:hooks\.slack|[^\s/?#'\"]*@)|(?<=[nyetNYET]:)%b|(?<=':)(?:%b|%b))|(?<=\\\":)(?:%b|%b))"
    % (_HEADERS, _name("':"), _name(r"\\\\':"), _name(r'\\":'), _name(r'\\\\\\":')),
    _TELLING,
)
_EQUALS: Final = _late(rb"=(?:%b|(?<= =)%b|%b)" % (_name("=", _IN_QUERY), _name(" ="), _TYPES), _TELLING)
# Bytes and texts with lone surrogates are written in a form in which nothing can be recognised.
_TYPED: Final = _late(rb'\$":"(?:bytes|bytearray|str|int)"')

_HEADER_PAIR: Final = _late(rf'\["{HEADER}",'.encode())

_DASH_, _UNDERSCORE_, _COLON_, _EQUALS_, _DOLLAR_, _BRACKET_, _A_, _B_, _J_ = b"-_:=$[ABJ"


def _looks_secret(data: bytes) -> bool:
    """Whether something in the value with this JSON may be masked by its looks. Written out: it is asked so often."""
    return bool(
        (_DASH_ in data and _DASH(data))
        or (_UNDERSCORE_ in data and _UNDERSCORE(data))
        or (_COLON_ in data and _COLON(data))
        or (_EQUALS_ in data and _EQUALS(data))
        or (_DOLLAR_ in data and _TYPED(data))
        or (_A_ in data and _UPPER_A(data))
        or (_B_ in data and _UPPER_B(data))
        or (_J_ in data and _UPPER_J(data))
    )


_HEADER: Final = re.compile(HEADER)
_DEFAULT_NAMES: Final = name_before('":')
_SIMPLE_NAME: Final = re.compile(r"[a-z0-9_ ]{1,100}")


class Secrets:
    """What counts as a secret in one session.

    *names*, *patterns* and *maskers* are the user's; *values* are texts that are secrets wherever they stand: those
    of environment variables with such names. With *defaults*, so are the names of `secret_names` and the looks of
    `secret_formats`. Without a *key* what is masked cannot be compared.

    The JSON of a value that may hold one of *values*, or be met by a pattern or masker, has one of the *needles*.
    """

    __slots__ = (
        "_defaults", "_known", "_maskers", "_own", "_patterns", "_quick", "_quick_name", "_values", "key", "needles",
    )  # fmt: skip

    def __init__(
        self,
        *,
        names: Iterable[str] = (),
        patterns: Iterable["re.Pattern[str]"] = (),
        maskers: Iterable[Masker] = (),
        values: Iterable[str] = (),
        key: bytes = b"",
        defaults: bool = True,
    ) -> None:
        self._own = frozenset(map(own_name, names))
        self._patterns = tuple(patterns)
        self._maskers = tuple(maskers)
        self._defaults = defaults
        self.key = key
        self._known: dict[str, bool] = {}
        self._quick_name = _name_search(self._own, defaults)
        self._take(values)

    def _take(self, values: Iterable[str]) -> None:
        # The longest first: one may be a part of another.
        forms = {form for one in values if _is_telling(one) for form in _forms_in_texts(one)}
        self._values = tuple(sorted(forms, key=len, reverse=True))
        # As JSON has them. In bytes and in odd texts they have another form.
        self.needles = tuple(_to_json(text.encode("utf-8", "replace").decode())[1:-1] for text in self._values)
        self._quick: list[tuple[int, _Search]] = [(_DOLLAR_, _TYPED)] if self.needles else []
        self._quick += [(_rarest(text), _contains(text)) for text in self.needles]
        if self._patterns or self._maskers:  # nobody knows what they are met at
            self.needles, self._quick = (b'"',), [(ord('"'), _always)]

    def also(self, values: Iterable[str]) -> Self:
        """Return the same, to which these *values* are secrets too."""
        more = [value for value in values if _is_telling(value) and value not in self._values]
        if not more:
            return self
        other = type(self).__new__(type(self))
        for name in ("_own", "_patterns", "_maskers", "_defaults", "key", "_known", "_quick_name"):
            setattr(other, name, getattr(self, name))
        other._take((*self._values, *more))
        return other

    def extend(self, names: Iterable[str], patterns: Iterable["re.Pattern[str]"], maskers: Iterable[Masker]) -> None:
        """Count these as secrets too, from now on."""
        self._own |= frozenset(map(own_name, names))
        self._patterns += tuple(patterns)
        self._maskers += tuple(maskers)
        self._known.clear()
        self._quick_name = _name_search(self._own, self._defaults)
        self._take(self._values)

    def is_secret_name(self, name: str) -> bool:
        """Whether the value that goes by *name* must not be written."""
        known = self._known.get(name)
        if known is None:
            if len(self._known) >= 10_000:  # names that a program makes up
                self._known.clear()
            known = self._known[name] = is_own_name(name, self._own) or (
                self._defaults and is_secret_by_default(name)
            )
        return known

    def is_header(self, text: str) -> bool:
        """Whether *text* is the name of a header whose value is a secret."""
        return self._defaults and _HEADER.fullmatch(text) is not None

    def is_always_secret(self, name: str) -> bool:
        """Whether *name* is the user's own: then nothing is told of its value, not even that there is none."""
        return is_own_name(name, self._own)

    def might_hold_secret(self, data: bytes, has_signs: bool = True) -> bool:
        """Whether in the value with this JSON something may be masked by what it says. Never False if it is.

        Without *has_signs* it is known that nothing has the looks of a secret.
        """
        for byte, contains in self._quick:
            if byte in data and contains(data):
                return True
        return has_signs and self._defaults and _looks_secret(data)

    def might_hold_secret_name(self, data: bytes) -> bool:
        """Whether in the value with this JSON something may be masked by its name. Never False if it is."""
        return bool(
            self._quick_name(data) or (_DOLLAR_ in data and b'"$":"dict"' in data) or self.might_hold_header(data)
        )

    def might_hold_header(self, data: bytes) -> bool:
        """Whether in the value with this JSON a pair may be a header whose value is masked. Never False if it is."""
        return bool(self._defaults and _BRACKET_ in data and _HEADER_PAIR(data))

    def mask(self, text: str) -> str:
        """Return *text* with the secrets in it masked; the very same object when there are none."""
        with suppress(UnicodeEncodeError):  # lone surrogates
            if not self.might_hold_secret(_to_json(text)):
                return text
        masked = text
        for value in self._values:
            if value in masked:
                masked = masked.replace(value, MARK)
        if self._defaults:
            masked = mask_formats(masked)
        for pattern in self._patterns:
            masked = mask_pattern(masked, pattern)
        for masker in self._maskers:
            masked = _asked(masker, masked)
        return text if masked == text else masked

    def is_secret_number(self, number: int) -> bool:
        """Whether *number* is, in decimal, one of the values that are secrets."""
        return bool(self._values) and number.bit_length() < 512 and str(number) in self._values

    def digest(self, data: bytes) -> str:
        """Return the keyed digest of *data*; "" without a key."""
        return blake2b(data, digest_size=_DIGEST_BYTES, key=self.key).hexdigest() if self.key else ""


_is_asking: ContextVar[bool] = ContextVar("_is_asking", default=False)


def _asked(masker: Masker, text: str) -> str:
    """Return what *masker* leaves of *text*: nothing of it if it fails, as a secret may be what it failed at."""
    if _is_asking.get():  # it called a recorded step itself
        return text
    token = _is_asking.set(True)
    try:
        left = masker(text)
    except Exception:  # noqa: BLE001 - the user's own code, whose errors must not reach the program from here
        return MARK
    finally:
        _is_asking.reset(token)
    if type(left) is str:
        return left
    return MARK if left else text


def _is_telling(value: str) -> bool:
    return len(value) >= MIN_VALUE_CHARS and value.lower() not in _NO_SECRETS and value != MARK


def _forms_in_texts(value: str) -> set[str]:
    """Return *value*, and how repr and JSON write it where they do not write it as it is."""
    if value.isascii() and value.isprintable() and not {"'", '"', "\\"} & set(value):
        return {value}
    import json  # here: few values need it

    dumped = (json.dumps(value, ensure_ascii=is_ascii)[1:-1] for is_ascii in (True, False))
    return {value, repr(value)[1:-1], *dumped}


def _always(_data: bytes) -> bool:
    return True


def _contains(text: bytes) -> _Search:
    return lambda data: text in data


def _rarest(text: bytes) -> int:
    """Return the byte of *text* that is the least likely to occur in any other text."""
    return min(text, key=lambda byte: (_COMMON.find(byte), byte) if byte in _COMMON else (-1, byte))


# The most common last.
_COMMON: Final = b"ZQXKJVzqjYUGxRFVPHLWMDNOCBESIAT9876543210_-kvbpgwyfmculdhrsinoate"


@lru_cache(maxsize=64)
def _name_search(own: frozenset[str], defaults: bool) -> _Search:
    """Return what tells whether a key in JSON may be the name of a secret."""
    if not all(map(_SIMPLE_NAME.fullmatch, own)):
        return _always
    alternatives = [_DEFAULT_NAMES] if defaults else []
    alternatives += [f'(?i:(?<={re.escape(name).replace("_", "[_-]")}":))' for name in sorted(own)]
    if not alternatives:
        return lambda _data: False
    return _late(f'":(?:{"|".join(alternatives)})'.encode(), () if own else _TELLING)
