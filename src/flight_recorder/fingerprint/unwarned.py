"""Unwarned: to compile what the program has compiled already, without the compiler's warnings a second time.

`warnings.catch_warnings` would change the program: whatever was shown once is shown again after it.
"""

import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress


@contextmanager
def unwarned(file: str) -> Iterator[None]:
    """Show no warnings that the compiler has of *file*, meanwhile."""
    filters = warnings.filters  # its functions would add to it and then forget what was shown
    entry = ("ignore", None, Warning, re.compile(re.escape(file.removesuffix(".py"))), 0)
    filters.insert(0, entry)  # type: ignore[attr-defined]  # typed as a sequence
    try:
        yield
    finally:
        with suppress(ValueError):  # the program has set its filters anew
            filters.remove(entry)  # type: ignore[attr-defined]
