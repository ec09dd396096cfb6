"""What a program leaves on the disk: `growing ROW PROGRAM COUNT`. Prints JSON.

*turns* is an agent's loop: each step is given the whole list of messages, which grows by what it answers, and by what
a tool or the user says to that. *steps* are small steps. Of both, a session of one call is taken off.
"""

import json
import random
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.recording.payloads import Args, arguments, small, text
from bench.recording.rows import way_of
from bench.recording.way import Function, Way

SHORTEST, LONGEST = 200, 2_000  # characters in a message
USER_EVERY = 5  # turns
Message = dict[str, Any]


def turn(messages: list[Message], model: str) -> Message:
    """Answer as a model does: in words, and mostly with a call of a tool."""
    chance = random.Random(len(messages))
    said = {"role": "assistant", "content": text(chance, chance.randint(SHORTEST, LONGEST))}
    if len(messages) // 2 % USER_EVERY == 0:
        return said
    asked = {"name": "search", "arguments": json.dumps({"query": text(chance, 40), "limit": 10})}
    return {**said, "tool_calls": [{"id": f"call_{len(messages):06d}", "type": "function", "function": asked}]}


def reply(messages: list[Message]) -> Message:
    """Return what is said to the last message: what the tool found, or what the user wants next."""
    chance = random.Random(-len(messages))
    asked = messages[-1].get("tool_calls")
    if not asked:
        return {"role": "user", "content": text(chance, chance.randint(SHORTEST, LONGEST // 4))}
    rows = [{"id": chance.randrange(10**6), "title": text(chance, 60)} for _ in range(chance.randint(2, 18))]
    return {"role": "tool", "tool_call_id": asked[0]["id"], "content": json.dumps(rows)}


def main() -> None:
    """Run what the command line names."""
    row, program, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        way = way_of(row)(folder)
        found = {"turns": loop, "steps": many}[program](way, folder, count)
    print("\n" + json.dumps(found))


def loop(way: Way, folder: Path, turns: int) -> dict[str, int]:
    """Return the bytes of an agent's loop, and of its transcript."""
    step = way.wrap(turn)
    messages: list[Message] = [{"role": "system", "content": text(random.Random(1), 600)}]
    left_by(way, folder, step, iter([([], "a-model")]))
    empty = held(folder)

    def noting(*args: Any) -> Any:
        messages.append(step(*args))
        return messages[-1]

    def calls() -> Iterator[Args]:
        for _ in range(turns):
            messages.append(reply(messages))
            yield messages, "a-model"

    at_end = left_by(way, folder, noting, calls())
    way.stop()
    return {"at_end": at_end, "stopped": held(folder) - empty, "transcript": len(json.dumps(messages))}


def many(way: Way, folder: Path, count: int) -> dict[str, int]:
    """Return the bytes of small steps, in as many sessions as the tool's queues want."""
    step = way.wrap(small)
    left_by(way, folder, step, iter([arguments("small", 0)]))
    empty, at_end = held(folder), 0
    for first in range(1, count + 1, way.most["small"]):
        numbers = range(first, min(first + way.most["small"], count + 1))
        at_end += left_by(way, folder, step, (arguments("small", number) for number in numbers))
    way.stop()
    return {"at_end": at_end, "stopped": held(folder) - empty}


def left_by(way: Way, folder: Path, step: Function, calls: Iterator[Args]) -> int:
    """Return how many bytes a session has added by the time that its last call has ended; then flush it."""
    before, at_end = held(folder), 0

    def body() -> None:
        nonlocal at_end
        way.each(step, calls)
        at_end = held(folder) - before

    way.inside(body)
    way.flush()
    return at_end


def held(folder: Path) -> int:
    """Return the bytes that the files of *folder* have on the disk, without what the disk rounds up."""
    stats = [path.stat() for path in folder.rglob("*") if path.is_file()]
    return sum(min(each.st_size, each.st_blocks * 512) for each in stats)


if __name__ == "__main__":
    main()
