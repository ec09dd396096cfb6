"""Redaction: what the user says that is never written. Imports nothing of ours, nor what takes long to load."""

import re
from collections.abc import Callable, Iterable
from typing import NamedTuple


class Redaction(NamedTuple):
    """What the user says that is never written, beside the defaults, and whether these count.

    *names* are names of keys, fields and parameters. *patterns* are met at secrets in a text. *maskers* are given a
    text, and return it as it may be written, or True to mask it whole.
    """

    names: frozenset[str] = frozenset()
    patterns: tuple["re.Pattern[str]", ...] = ()
    maskers: tuple[Callable[[str], object], ...] = ()
    has_defaults: bool = True

    def joined(self, other: "Redaction") -> "Redaction":
        """Return what is taken out by one or the other."""
        return Redaction(
            self.names | other.names,
            tuple(dict.fromkeys((*self.patterns, *other.patterns))),
            tuple(dict.fromkeys((*self.maskers, *other.maskers))),
            self.has_defaults or other.has_defaults,
        )


NOTHING_MORE = Redaction()


def redaction_of(redact: Iterable[object], *, has_defaults: bool) -> Redaction:
    """Return what `FlightRecorder(redact=..., redact_defaults=...)` asks for.

    Raises TypeError where something in *redact* is no name, no pattern of text and no callable.
    """
    wanted = (redact,) if isinstance(redact, str | re.Pattern) or callable(redact) else tuple(redact)
    names: list[str] = []
    patterns: list[re.Pattern[str]] = []
    maskers: list[Callable[[str], object]] = []
    for one in wanted:
        if isinstance(one, str):
            names.append(one)
        elif isinstance(one, re.Pattern) and isinstance(one.pattern, str):
            patterns.append(one)
        elif callable(one):
            maskers.append(one)
        else:
            raise TypeError(f"redact= takes names, compiled patterns of text and callables, not {one!r}")
    return Redaction(frozenset(names), tuple(patterns), tuple(maskers), has_defaults)


_made: list[Redaction] = []  # by the recorders of this process


def note_redaction(redaction: Redaction) -> None:
    """Remember what a recorder of this process was told to keep out."""
    if redaction not in _made:
        _made.append(redaction)


def redaction_here(names: frozenset[str]) -> Redaction:
    """Return what any recorder of this process keeps out, and *names*: for a replay that begins without one."""
    redaction = Redaction(names, has_defaults=not _made)
    for made in _made:
        redaction = redaction.joined(made)
    return redaction
