"""Tracks: what running steps have entered, and what is known of it beforehand."""

from types import CodeType

import msgspec

QUIET_AFTER = 30  # reports of one function; to bring them back costs about as much as a hundred
LATEST_QUIET = 1_000  # reports, where they are brought back again and again


class Known:
    """The code of a function of the project that was entered. Kept while sessions are open, so that its id is its."""

    __slots__ = ("code", "module", "quiet_at", "reports")

    def __init__(self, code: CodeType, module: str) -> None:
        self.code = code
        self.module = module
        self.reports = 0
        self.quiet_at = QUIET_AFTER


class Covered(msgspec.Struct, frozen=True):
    """The code that the fingerprint of a step covers: ids of code objects, and files of modules not loaded yet.

    *names* are the names of globals and attributes in that code, *steps* those of the steps where it ends.
    """

    codes: frozenset[int]
    files: frozenset[str]
    names: frozenset[str]
    steps: tuple[str, ...] = ()


class Track:
    """What one running step has entered. *is_unsure* says that something may have been missed.

    The compiled part makes them, too.
    """

    __slots__ = ("covered", "entered", "is_protected", "is_unsure", "parent", "session")

    def __init__(self, session: object, parent: "Track | None", covered: Covered, is_protected: bool) -> None:
        self.session = session
        self.parent = parent
        self.covered = covered
        self.is_protected = is_protected
        self.entered: dict[int, Known | None] = {}  # by id of the code; None for what is covered otherwise
        self.is_unsure = False

    def knows(self, code: int) -> bool:
        """Whether the code object with the id *code* is accounted for."""
        return code in self.covered.codes or code in self.entered

    def leave_out(self, codes: frozenset[int]) -> None:
        """Account for *codes* in another way: they came with the step's inputs."""
        for code in codes & self.entered.keys():
            self.entered[code] = None

    def found(self) -> list[Known]:
        """Return what was entered that the fingerprint does not cover."""
        return [known for known in list(self.entered.values()) if known is not None]
