"""Difference: one part in which two values differ. Pure."""

import msgspec


class Difference(msgspec.Struct, frozen=True, array_like=True):
    """One part that differs.

    *path* leads to it: `.contact.email` (fields, and keys that are names), `[3].name`, `['a key']`; "" is the value
    itself. An item of a list has its place in the later list, or in the earlier one when it was removed.
    *before* and *after* show the part on one line, cut to where they differ; None says that it is not there.
    *lines* are the changed lines of a text of several lines, after `- ` and `+ `; else empty.
    """

    path: str
    before: str | None
    after: str | None
    lines: tuple[str, ...] = ()
