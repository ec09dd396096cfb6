"""Make the pictures of the README from real runs: `make pictures`.

The tour runs on a pseudo-terminal, so that what is drawn is what a person sees; rich draws it.
"""

import os
import pty
import re
import subprocess
import sys
from pathlib import Path

from rich.console import Console
from rich.text import Text

PICTURES = Path(__file__).resolve().parents[1] / "pictures"
WIDTH = 100


def run_on_terminal(command: list[str]) -> str:
    """Return what *command* writes to a terminal, with its colours."""
    parent, child = pty.openpty()
    environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": str(WIDTH), "LINES": "60"}
    process = subprocess.Popen(command, stdin=child, stdout=child, stderr=child, env=environment)
    os.close(child)
    output = b""
    while True:
        try:
            chunk = os.read(parent, 65536)
        except OSError:  # the other end is closed
            break
        if not chunk:
            break
        output += chunk
    os.close(parent)
    process.wait()
    return output.decode().replace("\r\n", "\n")


def shortened(text: str) -> str:
    """Return *text* without what differs from run to run and says nothing: folders, and the frames above the last."""
    text = re.sub(r'File "[^"]*/', 'File "', text)
    head, found, traceback = text.partition("Traceback (most recent call last):\n")
    if not found:
        return text
    frames = re.split(r"(?m)^(?=  File )", traceback)
    last = frames[-1]
    return f"{head}{found}  …\n{last}"


def draw(name: str, title: str, text: str) -> Path:
    """Draw *text* as a terminal of its own size."""
    console = Console(record=True, width=WIDTH, file=open(os.devnull, "w"), force_terminal=True)  # noqa: SIM115
    console.print(Text.from_ansi(text.strip("\n")))
    PICTURES.mkdir(exist_ok=True)
    path = PICTURES / f"{name}.svg"
    console.save_svg(str(path), title=title, unique_id=name)
    return path


def main() -> int:
    """Draw every picture."""
    tour = run_on_terminal([sys.executable, "-m", "flight_recorder.cli.app", "demo"])
    print(draw("tour", "flight-recorder demo", shortened(tour)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
