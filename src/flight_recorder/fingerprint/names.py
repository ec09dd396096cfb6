"""Names: what modules and functions are called, the same in every run."""

import os
import sys
from types import BuiltinFunctionType, FunctionType, MethodType

# By type, not by asking: a callable object may answer any attribute, or raise.
_NAMED = (FunctionType, BuiltinFunctionType, MethodType, type)


def module_label(module: str) -> str:
    """Return the name of *module*; for `__main__` that of `python -m`, else the script's stem."""
    if module != "__main__":
        return module
    main = sys.modules.get("__main__")
    spec = getattr(main, "__spec__", None)
    if spec is not None and isinstance(spec.name, str):
        return spec.name
    file = getattr(main, "__file__", None)
    return os.path.splitext(os.path.basename(file))[0] if isinstance(file, str) else module


def function_name(function: object) -> str:
    """Return `module:qualname` of a function; of the type for a callable object without a name of its own."""
    named = function if isinstance(function, _NAMED) else type(function)
    return f"{module_label(str(named.__module__))}:{named.__qualname__}"
