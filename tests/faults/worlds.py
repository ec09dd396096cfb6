"""Worlds: a trial whose store folder is another file system, seen by its processes alone."""

import os
import shlex
import subprocess
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from tests.faults.kit import FREE, Ran, Server, Servers, Trial


def _can_mount() -> bool:
    try:
        return subprocess.run(["unshare", "--mount", "true"], capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


CAN_MOUNT = _can_mount()
CANNOT_MOUNT = "mounting a file system takes a privilege that this user does not have"


class World(Trial):
    """A trial in a mount namespace of its own, where the store folder is a tmpfs."""

    def inside(self, text: str) -> Ran:
        """Run the Python *text* in the project's folder, where the store's file system can be seen."""
        (self.folder / "inside.py").write_text(textwrap.dedent(text))
        done = self.servers.recorded.do("program", ["inside.py"], self.folder, FREE, {})
        assert (done.status, done.stderr) == (0, "")
        return done

    def remount(self, options: str) -> None:
        """Change the size of the store's file system, or whether it can be written."""
        command = shlex.join(["mount", "-o", f"remount,{options}", str(self.home)])
        self.inside(f"import os; raise SystemExit(os.system({command!r}))")

    def leave_free(self, kilobytes: int) -> None:
        """Fill the store's file system, but for this much."""
        self.inside(f"""
            import os
            disk = os.statvfs(".flight-recorder")
            with open(".flight-recorder/filler", "wb") as file:
                file.write(bytes(disk.f_bavail * disk.f_bsize - {kilobytes} * 1024))
            """)

    def empty(self) -> None:
        """Delete what was recorded."""
        self.inside("import os; os.system('rm -rf .flight-recorder/*')")

    def delete_filler(self) -> None:
        """Give the room back that `leave_free` took."""
        self.inside("import os; os.unlink('.flight-recorder/filler')")


@contextmanager
def world(servers: Servers, folder: Path, size: str) -> Iterator[World]:
    """Give the block a world whose store folder has this *size*."""
    home = folder / ".flight-recorder"
    home.mkdir(parents=True)
    mount = shlex.join(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(home)])
    server = Server("recorded", ["unshare", "--mount", "sh", "-c", f'{mount} && exec "$@"', "sh"])
    try:
        yield World(replace(servers, recorded=server), folder)
    finally:
        server.close()


@contextmanager
def without_rights(servers: Servers) -> Iterator[Servers]:
    """Give the block servers that obey the modes of folders, as root does not."""
    if os.geteuid() != 0:
        yield servers
        return
    server = Server("recorded", ["setpriv", "--bounding-set=-dac_override,-dac_read_search"])
    try:
        yield replace(servers, recorded=server)
    finally:
        server.close()
