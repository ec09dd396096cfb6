"""Outputs: what the steps under one caller returned, found by content. Pure."""

from flight_recorder.diagnose.code import Key, Path
from flight_recorder.diagnose.look import Part, part_of
from flight_recorder.model.step import Returned, Step

MAX_WALKED = 60_000  # parts of all outputs together; after these only whole outputs are found by content


class Outputs:
    """The outputs of *steps* and all telling parts of them, by content; each output's own first place only."""

    def __init__(self, steps: list[Step]) -> None:
        # By 64-bit hash, not by bytes: the bytes of every part of every output would be many times the session.
        self._places: dict[int, list[tuple[Step, Path]]] = {}
        self._entries: dict[tuple[Key, int], list[Step]] = {}
        walked = 0
        for step in steps:
            if not isinstance(step.outcome, Returned):
                continue
            for path, part in part_of(step.outcome.value).walk():
                walked += 1
                if not path or part.is_telling:
                    self._note(step, path, part)
                if len(path) == 1 and isinstance(path[0], str):
                    self._entries.setdefault((path[0], hash(part.data)), []).append(step)
                if walked > MAX_WALKED:
                    break

    def _note(self, step: Step, path: Path, part: Part) -> None:
        places = self._places.setdefault(hash(part.data), [])
        if not places or places[-1][0] is not step:
            places.append((step, path))

    def giving(self, key: Key, part: Part) -> list[Step]:
        """The steps whose output has *part* by this *key*: what is merged into a state keeps its key."""
        return self._entries.get((key, hash(part.data)), [])

    def holding(self, part: Part) -> list[tuple[Step, Path]]:
        """The steps whose output holds *part*, and where; those that are it, when it is no telling value."""
        found = self._places.get(hash(part.data), [])
        return found if part.is_telling else [(step, path) for step, path in found if not path]

    def within(self, whole: Part) -> list[Step]:
        """The steps whose whole output is telling and stands somewhere in *whole*."""
        found: dict[int, Step] = {}
        for _, part in whole.walk():
            if part.is_telling:
                found.update({step.id: step for step, path in self.holding(part) if not path})
        return sorted(found.values(), key=lambda step: step.id)
