"""Changes: what differs between two fingerprints, in a person's words. Pure."""

from collections.abc import Sequence

from flight_recorder.model.fingerprint import Fingerprint, Part, PartKind

MAX_PREVIEW = 40
_ORDER = list(PartKind)


def changes(old: Fingerprint, new: Fingerprint) -> tuple[str, ...]:
    """Return a sentence for each part that changed, the step's own code first; () when the digests are equal."""
    if old.equals(new):
        return ()
    before, after = _by_name(old), _by_name(new)
    keys = sorted({*before, *after}, key=lambda key: (_ORDER.index(key[0]), key[1]))
    sentences = []
    for key in keys:
        was, now = before.get(key, []), after.get(key, [])
        if sorted(part.digest for part in was) != sorted(part.digest for part in now) or key[0] is PartKind.UNKNOWN:
            sentences.append(_sentence(was[0] if was else None, now[0] if now else None))
    return tuple(dict.fromkeys(_without_echo(sentences)))


def changes_entered(old: Fingerprint, now: Sequence[Fingerprint]) -> tuple[str, ...]:
    """Return a sentence for each part that changed of a function that a step was seen to enter.

    *now* are the functions that are defined where it was; () when one of them is as it was.
    """
    short = _short(old.function)
    if any(old.equals(new) for new in now):
        return ()
    if not now:
        return (f"helper {short} is gone",)
    own = {part.digest for part in old.parts if part.kind is PartKind.CODE}
    nearest = min(now, key=lambda new: own.isdisjoint(part.digest for part in new.parts))
    place = next((part.place for part in nearest.parts if part.kind is PartKind.CODE), "")
    changed = f"helper {short} in {place} changed" if place else f"helper {short} changed"
    return tuple(changed if sentence == "code changed" else sentence for sentence in changes(old, nearest)) or (
        changed,
    )


def _short(name: str) -> str:
    return name.rpartition(":")[2]


def _by_name(fingerprint: Fingerprint) -> dict[tuple[PartKind, str], list[Part]]:
    parts: dict[tuple[PartKind, str], list[Part]] = {}
    for part in fingerprint.parts:
        parts.setdefault((part.kind, part.name), []).append(part)
    return parts


def _sentence(old: Part | None, new: Part | None) -> str:
    part = new or old
    assert part is not None
    short = _short(part.name)
    match part.kind:
        case PartKind.CODE:
            return "code changed"
        case PartKind.UNKNOWN:
            return f"{short} cannot be examined"
        case PartKind.HELPER | PartKind.CLASS if old is None or new is None:
            return f"{'now also' if new else 'no longer'} uses {_what(part, short)}"
        case PartKind.HELPER | PartKind.CLASS:
            return f"{_what(part, short)} changed"
        case PartKind.LIBRARY:
            return f"{short} {old.preview if old else 'not used'} -> {new.preview if new else 'not used'}"
        case PartKind.CONSTANT:
            return _constant(short, old, new)


def _what(part: Part, short: str) -> str:
    word = "class" if part.kind is PartKind.CLASS else "helper"
    return f"{word} {short} in {part.place}" if part.place else f"{word} {short}"


def _constant(short: str, old: Part | None, new: Part | None) -> str:
    if old is None or new is None:
        return f"{'now also' if new else 'no longer'} reads {short}"
    if not (old.preview and new.preview) or old.preview == new.preview:
        return f"{short} changed"
    was, now = _around_difference(old.preview, new.preview)
    return f"{short} {was} -> {now}"


def _around_difference(old: str, new: str) -> tuple[str, str]:
    """Return both texts, cut to the place where they first differ when they are long."""
    if len(old) <= MAX_PREVIEW and len(new) <= MAX_PREVIEW:
        return old, new
    pairs = enumerate(zip(old, new, strict=False))
    same = next((at for at, (was, now) in pairs if was != now), min(len(old), len(new)))
    start = max(0, same - MAX_PREVIEW // 2)
    return _cut(old, start), _cut(new, start)


def _cut(text: str, start: int) -> str:
    end = start + MAX_PREVIEW
    return f"{'…' if start else ''}{text[start:end]}{'…' if len(text) > end else ''}"


def _without_echo(sentences: list[str]) -> list[str]:
    """When the step's own code changed, what it newly reaches says nothing more."""
    if "code changed" not in sentences:
        return sentences
    return [sentence for sentence in sentences if not sentence.startswith(("now also", "no longer"))]
