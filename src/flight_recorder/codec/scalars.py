"""Single values of the standard library (time, numbers, identifiers, paths, patterns), to nodes and back. Pure."""

import decimal
import os
import pathlib
import re
import sys
import types
import uuid
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from types import ModuleType
from typing import Any

from flight_recorder.codec import tags
from flight_recorder.codec.bare import dict_of_module
from flight_recorder.codec.naming import express, resolve
from flight_recorder.codec.reader import Builder, Reader, build
from flight_recorder.codec.tags import TAG, Node
from flight_recorder.codec.writer import Encoder, Writer, encode
from flight_recorder.errors import NotRebuildableError

_PATHS: dict[str, type[pathlib.PurePath]] = {
    cls.__name__: cls
    for cls in (
        pathlib.PurePosixPath,
        pathlib.PureWindowsPath,
        pathlib.PosixPath,
        pathlib.WindowsPath,
    )
}


# Time. Every part is read through the descriptors of the builtin class, so that subclasses can be read too. ---------


def _encode_date(value: date, _w: Writer) -> Node:
    return {TAG: tags.DATE, "v": _date_text(value)}


def _date_text(value: date) -> str:
    year, month, day = (_get(date, name, value) for name in ("year", "month", "day"))
    return f"{year:04}-{month:02}-{day:02}"


def _clock_text(cls: type, value: object) -> str:
    hour, minute, second = (_get(cls, name, value) for name in ("hour", "minute", "second"))
    microsecond = _get(cls, "microsecond", value)
    return f"{hour:02}:{minute:02}:{second:02}" + (f".{microsecond:06}" if microsecond else "")


def _get(cls: type, name: str, value: object) -> Any:
    return cls.__dict__[name].__get__(value)


def _encode_datetime(value: datetime, w: Writer) -> Node:
    return _encode_clock(tags.DATETIME, f"{_date_text(value)}T{_clock_text(datetime, value)}", datetime, value, w)


def _encode_time(value: time, w: Writer) -> Node:
    return _encode_clock(tags.TIME, _clock_text(time, value), time, value, w)


def _encode_clock(tag: str, text: str, cls: type, value: object, w: Writer) -> Node:
    node: Node = {TAG: tag, "v": text}
    zone = _get(cls, "tzinfo", value)
    if zone is not None:
        node["z"] = encode(zone, w)
    if _get(cls, "fold", value):
        node["fold"] = 1
    return node


def _encode_timedelta(value: timedelta, _w: Writer) -> Node:
    return {TAG: tags.TIMEDELTA, "v": [_get(timedelta, part, value) for part in ("days", "seconds", "microseconds")]}


def _encode_timezone(value: timezone, w: Writer) -> Node:
    if value is UTC:
        return {TAG: tags.TIMEZONE, "v": "UTC"}
    # What the zone was made with; its name, when it was given none, is derived again.
    made_with: tuple[Any, ...] = value.__getinitargs__()  # type: ignore[attr-defined]  # undocumented, used by pickle
    offset = _encode_timedelta(made_with[0], w)["v"]
    return {TAG: tags.TIMEZONE, "v": offset, **({"n": encode(made_with[1], w)} if len(made_with) > 1 else {})}


def _encode_zone(value: Any, w: Writer) -> Node:
    """Return the node of a zoneinfo.ZoneInfo: by key when it came from the system's data under that key."""
    try:
        _, (key, is_cached) = value.__reduce__()  # of the exact type ZoneInfo
    except Exception:  # noqa: BLE001  # a zone read from a file refuses with an error of pickle
        return w.opaque(value)
    return {TAG: tags.ZONE, "v": key} if is_cached else w.opaque(value)


def _build_clock(node: Node, r: Reader, cls: Any) -> Any:
    naive = cls.fromisoformat(node["v"])
    zone = build(node["z"], r) if "z" in node else None
    if not (zone is None or isinstance(zone, tzinfo)) or naive.tzinfo is not None:
        raise NotRebuildableError("the recorded time zone is none")
    return naive.replace(tzinfo=zone, fold=1 if node.get("fold") else 0)


def _build_timezone(node: Node, r: Reader) -> timezone:
    if node["v"] == "UTC":
        return UTC
    offset = _build_timedelta(node, r)
    return timezone(offset, build(node["n"], r)) if "n" in node else timezone(offset)


def _build_timedelta(node: Node, _r: Reader) -> timedelta:
    days, seconds, microseconds = node["v"]
    return timedelta(days, seconds, microseconds)


def _build_zone(node: Node, _r: Reader) -> tzinfo:
    zoneinfo, key = _imported("zoneinfo"), node["v"]
    is_there = any(os.path.isfile(os.path.join(folder, key)) for folder in zoneinfo.TZPATH)
    if not is_there and "tzdata" not in sys.modules:  # a distribution of data, which would be imported
        raise NotRebuildableError(f"the time zone {key!r} is not on this machine")
    zone: tzinfo = zoneinfo.ZoneInfo(key)
    return zone


