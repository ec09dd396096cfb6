"""Aliases: what the parts of a fingerprint are called in its digest, so that a function may be moved.

Parts are named after modules, which is what a person has to be told. But what a function of a module does depends on
the module only through what it names there. So in the digest such a function goes by its own name, and what it names
by that and the name: `shop.text:clean` as `clean`, and `shop.text:LIMIT`, which it reads, as `clean:LIMIT`.
"""


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

    def told(self, name: str, holder: str, module: str) -> str:
        """Return what that is called which *holder* calls *name*: a name of *module*, if it is one of its own."""
        alias = self._own.get(holder)
        if alias is None or not module or not name.startswith(f"{module}:"):
            return name
        return f"{alias}:{name[len(module) + 1 :]}"

    def use(self, name: str, told: str) -> None:
        """Note that what is called *name* is also called *told*."""
        self._used.setdefault(name, {})[told] = None

    def of(self, name: str) -> list[str]:
        """Return what *name*, or the name that it begins with, is called in the digest."""
        for end in range(len(name), 0, -1):
            if end < len(name) and (name[end].isalnum() or name[end] == "_"):
                continue
            begin = name[:end]
            if begin in self._own:
                return [self._own[begin] + name[end:]]
            if begin in self._used:
                return [told + name[end:] for told in self._used[begin]]
        return [name]
