"""Words: names in a sentence."""

from collections.abc import Sequence


def listed(names: Sequence[str], most: int) -> str:
    """Return the first *most* of *names*, and how many more there are: `a, b, c and 5 more`."""
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more} more" if more > 0 else "")