def _imported(module: str) -> ModuleType:
    """Return a module of the standard library, which nothing recorded has to import."""
    found = sys.modules.get(module)
    if found is None:
        raise NotRebuildableError(f"the program has not imported {module}")
    return found


# Numbers and names --------------------------------------------------------------------------------------------------


def _encode_decimal(value: decimal.Decimal, _w: Writer) -> Node:
    # The active context decides the case of the exponent's E.
    return {TAG: tags.DECIMAL, "v": decimal.Decimal.__str__(value).replace("e", "E")}


def _encode_fraction(value: Any, w: Writer) -> Node:
    return {TAG: tags.FRACTION, "v": [encode(value._numerator, w), encode(value._denominator, w)]}


def _build_fraction(node: Node, r: Reader) -> Any:
    fractions = _imported("fractions")
    numerator, denominator = (build(part, r) for part in node["v"])
    if type(numerator) is not int or type(denominator) is not int:
        raise NotRebuildableError("the recorded fraction is none")
    return fractions.Fraction(numerator, denominator)


def _encode_uuid(value: uuid.UUID, _w: Writer) -> Node:
    node = {TAG: tags.UUID, "v": f"{value.int:032x}"}
    return node if value.is_safe is uuid.SafeUUID.unknown else {**node, "s": value.is_safe.name}


def _build_uuid(node: Node, _r: Reader) -> uuid.UUID:
    return uuid.UUID(hex=node["v"], is_safe=uuid.SafeUUID[node.get("s", "unknown")])


def _encode_path(value: pathlib.PurePath, w: Writer) -> Node:
    return {TAG: tags.PATH, "c": type(value).__name__, "v": encode(str(value), w)}


def _build_path(node: Node, r: Reader) -> pathlib.PurePath:
    text = build(node["v"], r)
    if type(text) is not str:
        raise NotRebuildableError("the recorded path is none")
    return _PATHS[node["c"]](text)


def _encode_pattern(value: "re.Pattern[Any]", w: Writer) -> Node:
    return {TAG: tags.PATTERN, "v": encode(value.pattern, w), "n": value.flags}


def _build_pattern(node: Node, r: Reader) -> "re.Pattern[Any]":
    source = build(node["v"], r)
    flags = node["n"] & ~re.UNICODE if type(source) is str else node["n"]  # implied by text, refused for bytes
    return re.compile(source, flags & ~re.DEBUG)


def _encode_alias(value: object, w: Writer) -> Node:
    expression = express(value)
    return w.opaque(value) if expression is None else {TAG: tags.ALIAS, "v": expression}


ENCODERS: dict[type, Encoder] = {
    date: _encode_date,
    datetime: _encode_datetime,
    time: _encode_time,
    timedelta: _encode_timedelta,
    timezone: _encode_timezone,
    decimal.Decimal: _encode_decimal,
    uuid.UUID: _encode_uuid,
    re.Pattern: _encode_pattern,
    types.GenericAlias: _encode_alias,
    **dict.fromkeys(_PATHS.values(), _encode_path),
}

CONTENTS: dict[type, Encoder] = {
    date: _encode_date,
    datetime: _encode_datetime,
    time: _encode_time,
    timedelta: _encode_timedelta,
    tzinfo: lambda _value, _w: None,  # an abstract base, without content
}

# Classes of modules that are not worth importing here: the program has, or there is no such value.
_LATE: dict[tuple[str, str], Encoder] = {
    ("zoneinfo", "ZoneInfo"): _encode_zone,
    ("fractions", "Fraction"): _encode_fraction,
    ("typing", "_GenericAlias"): _encode_alias,
}


def late_encoder(cls: type, module: str, qualname: str) -> Encoder | None:
    """Return the encoder for *cls* when it is the class of that name in the standard library."""
    encoder = _LATE.get((module, qualname))
    if encoder is None or dict_of_module(sys.modules.get(module)).get(qualname) is not cls:
        return None
    return encoder


BUILDERS: dict[str, Builder] = {
    tags.DATE: lambda node, _r: date.fromisoformat(node["v"]),
    tags.DATETIME: lambda node, r: _build_clock(node, r, datetime),
    tags.TIME: lambda node, r: _build_clock(node, r, time),
    tags.TIMEDELTA: _build_timedelta,
    tags.TIMEZONE: _build_timezone,
    tags.ZONE: _build_zone,
    tags.DECIMAL: lambda node, _r: decimal.Decimal(node["v"]),
    tags.FRACTION: _build_fraction,
    tags.UUID: _build_uuid,
    tags.PATH: _build_path,
    tags.PATTERN: _build_pattern,
    tags.ALIAS: lambda node, r: resolve(node["v"], r.find_type),
}
