"""Shrink: fewer and smaller choices that still fail. After MacIver's Hypothesis, in a few lines."""

from collections.abc import Callable, Iterator, Sequence

Made = list[int]


def shrunk(made: Sequence[int], fails: Callable[[Made], bool], tries: int) -> Made:
    """Return choices as simple as *tries* attempts can make them; *made* itself must fail."""
    best = list(made)
    seen: set[tuple[int, ...]] = {tuple(best)}
    has_changed = True
    while has_changed:
        has_changed = False
        for candidate in _simpler(best):
            if tuple(candidate) in seen:
                continue
            seen.add(tuple(candidate))
            tries -= 1
            if tries < 0:
                return best
            if fails(candidate):
                best, has_changed = candidate, True
                break
    return best


def _simpler(made: Made) -> Iterator[Made]:
    """Yield simpler choices: with a stretch left out, with a stretch of zeros, with one number lower."""
    for size in (64, 32, 16, 8, 4, 2, 1):
        for start in range(len(made) - size, -1, -size):
            yield made[:start] + made[start + size :]
    for size in (32, 8, 2, 1):
        for start in range(0, len(made) - size + 1, size):
            if any(made[start : start + size]):
                yield made[:start] + [0] * size + made[start + size :]
    for place, value in enumerate(made):
        if value > 1:
            yield [*made[:place], value // 2, *made[place + 1 :]]
            yield [*made[:place], value - 1, *made[place + 1 :]]
