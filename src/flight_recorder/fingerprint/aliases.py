"""Aliases: what the parts of a fingerprint are called in its digest, so that a function may be moved.

Parts are named after modules, which is what a person has to be told. But what a function of a module does depends on
the module only through what it names there. So in the digest such a function goes by its own name, and what it names
by that and the name: `shop.text:clean` as `clean`, and `shop.text:LIMIT`, which it reads, as `clean:LIMIT`.
"""

import re

_ENDS_NAME = re.compile(r"\W")


class Aliases:
    """The aliases in one walk. Two functions of one name are told apart: the second one keeps its module."""

    def __init__(self) -> None:
        self._own: dict[str, str] = {}  # of functions, by label
        self._used: dict[str, dict[str, None]] = {}  # of what they name and has no name of its own
        self._taken: set[str] = set()

    def own(self, label: str) -> None:
        """Note that the function *label* may be moved."""
        name = label.rpartition(":")[2]
        if name not in self._taken:
            self._taken.add(name)
            self._own[label] = name

    def told(self, name: str, holder: str, module: str, wrapper: str) -> str:
        """Return what that is called which the function *holder* calls *name*, if it is a name of *module*.

        By the holder and not by the module, for what is named may be moved too; what is a part of the holder, like a
        default, goes with it. *wrapper* tells apart what a decorator made of a function, which names things where the
        decorator is.
        """
        if not module or _is_part(name, holder) or not name.startswith(f"{module}:"):
            return name
        alias = self._own.get(holder, holder)
        return f"{alias}{f' {wrapper}' if wrapper else ''}:{name[len(module) + 1 :]}"

    def use(self, name: str, told: str) -> None:
        """Note that what is called *name* is also called *told*."""
        if told == name:  # it may still begin with something that goes by another name
            return
        self._used.setdefault(name, {})[told] = None

    def of(self, name: str) -> list[str]:
        """Return what *name*, or the name that it begins with, is called in the digest."""
        ends = [match.start() for match in _ENDS_NAME.finditer(name, 1)]
        for end in (len(name), *reversed(ends)):
            begin = name[:end]
            if begin in self._own:
                return [self._own[begin] + name[end:]]
            if begin in self._used:
                return [told + name[end:] for told in self._used[begin]]
        return [name]


def _is_part(name: str, of: str) -> bool:
    """Whether *name* is *of* or something below it: `h0(b=)`, but not `h01`."""
    return name.startswith(of) and (len(name) == len(of) or _ENDS_NAME.match(name, len(of)) is not None)
