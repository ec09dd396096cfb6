"""Excerpt: the place where two texts differ, and a little around it. Pure."""

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import Final

EXCERPT_CHARS: Final = 60
CONTEXT_CHARS: Final = 16
LINE_CHARS: Final = 100
MAX_LINES: Final = 12  # of a difference between texts of many lines
MAX_COMPARED_LINES: Final = 400  # on either side; beyond it lines are not matched with one another

_Hunk = tuple[int, int, int, int]  # lines from, to in the one text; from, to in the other


def around(before: str, after: str, limit: int = EXCERPT_CHARS) -> tuple[str, str]:
    """Return both texts, cut to at most *limit* characters where they differ; `…` stands for what was cut."""
    if len(before) <= limit and len(after) <= limit:
        return before, after
    same = common_start(before, after)
    rest = min(len(before), len(after)) - same
    same_end = common_start(before[len(before) - rest :][::-1], after[len(after) - rest :][::-1])
    start = _word_start(before, max(0, same - CONTEXT_CHARS), same)
    return (
        _cut(before, start, len(before) - same_end + CONTEXT_CHARS, limit),
        _cut(after, start, len(after) - same_end + CONTEXT_CHARS, limit),
    )


def line_difference(before: str, after: str, limit: int = MAX_LINES) -> tuple[str, ...]:
    """Return the lines that differ, each after `- ` or `+ `, with one equal line around them after two spaces.

    At most *limit* lines; a last one `…` says that there are more.
    """
    old, new = before.splitlines(), after.splitlines()
    lines: list[str] = []
    for line in _marked(old, new):
        if len(lines) == limit:
            return (*lines[:-1], "…")
        lines.append(line)
    return tuple(lines)


def _marked(old: Sequence[str], new: Sequence[str]) -> Iterator[str]:
    shown = 0  # how many of the old lines were shown or passed
    for start, end, new_start, new_end in _hunks(old, new):
        if start > max(shown, 1) and shown:
            yield "  …"
        if start and start - 1 >= shown:
            yield f"  {_short(old[start - 1])}"
        pairs = [
            around(was, now, LINE_CHARS) for was, now in zip(old[start:end], new[new_start:new_end], strict=False)
        ]
        paired = len(pairs)
        yield from (f"- {was}" for was, _ in pairs)
        yield from (f"- {_short(line)}" for line in old[start + paired : end])
        yield from (f"+ {now}" for _, now in pairs)
        yield from (f"+ {_short(line)}" for line in new[new_start + paired : new_end])
        shown = end
        if end < len(old):
            yield f"  {_short(old[end])}"
            shown = end + 1


def _hunks(old: Sequence[str], new: Sequence[str]) -> Iterator[_Hunk]:
    """Yield where *old* and *new* differ."""
    start = common_start(old, new)
    rest = min(len(old), len(new)) - start
    ending = common_start(old[len(old) - rest :][::-1], new[len(new) - rest :][::-1])
    old_end, new_end = len(old) - ending, len(new) - ending
    if max(old_end, new_end) - start > MAX_COMPARED_LINES:
        yield start, old_end, start, new_end
        return
    matcher = SequenceMatcher(None, old[start:old_end], new[start:new_end], autojunk=False)
    for tag, old_from, old_to, new_from, new_to in matcher.get_opcodes():
        if tag != "equal":
            yield start + old_from, start + old_to, start + new_from, start + new_to


def common_start(one: Sequence[object], other: Sequence[object]) -> int:
    """Return how far both begin alike. By halving: comparing slices is far faster than going item by item."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _word_start(text: str, start: int, end: int) -> int:
    """Return where the first whole word after *start* begins, if that is before *end*."""
    if start == 0:
        return 0
    space = next((at for at in range(start, end) if text[at].isspace()), None)
    return start if space is None else space + 1


def _cut(text: str, start: int, end: int, limit: int) -> str:
    end = min(end, start + limit, len(text))
    return f"{'…' if start else ''}{text[start:end]}{'…' if end < len(text) else ''}"


def _short(line: str) -> str:
    return line if len(line) <= LINE_CHARS else line[: LINE_CHARS - 1] + "…"
