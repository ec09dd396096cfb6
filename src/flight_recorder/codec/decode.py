"""Decode: a Value back to an equal object. Imports nothing and calls nothing that a recording names.

A class is looked up among those that the program has loaded itself, and only built when it is of the declared kind
there too. Keys of dictionaries and members of sets are hashed, which is all that runs of the program's classes.
"""

from typing import Any, Final

import msgspec

from flight_recorder.codec import classes, collected, containers, exceptions, scalars
from flight_recorder.codec.capture import ADAPTERS
from flight_recorder.codec.naming import FindType, find_loaded_type
from flight_recorder.codec.reader import Builder, Reader, build
from flight_recorder.errors import NotRebuildableError
from flight_recorder.model.value import Value

__all__ = ["BUILDERS", "FindType", "decode", "find_loaded_type"]

BUILDERS: Final[dict[str, Builder]] = {
    **containers.BUILDERS,
    **collected.BUILDERS,
    **scalars.BUILDERS,
    **classes.BUILDERS,
    **exceptions.BUILDERS,
}
_from_bytes = msgspec.json.Decoder().decode


def decode(value: Value, find_type: FindType | None = None) -> Any:
    """Return an object equal to the captured one, of the same types all the way down.

    *find_type* answers module and qualname with a class or None; by default, what the program has loaded under
    them. Raises NotRebuildableError when *value* is not EXACT, when a class is not loaded or no longer fits, or
    when the bytes are not what capture writes.
    """
    if not value.is_exact:
        raise NotRebuildableError(f"the recording keeps this value only for looking at: it is {value.form}")
    try:
        tree = _from_bytes(value.data)
        if b'"$"' not in value.data:  # nothing but what JSON says by itself
            return tree
        return build(tree, Reader(BUILDERS, find_type or find_loaded_type, ADAPTERS.readable))
    except NotRebuildableError:
        raise
    except Exception as error:  # a recording can be damaged or forged: whatever it breaks, the answer is the same
        raise NotRebuildableError(f"the recorded value cannot be rebuilt: {type(error).__name__}: {error}") from error
