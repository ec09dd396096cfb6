"""The long run, with atheris: `python -m tests.fuzz.run --seconds 60`. Exit status 1 when a target failed.

Each target has a process of its own, in which the package is instrumented: what reaches new code is mutated further.
What made a target fail is kept in `fuzz-failures/`; `--only NAME --file FILE` feeds it once more.
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["flight_recorder"]):
    from tests.fuzz.targets import TARGETS, nothing_runs, seeds_of

FAILURES = Path("fuzz-failures")
SLOWEST_S = 20  # that one input may take
MOST_MB = 4_000


def main() -> int:
    """Run what the command line asks for; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz.run", description=__doc__)
    parser.add_argument("--seconds", type=int, default=60, help="for each target")
    parser.add_argument("--only", choices=TARGETS, help="this target alone")
    parser.add_argument("--file", type=Path, help="feed this, and nothing else")
    asked = parser.parse_args()
    if asked.file is not None:
        TARGETS[asked.only or "value"][0](asked.file.read_bytes())
        return 0
    if asked.only is not None:
        _fuzz(asked.only, asked.seconds)
    own = [sys.executable, "-m", "tests.fuzz.run", "--seconds", str(asked.seconds), "--only"]
    broken = [name for name in TARGETS if subprocess.run([*own, name], check=False).returncode]
    sys.stdout.write(f"{len(TARGETS) - len(broken)} of {len(TARGETS)} targets held {', '.join(broken)}\n")
    return 1 if broken else 0


def _fuzz(name: str, seconds: int) -> None:
    """Feed the target *name*, and end the process."""
    FAILURES.mkdir(exist_ok=True)
    corpus = Path(tempfile.mkdtemp(prefix=f"fuzz-{name}-"))
    for number, seed in enumerate(seeds_of(name)):
        (corpus / str(number)).write_bytes(seed)

    def feed(data: bytes) -> None:
        with nothing_runs():
            TARGETS[name][0](data)

    options = [
        f"-max_total_time={seconds}",
        f"-timeout={SLOWEST_S}",
        f"-rss_limit_mb={MOST_MB}",
        "-print_final_stats=1",
    ]
    atheris.Setup([sys.argv[0], *options, f"-artifact_prefix={FAILURES}/{name}-", str(corpus)], feed)
    atheris.Fuzz()


if __name__ == "__main__":
    sys.exit(main())
