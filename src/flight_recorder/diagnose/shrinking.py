"""Shrinking: the smallest set of changes that makes a difference. Pure.

The algorithm ddmin of Zeller and Hildebrandt, "Simplifying and Isolating Failure-Inducing Input" (2002).
"""

from collections.abc import Callable, Generator, Sequence

from flight_recorder.diagnose.experiment import Experiment, Ran

Test = Generator[Experiment, Ran, bool]


def smallest(items: Sequence[str], holds: Callable[[Sequence[str]], Test]) -> Generator[Experiment, Ran, list[str]]:
    """Return a part of *items* for which *holds* is true, and of which nothing can be left out. It is for *items*."""
    found, parts = list(items), 2
    while len(found) > 1:
        pieces = _pieces(found, parts)
        rests = [[one for one in found if one not in piece] for piece in pieces] if parts > 2 else []
        for number, some in enumerate([*pieces, *rests]):
            if (yield from holds(some)):
                found = some
                parts = 2 if number < len(pieces) else max(parts - 1, 2)
                break
        else:
            if parts >= len(found):
                return found
            parts = min(len(found), parts * 2)
    return found


def _pieces(items: Sequence[str], count: int) -> list[list[str]]:
    size, more = divmod(len(items), count)
    ends = [size * (number + 1) + min(number + 1, more) for number in range(count)]
    return [list(items[begin:end]) for begin, end in zip([0, *ends], ends, strict=False)]
