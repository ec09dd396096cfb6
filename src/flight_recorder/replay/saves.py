"""Saves: which of some files were saved. By asking the file system, which works on every one of them."""

import os
import time
from collections.abc import Iterable

PAUSE_S = 0.05  # between two looks, and how long nothing must happen before a burst of saves is over
LARGEST_SHARE = 20  # a look takes at most 1 / this of the time

_Stamp = tuple[int, int, int] | None  # time, size, inode; None: not there


class Saves:
    """Looks after a set of files, and after new Python files in their folders."""

    def __init__(self, files: Iterable[str]) -> None:
        self._stamps: dict[str, _Stamp] = {}
        self._known: set[str] = set()  # Python files that were in the folders
        self._took_s = 0.0
        self.follow(files)

    @property
    def files(self) -> list[str]:
        """The files that are looked after."""
        return sorted(self._stamps)

    def follow(self, files: Iterable[str]) -> None:
        """Look after *files* too, as they are now."""
        new = [file for file in files if file not in self._stamps]
        self._stamps.update((file, _stamp(file)) for file in new)
        self._known.update(self._python_files({os.path.dirname(file) for file in new}))

    def look(self, *, and_new: bool = False) -> list[str]:
        """Return the files that were saved since the last look; *and_new* says that new Python files count too."""
        began = time.perf_counter()
        saved = []
        for file, before in self._stamps.items():
            now = _stamp(file)
            if now != before:
                self._stamps[file] = now
                saved.append(file)
        if and_new:
            new = self._python_files({os.path.dirname(file) for file in self._stamps}) - self._known
            self._known |= new
            saved += sorted(new - self._stamps.keys())
        self._took_s = time.perf_counter() - began
        return saved

    def wait(self, *, and_new: bool = False) -> list[str]:
        """Return the files that were saved, when some were and the burst of saves is over."""
        found: dict[str, None] = {}
        while True:
            time.sleep(max(PAUSE_S, self._took_s * LARGEST_SHARE))
            saved = self.look(and_new=and_new)
            if found and not saved:
                return list(found)
            found.update(dict.fromkeys(saved))

    @staticmethod
    def _python_files(folders: Iterable[str]) -> set[str]:
        found = set()
        for folder in folders:
            try:
                found |= {os.path.join(folder, name) for name in os.listdir(folder) if name.endswith(".py")}
            except OSError:  # gone
                continue
        return found


def _stamp(file: str) -> _Stamp:
    try:
        status = os.stat(file)
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino
