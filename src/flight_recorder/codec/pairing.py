"""Pairing: which item of one list has become which item of another. Pure; never quadratic in long lists.

After Hunt and Szymanski, "A fast algorithm for computing longest common subsequences" (1977): equal items that keep
their order hold the lists together; between them, items are paired by how alike they are.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from flight_recorder.codec.excerpt import common_start
from flight_recorder.codec.tags import Node
from flight_recorder.codec.tree import children, node_bytes

MAX_COMPARED: Final = 400  # pairs of items between two anchors that are compared with one another
MAX_EQUAL: Final = 100_000  # pairs of equal items that are looked at

Pair = tuple[int | None, int | None]
_PAIRED = 0.01  # unlike items are paired too: one has taken the place of the other


def pairs_of(before: Sequence[Node], after: Sequence[Node]) -> Iterator[Pair]:
    """Yield index in *before* and index in *after* of each item, in order; None where it has no counterpart."""
    old, new = [node_bytes(item) for item in before], [node_bytes(item) for item in after]
    old_at = new_at = 0
    for old_anchor, new_anchor in [*_anchors(old, new), (len(old), len(new))]:
        gap = range(old_at, old_anchor), range(new_at, new_anchor)
        yield from _in_gap(*gap, before, after)
        if old_anchor < len(old):
            yield old_anchor, new_anchor
        old_at, new_at = old_anchor + 1, new_anchor + 1


def _anchors(old: Sequence[bytes], new: Sequence[bytes]) -> list[tuple[int, int]]:
    """Return pairs of equal items, rising on both sides, as many as possible."""
    start = common_start(old, new)
    rest = min(len(old), len(new)) - start
    ending = common_start(old[len(old) - rest :][::-1], new[len(new) - rest :][::-1])
    old_end, new_end = len(old) - ending, len(new) - ending
    rising = _longest_rising(_common(old[start:old_end], new[start:new_end]))
    return [
        *((at, at) for at in range(start)),
        *((start + old_at, start + new_at) for old_at, new_at in rising),
        *((old_end + at, new_end + at) for at in range(ending)),
    ]


def _common(old: Sequence[bytes], new: Sequence[bytes]) -> list[tuple[int, int]]:
    """Return every pair of equal items, by the place in *old*, and falling by the place in *new*.

    Where that would be too many, the first of one kind is paired with the first of that kind only, and so on.
    """
    in_old, in_new = Counter(old), Counter(new)
    if sum(count * in_new[item] for item, count in in_old.items()) > MAX_EQUAL:
        numbered = {key: at for at, key in enumerate(_numbered(new))}
        return [(at, numbered[key]) for at, key in enumerate(_numbered(old)) if key in numbered]
    places: dict[bytes, list[int]] = {}
    for at in reversed(range(len(new))):
        places.setdefault(new[at], []).append(at)
    return [(at, place) for at, item in enumerate(old) for place in places.get(item, ())]


def _longest_rising(common: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    ends: list[int] = []  # the lowest place that a run of each length can end at
    ranks: list[int] = []
    for _, place in common:
        rank = bisect_left(ends, place)
        ends[rank : rank + 1] = [place]
        ranks.append(rank)
    rising: list[tuple[int, int]] = []
    for pair, rank in zip(reversed(common), reversed(ranks), strict=True):
        if rank == len(ends) - len(rising) - 1 and (not rising or pair[1] < rising[-1][1]):
            rising.append(pair)
    return rising[::-1]


def _numbered(items: Iterable[bytes]) -> Iterator[tuple[bytes, int]]:
    """Yield each item with how often it came before, so that no two are equal."""
    seen: Counter[bytes] = Counter()
    for item in items:
        yield item, seen[item]
        seen[item] += 1


def _in_gap(old: range, new: range, before: Sequence[Node], after: Sequence[Node]) -> Iterator[Pair]:
    """Yield the items between two anchors: the most alike are paired, or those of one place where there are many."""
    if len(old) * len(new) > MAX_COMPARED or not old or not new:
        paired = min(len(old), len(new))
        yield from zip(old[:paired], new[:paired], strict=True)
        yield from ((at, None) for at in old[paired:])
        yield from ((None, at) for at in new[paired:])
        return
    old_at, new_at = old.start, new.start
    for old_next, new_next in [*_most_alike(old, new, before, after), (old.stop, new.stop)]:
        yield from ((at, None) for at in range(old_at, old_next))
        yield from ((None, at) for at in range(new_at, new_next))
        if old_next < old.stop:
            yield old_next, new_next
        old_at, new_at = old_next + 1, new_next + 1


def _most_alike(old: range, new: range, before: Sequence[Node], after: Sequence[Node]) -> list[tuple[int, int]]:
    """Return the pairs, rising on both sides, whose likeness adds up to the most."""
    likeness = {(i, j): _likeness(before[i], after[j]) + _PAIRED for i in old for j in new}
    best: dict[tuple[int, int], float] = {}
    for i in reversed(old):
        for j in reversed(new):
            best[i, j] = max(
                likeness[i, j] + best.get((i + 1, j + 1), 0.0), best.get((i + 1, j), 0.0), best.get((i, j + 1), 0.0)
            )
    pairs = []
    i, j = old.start, new.start
    while i < old.stop and j < new.stop:
        if best[i, j] == best.get((i + 1, j), 0.0):
            i += 1
        elif best[i, j] == best.get((i, j + 1), 0.0):
            j += 1
        else:
            pairs.append((i, j))
            i, j = i + 1, j + 1
    return pairs


def _likeness(one: Node, other: Node) -> float:
    """Return how much two items have in common, from 0 to 1."""
    if type(one) is not type(other):
        return 0.0
    if isinstance(one, str):
        return _text_likeness(one, other)
    mine, others = dict(children(one)), dict(children(other))
    if not mine or not others:
        return 0.0
    same = sum(1 for label, part in mine.items() if label in others and node_bytes(part) == node_bytes(others[label]))
    return same / max(len(mine), len(others))


def _text_likeness(one: str, other: str) -> float:
    longest = max(len(one), len(other))
    words, others = Counter(one.split()), Counter(other.split())
    if sum(words.values()) > 1 and sum(others.values()) > 1:
        return sum((words & others).values()) / max(sum(words.values()), sum(others.values()))
    return sum(1 for a, b in zip(one, other, strict=False) if a == b) / longest if longest else 1.0
