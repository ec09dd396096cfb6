"""Sessions of small steps, really recorded into a store: `sessions STORE COUNT STEPS FAILING [leave]`.

Every session of a number that FAILING divides fails, on a value that one of its steps spoilt; with 0, none does.
With *leave* the journals stay as they are when the process has ended, otherwise it drains them as every process does.
"""

import os
import sys
from typing import Any

from flight_recorder import FlightRecorder

fr = FlightRecorder(store=sys.argv[1])


@fr.register("load")
def load(email: str, number: int, is_spoilt: bool) -> dict[str, Any]:
    """Two strings' worth in, a dict of five keys out."""
    price = None if is_spoilt else number + 0.5
    return {"email": email, "price": price, "stage": "lead", "owner": None, "tags": ["a"]}


@fr.register("total")
def total(items: list[dict[str, Any]]) -> float:
    """Fails on a price that is None."""
    return sum(item["price"] for item in items)


@fr.register("wide")
def wide(session: int, steps: int, spoilt: int) -> float:
    """Load one item a step, and add the last few up."""
    items = [load(f"user{session}.{number}@acmecorp.com", number, number == spoilt) for number in range(steps)]
    return total(items[-3:])


def main() -> None:
    """Record what the command line says."""
    count, steps, failing = map(int, sys.argv[2:5])
    for session in range(count):
        fails = bool(failing) and session % failing == 0
        try:
            fr.run(wide, session, steps - 2, steps - 4 if fails else -1)  # with `wide` and `total`: that many steps
        except TypeError:
            assert fails
    if sys.argv[5:] == ["leave"]:
        sys.stdout.flush()
        os._exit(0)


if __name__ == "__main__":
    main()
