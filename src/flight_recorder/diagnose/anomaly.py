"""Anomaly: what is odd about a value by itself, without knowing the values of other sessions. Pure.

Weights: docs/diagnosis.md. None and emptiness are often meant; NaN and malformed JSON hardly ever.
"""

import json
import math
import re
from datetime import date

import msgspec

from flight_recorder.diagnose.code import Path
from flight_recorder.diagnose.look import FENCE, MAX_JSON_CHARS, Part, json_in

MAX_PARTS = 400


class Anomaly(msgspec.Struct, frozen=True):
    """How odd a value is, from 0 to 1, and why; the text fits after "it returned".

    *is_declared* says that the function itself declares something else.
    """

    weight: float
    text: str
    path: Path = ()
    is_declared: bool = False


NONE = Anomaly(0.0, "")

_PLACEHOLDER = re.compile(
    r"n/?a|none|null|nan|nil|tbd|\?+|un(defined|known|rated|set|specified|available)|invalid|missing|error|failed",
    re.IGNORECASE,
)
_ERROR_TEXT = re.compile(
    r"^\W*(error|exception|failed|failure|traceback|fatal|i'?m sorry|sorry|i cannot|i can't|unable to)\b",
    re.IGNORECASE,
)
_ISO_DATE = re.compile(r"\d{4}-\d\d-\d\d(?![\w-])")
_SENTINELS = (-1, -999, -9999)


def anomaly_of(part: Part) -> Anomaly:
    """Return what is odd about *part* or anything in it, the oddest of all; what is deeper counts a little less."""
    oddest = NONE
    pieces: set[Path] = set()  # where the pieces of a text stand, as a model streams it: none of them is a whole
    for count, (path, inner) in enumerate(part.walk()):
        if count >= MAX_PARTS:
            break
        if _is_in_pieces(inner):
            pieces.add(path)
        found = own_anomaly(inner) if not path or path[:-1] not in pieces else NONE
        weight = found.weight * (1.0 if not path else 0.8 if found.weight < 0.5 else 0.9)
        if weight > oddest.weight:
            oddest = Anomaly(weight, found.text, path)
    return oddest


def _is_in_pieces(part: Part) -> bool:
    """Whether *part* is a list of texts that are JSON together, and not one by one."""
    texts = [inner.text for _, inner in part.parts()] if isinstance(part.node, list) else []
    return len(texts) > 1 and None not in texts and json_in("".join(filter(None, texts))) is not None


def own_anomaly(part: Part) -> Anomaly:
    """Return what is odd about *part* itself, whatever it holds."""
    if part.is_none:
        return Anomaly(0.5, "None")
    if part.number is not None:
        return _of_number(part.number)
    if part.text is not None:
        return _of_text(part.text)
    if part.is_empty:
        return Anomaly(0.4, f"an empty {part.kind}")
    if part.kind == "coroutine":
        return Anomaly(0.9, "a coroutine that nobody awaited")
    return NONE


def _of_number(number: float) -> Anomaly:
    if math.isnan(number):
        return Anomaly(0.6, "NaN")
    if math.isinf(number):
        return Anomaly(0.5, "an infinite number")
    return Anomaly(0.4, f"{number:g}, which often stands for a missing value") if number in _SENTINELS else NONE


def _of_text(text: str) -> Anomaly:
    bare = text.strip()
    if not bare:
        return Anomaly(0.4, "an empty text")
    if _PLACEHOLDER.fullmatch(bare):
        return Anomaly(0.4, f"{bare!r}, which reads like a missing value")
    if _ERROR_TEXT.match(bare):
        return Anomaly(0.4, "text that reads like an error")
    if is_malformed_json(bare):
        return Anomaly(0.6, "malformed JSON")
    if _is_garbled(bare):
        return Anomaly(0.6, f"{bare[:40]!r}, which was read in the wrong encoding")
    if _ISO_DATE.match(bare) and not _is_date(bare[:10]):
        return Anomaly(0.6, f"{bare!r}, which is no date")
    return NONE


def _is_garbled(text: str) -> bool:
    """Whether *text* is UTF-8 that was read as Latin-1: what is not ASCII in it makes sense as bytes."""
    if text.isascii():
        return False
    try:
        text.encode("cp1252").decode("utf-8")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return False
    return True


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def is_malformed_json(text: str) -> bool:
    """Whether *text* sets out to be JSON, alone or in a code fence, and is none."""
    fenced = FENCE.search(text)
    inside = (fenced[1] if fenced else text).strip()
    # `[` alone also opens log lines and Markdown links: only what goes on like JSON counts.
    if not re.match(r'\{\s*("|\}|$)|\[\s*([{"\[\]\d-]|$)', inside) or len(inside) > MAX_JSON_CHARS:
        return False
    try:
        json.loads(inside)
    except (ValueError, RecursionError):
        return not re.match(r"\[\d+\]", inside)
    return False
