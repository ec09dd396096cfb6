"""Tags: the words of typed JSON. Pure; imports nothing of ours.

A node is what JSON can say by itself (null, true, 64-bit integers, finite floats, text, arrays, objects), or an
object whose first key is "$" and holds one of the tags below. docs/serialization.md describes each.
"""

from typing import Any, Final

Node = Any  # a parsed JSON tree: its shape is checked where it is read

TAG: Final = "$"

# Builtin values.
INT: Final = "int"
FLOAT: Final = "float"
STR: Final = "str"
COMPLEX: Final = "complex"
BYTES: Final = "bytes"
BYTEARRAY: Final = "bytearray"
ELLIPSIS: Final = "ellipsis"
NOT_IMPLEMENTED: Final = "notimplemented"
RANGE: Final = "range"
SLICE: Final = "slice"
TUPLE: Final = "tuple"
SET: Final = "set"
FROZENSET: Final = "frozenset"
DICT: Final = "dict"

# Values of the standard library.
ORDERED_DICT: Final = "ordereddict"
DEFAULT_DICT: Final = "defaultdict"
COUNTER: Final = "counter"
DEQUE: Final = "deque"
NAMESPACE: Final = "namespace"
DATETIME: Final = "datetime"
DATE: Final = "date"
TIME: Final = "time"
TIMEDELTA: Final = "timedelta"
TIMEZONE: Final = "timezone"
ZONE: Final = "zone"
DECIMAL: Final = "decimal"
FRACTION: Final = "fraction"
UUID: Final = "uuid"
PATH: Final = "path"
PATTERN: Final = "pattern"
ALIAS: Final = "alias"

# Instances of named classes.
ENUM: Final = "enum"
NAMEDTUPLE: Final = "namedtuple"
DATACLASS: Final = "dataclass"
MODEL: Final = "model"
EXCEPTION: Final = "exception"

# Only for looking at.
OBJECT: Final = "object"
CALLABLE: Final = "callable"
OPAQUE: Final = "opaque"
AGAIN: Final = "again"
CUT: Final = "cut"
REDACTED: Final = "redacted"
