"""Usual: what earlier values of one place were like, and how far another value is from them. Pure."""

import math
from collections.abc import Sequence
from functools import cached_property
from itertools import islice

from flight_recorder.diagnose.anomaly import NONE, Anomaly, is_malformed_json
from flight_recorder.diagnose.code import Key, Path
from flight_recorder.diagnose.look import Part

MAGNITUDE = 20  # times larger or smaller than anything before
MAX_DEPTH = 4
MAX_ITEMS, MAX_KNOWN = 100, 300  # parts of one value that are looked at; values that are compared with
VARIES = 3  # different texts, after which another one is nothing new

_NEW_TYPE, _NO_KEY, _NAN, _NO_JSON, _EMPTY, _FAR, _SIGN = 1.0, 0.95, 0.95, 0.9, 0.85, 0.7, 0.5


class Usual:
    """What was seen in one place. Without anything seen, nothing is unusual."""

    def __init__(self, parts: Sequence[Part]) -> None:
        self._parts = parts
        self._known = {part.data for part in parts}
        self._kinds = {_kind(part) for part in parts}
        self._below: dict[object, Usual] = {}

    @property
    def is_known(self) -> bool:
        """Whether anything was seen."""
        return bool(self._parts)

    def oddness(self, part: Part, path: Path = ()) -> Anomaly:
        """How unlike all that was seen *part* is, and why; the text fits after "it returned"."""
        if not self._parts or part.data in self._known:
            return NONE
        own = self._own(part)
        if own.weight > 0:
            return Anomaly(own.weight, own.text, path)
        return self._inside(part, path)

    def fits(self, part: Part) -> bool:
        """Whether *part* is much like what was seen: one of it, or between the smallest and the largest number."""
        if not self._parts or part.data in self._known:
            return bool(self._parts)
        if self.oddness(part).weight > 0:
            return False
        if part.number is not None:
            known = [value for each in self._parts if (value := each.number) is not None]
            return min(known) <= part.number <= max(known)
        if part.text is not None:
            return len(self._known) >= VARIES
        below = [
            self._usual_at(key if isinstance(key, str) else None).fits(inner)
            for key, inner in islice(part.parts(), MAX_ITEMS)
        ]
        return part.is_container and all(below)

    def _own(self, part: Part) -> Anomaly:
        if _kind(part) not in self._kinds:
            usual = "/".join(sorted(self._kinds))
            return Anomaly(_NEW_TYPE, f"{part.shown}, where it was {_article(usual)} before")
        if part.is_empty and not any(known.is_empty for known in self._parts):
            return Anomaly(_EMPTY, f"{part.shown}, which was never empty before")
        keys = part.keys()
        missing = [key for key in self._always if key not in keys] if keys else []
        if missing:
            return Anomaly(_NO_KEY, f"{_article(part.kind)} without {missing[0]!r}, which it always had before")
        if part.text is not None:
            return self._of_text(part.text)
        return self._of_number(part.number) if part.number is not None else NONE

    @cached_property
    def _always(self) -> list[str]:
        first, *rest = self._parts
        others = [set(known.keys()) for known in rest]
        return [key for key in first.keys() if all(key in keys for keys in others)]  # noqa: SIM118 - of a Part

    def _of_text(self, text: str) -> Anomaly:
        had_json = all(known.text is not None and known.text.strip()[:1] in ("{", "[") for known in self._parts)
        is_json = text.strip()[:1] in ("{", "[") and not is_malformed_json(text)
        return Anomaly(_NO_JSON, "text that is no JSON, as it was before") if had_json and not is_json else NONE

    @cached_property
    def _magnitudes(self) -> list[float]:
        return [abs(value) for part in self._parts if (value := part.number) is not None and math.isfinite(value)]

    @cached_property
    def _is_never_negative(self) -> bool:
        return all((part.number or 0) >= 0 for part in self._parts)

    def _of_number(self, number: float) -> Anomaly:
        known = self._magnitudes
        if not math.isfinite(number):
            return Anomaly(_NAN, f"{number}, a number before")
        if not known or not max(known):
            return NONE
        if abs(number) > MAGNITUDE * max(known) or 0 < abs(number) < min(each for each in known if each) / MAGNITUDE:
            return Anomaly(_FAR, f"{number:g}, which is far from {min(known):g} to {max(known):g} before")
        if number == 0 and 0 not in known:
            return Anomaly(_SIGN, "0, which it never was before")
        if number < 0 and self._is_never_negative:
            return Anomaly(_SIGN, f"{number:g}, which was never negative before")
        return NONE

    def _inside(self, part: Part, path: Path) -> Anomaly:
        oddest = NONE
        if len(path) < MAX_DEPTH and part.is_container:
            for key, inner in islice(part.parts(), MAX_ITEMS):
                found = self._usual_at(_place(key)).oddness(inner, (*path, key))
                if found.weight > oddest.weight:
                    oddest = found
        return oddest

    def _usual_at(self, key: str | None) -> "Usual":
        """What was seen under *key*; for None, in any item."""
        if key not in self._below:
            inner = [
                below
                for known in self._parts
                for here, below in islice(known.parts(), MAX_KNOWN)
                if (here == key if key is not None else not isinstance(here, str))
            ]
            self._below[key] = Usual(inner[:MAX_KNOWN])
        return self._below[key]


def _place(key: Key) -> str | None:
    """The place that values are compared with those of: a key's own, and one for all items of a list."""
    return key if isinstance(key, str) else None


def _kind(part: Part) -> str:
    return "number" if part.kind in ("int", "float") else part.kind


def _article(word: str) -> str:
    return f"{'an' if word[:1].lower() in 'aeiou' else 'a'} {word}" if word != "NoneType" else "None"
