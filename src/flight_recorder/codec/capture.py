"""Capture: any object to a Value. Never raises, and runs none of the program's code.

What the object is comes from its exact type, and what it holds from the builtin methods of that type (see bare.py).
"""

from collections.abc import Sequence
from typing import Final

import msgspec

from flight_recorder.codec import callables, collected, containers, scalars
from flight_recorder.codec.classes import encode_instance
from flight_recorder.codec.masking import Masking
from flight_recorder.codec.naming import name_of
from flight_recorder.codec.secrets import Secrets
from flight_recorder.codec.settings import DEFAULT, CaptureSettings, DescribeCallable
from flight_recorder.codec.tags import OPAQUE, REDACTED, TAG, Node
from flight_recorder.codec.writer import Adapters, Restart, Writer, encode, to_bytes
from flight_recorder.interrupted import was_interrupted
from flight_recorder.model.value import Form, Value

__all__ = [
    "DEFAULT",
    "NO_PARTS",
    "REDACTED_VALUE",
    "CaptureSettings",
    "DescribeCallable",
    "Parts",
    "capture",
    "capture_named",
    "capture_parts",
    "taken_out",
]

_CONTENTS: Final = {**containers.CONTENTS, **collected.CONTENTS, **scalars.CONTENTS}
ADAPTERS: Final = Adapters(
    encoders={
        id(cls): encoder
        for table in (containers.ENCODERS, collected.ENCODERS, scalars.ENCODERS, callables.ENCODERS)
        for cls, encoder in table.items()
    },
    contents=_CONTENTS,
    other=encode_instance,
    readable=frozenset(map(id, (object, *_CONTENTS))),
)

# What nobody could keep secret: to know that there is no key helps whoever looks for it.
_NOTHING: Final = frozenset(map(to_bytes, (None, True, False, "", [], {})))

REDACTED_VALUE: Final = Value(to_bytes({TAG: REDACTED}), Form.REDACTED, is_comparable=False)

# For what C code nests on its own stack: small enough for any stack that is left.
_SHALLOW: Final = 12
_ATTEMPTS: Final = 6
# Text below this length is within any limit.
_SHORT: Final = 1_000


class Parts(msgspec.Struct, frozen=True):
    """What a captured object consists of: its tree of nodes, and every part with its node, inner parts first.

    *root* is None for an object without parts, and for one that could not be looked at as a whole.
    """

    root: Node = None
    met: Sequence[tuple[object, Node]] = ()


NO_PARTS: Final = Parts()


def capture(obj: object, settings: CaptureSettings = DEFAULT) -> Value:
    """Return *obj* as a Value.

    EXACT when every part decodes to an equal object of the same type; REDACTED when anything was taken out; else
    OPAQUE. Trouble of any kind gives an opaque value that says so; only KeyboardInterrupt, SystemExit
    and what a signal handler raises pass.
    """
    try:
        return capture_parts(obj, settings)[0]
    except RecursionError:  # not even the stack for another call is left
        return _NOT_CAPTURED


def capture_parts(obj: object, settings: CaptureSettings = DEFAULT) -> tuple[Value, Parts]:
    """Return *obj* as a Value, as `capture` does, and what parts it has. Refers to the object itself."""
    try:
        if type(obj) is str and len(obj) < _SHORT and obj.isascii():
            data = to_bytes(obj)
            if settings.secrets is None or not settings.secrets.might_hold_secret(data):
                return Value(data), NO_PARTS
        return _capture(obj, settings)
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as trouble:  # the caller is the program's own call: it must go on
        if type(trouble) is not RecursionError and was_interrupted(trouble):
            raise
        try:
            return _not_captured(obj, trouble), NO_PARTS
        except RecursionError:  # not even the stack for a name is left
            return _NOT_CAPTURED, NO_PARTS


def capture_named(name: str, obj: object, settings: CaptureSettings = DEFAULT) -> tuple[Value, Parts]:
    """Return *obj*, which goes by *name* (of a parameter, say), as `capture_parts`; taken out if secret."""
    value, parts = capture_parts(obj, settings)
    secrets = settings.secrets
    if secrets is None or not secrets.is_secret_name(name):
        return value, parts
    if value.data in _NOTHING and not secrets.is_always_secret(name):
        return value, parts
    return taken_out(value, secrets), NO_PARTS


def taken_out(value: Value, secrets: Secrets) -> Value:
    """Return what stands for *value*, which is a secret as a whole."""
    # What is a secret in part is one as a whole: its digest, over what is left and digests, is as telling.
    digest = secrets.digest(value.data)
    if not digest:
        return REDACTED_VALUE
    return Value(to_bytes({TAG: REDACTED, "h": digest}), Form.REDACTED, value.is_comparable)


def _capture(obj: object, settings: CaptureSettings) -> tuple[Value, Parts]:
    w = Writer(ADAPTERS, settings)
    for _ in range(_ATTEMPTS - 1):
        w.met = [] if not w.is_careful else None
        try:
            return _one_pass(obj, w)
        except Restart:
            w = _next_pass(w, is_sharing=True)
        except UnicodeEncodeError:  # a lone surrogate somewhere
            w = _next_pass(w, is_careful=True)
        except RecursionError:
            w = _next_pass(w, is_sharing=True, max_depth=_SHALLOW)
        except RuntimeError as trouble:  # another thread changed a container while it was read
            if was_interrupted(trouble):
                raise
            w = _next_pass(w)
    return _one_pass(obj, w)


def _one_pass(obj: object, w: Writer) -> tuple[Value, Parts]:
    root = encode(obj, w)
    data = to_bytes(root)
    secrets = w.settings.secrets
    if secrets is not None and (secrets.might_hold_secret(data) or secrets.might_hold_secret_name(data)):
        root, data = _masked(root, data, secrets, w)
    parts = NO_PARTS
    if w.met is not None and (type(root) is dict or type(root) is list):
        w.met.append((obj, root))
        parts = Parts(root, w.met)
    if not w.is_opaque and not w.is_redacted:
        return Value(data), parts
    return Value(data, Form.REDACTED if w.is_redacted else Form.OPAQUE, w.is_comparable), parts


def _masked(root: Node, data: bytes, secrets: Secrets, w: Writer) -> tuple[Node, bytes]:
    """Return *root* and its bytes without the secrets in it; notes in *w* what that means for the whole."""
    masking = Masking(secrets)
    root = masking.mask(root)
    if not masking.found:
        return root, data
    w.is_redacted = True
    w.is_comparable = w.is_comparable and secrets.key != b""
    if w.met is not None:
        w.met = [part for part in w.met if id(part[1]) not in masking.gone]
    return root, to_bytes(root)


def _next_pass(
    before: Writer, *, is_sharing: bool = False, is_careful: bool = False, max_depth: int | None = None
) -> Writer:
    w = Writer(ADAPTERS, before.settings)
    w.is_sharing = before.is_sharing or is_sharing
    w.is_careful = before.is_careful or is_careful
    w.max_depth = before.max_depth if max_depth is None else max_depth
    return w


def _not_captured(obj: object, trouble: BaseException) -> Value:
    name = name_of(type(obj))
    text = f"<{name.rpartition(':')[2]} object, not captured: {type(trouble).__name__}>"
    return Value(to_bytes({TAG: OPAQUE, "t": name, "r": text}), Form.OPAQUE, is_comparable=False)


_NOT_CAPTURED: Final = Value(
    to_bytes({TAG: OPAQUE, "t": "builtins:object", "r": "<object, not captured: RecursionError>"}),
    Form.OPAQUE,
    is_comparable=False,
)
