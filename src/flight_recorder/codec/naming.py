"""Naming: classes and type expressions as JSON, and back to classes that the program has loaded itself.

Never imports a module and never calls what it finds, with one exception: a generic class of the program is
subscripted again (`Box[int]`), by the machinery of typing or pydantic and not by an override of the program.
"""

import sys
import types
import typing
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable
from typing import Any

from flight_recorder.codec.bare import (
    derives,
    dict_of_class,
    dict_of_module,
    find_in_class,
    is_class,
    module_of,
    qualname_of,
)
from flight_recorder.codec.tags import Node
from flight_recorder.errors import NotRebuildableError

FindType = Callable[[str, str], "type | None"]

_BUILTIN_ORIGINS = (list, dict, set, frozenset, tuple, type, deque, defaultdict, OrderedDict, Counter)
_TYPING_ALIAS: type = typing._GenericAlias  # type: ignore[attr-defined]  # the class of `Box[int]` has no public name
_TYPING_UNION: type = typing._UnionGenericAlias  # type: ignore[attr-defined]  # as above


def find_loaded(module: str, qualname: str) -> Any:
    """Return what *module* (already loaded) holds under *qualname*; None when nothing is there."""
    first, *rest = qualname.split(".")
    found: Any = dict_of_module(sys.modules.get(module)).get(first)
    for part in rest:
        if not is_class(found):
            return None
        found = dict_of_class(found).get(part)
    return found


def find_loaded_type(module: str, qualname: str) -> type | None:
    """Return the class that *module* (already loaded) holds under *qualname*; None when there is none."""
    found = find_loaded(module, qualname)
    if found is None and (module, qualname) == ("builtins", "NoneType"):
        return types.NoneType
    return found if is_class(found) else None


def name_of(cls: type) -> str:
    """Return `module:qualname`, clean of anything that UTF-8 cannot carry."""
    module = module_of(cls)
    if module == "__mp_main__":  # the same program, in a process that multiprocessing spawned
        module = "__main__"
    return clean(f"{module}:{qualname_of(cls)}")


def clean(text: str) -> str:
    """Return *text* with lone surrogates escaped."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def is_found(cls: type) -> bool:
    """Whether looking *cls* up by its own name leads back to it."""
    if is_parametrised(cls):
        return express(cls) is not None
    return find_loaded_type(module_of(cls), qualname_of(cls)) is cls


def reference(cls: type) -> Node:
    """Return what names *cls* in a node: `module:qualname`, or an expression for a parametrised model."""
    return (express(cls) if is_parametrised(cls) else None) or name_of(cls)


def express(form: object) -> Node | None:
    """Return the JSON of a type expression, or None when some part of it cannot be found again.

    A class is "module:qualname" (None that of its type), `origin[args]` is {"o", "a"}, a union is {"u"}.
    """
    if form is None:
        form = types.NoneType
    if is_class(form):
        return _express_class(form)  # type: ignore[arg-type]  # is_class checks without isinstance
    kind = type(form)
    if kind is types.UnionType or kind is _TYPING_UNION:
        return _all_or_none("u", None, form.__args__)  # type: ignore[attr-defined]  # unions have arguments
    if (kind is types.GenericAlias and not form.__unpacked__) or kind is _TYPING_ALIAS:  # type: ignore[attr-defined]
        origin: type = form.__origin__  # type: ignore[attr-defined]  # an alias has an origin
        if _is_builtin_origin(origin) if kind is types.GenericAlias else derives(origin, typing.Generic):
            return _all_or_none("a", origin, form.__args__)  # type: ignore[attr-defined]  # and arguments
    return None


def _is_builtin_origin(origin: object) -> bool:
    return any(origin is known for known in _BUILTIN_ORIGINS)


def _express_class(cls: type) -> Node | None:
    parameters = parametrised(cls)
    if parameters is None:
        return name_of(cls) if is_found(cls) else None
    origin, args = parameters
    expression = _all_or_none("a", origin, args)
    return expression if any(cls is made for made in _subclasses(origin)) else None


def _all_or_none(key: str, origin: type | None, args: tuple[object, ...]) -> Node | None:
    parts = [express(arg) for arg in args]
    head = None if origin is None else express(origin)
    if None in parts or (origin is not None and head is None):
        return None
    return {key: parts} if origin is None else {"o": head, key: parts}


def resolve(expression: Node, find_type: FindType) -> Any:
    """Return the class or alias that *expression* names.

    Raises NotRebuildableError when a class is not loaded, or when it cannot be subscripted without running code
    of the program.
    """
    if type(expression) is str:
        return _resolve_name(expression, find_type)
    if type(expression) is not dict:
        raise NotRebuildableError("the recording names a type in a way that is not understood")
    if "u" in expression:
        return typing.Union[tuple(resolve(part, find_type) for part in expression["u"])]  # noqa: UP007  # members vary
    origin = resolve(expression["o"], find_type)
    args = tuple(resolve(part, find_type) for part in expression["a"])
    if _is_builtin_origin(origin):
        return types.GenericAlias(origin, args)
    return _subscript(origin, args)


def _resolve_name(name: str, find_type: FindType) -> type:
    module, _, qualname = name.partition(":")
    found = find_type(module, qualname)
    if found is None or not is_class(found):
        raise NotRebuildableError(f"the class {qualname} of module {module} is not loaded in this program")
    return found


def _subscript(origin: type, args: tuple[Any, ...]) -> Any:
    base = base_model()
    if base is not None and derives(origin, base):
        return _parametrise_model(origin, args, base)
    owner = find_in_class(origin, "__class_getitem__")
    if not derives(origin, typing.Generic) or owner is None or owner[0] is not typing.Generic:
        raise NotRebuildableError(f"{name_of(origin)} cannot be subscripted without running code of the program")
    return owner[1].__get__(None, origin)(args)


# Pydantic ---------------------------------------------------------------------------------------------------------


def base_model() -> type | None:
    """Return pydantic's BaseModel when the program has loaded pydantic; it is never imported here."""
    found = dict_of_module(sys.modules.get("pydantic.main")).get("BaseModel")
    return found if is_class(found) else None


def parametrised(cls: type) -> tuple[type, tuple[object, ...]] | None:
    """Return origin and arguments when *cls* is a parametrised generic model such as `Box[int]`."""
    metadata = dict_of_class(cls).get("__pydantic_generic_metadata__")
    if type(metadata) is not dict or not is_class(metadata.get("origin")):
        return None
    args = metadata.get("args")
    return (metadata["origin"], args) if type(args) is tuple else None


def is_parametrised(cls: type) -> bool:
    """Whether *cls* is a parametrised generic model."""
    return parametrised(cls) is not None


def _subclasses(cls: type) -> list[type]:
    return type.__subclasses__(cls)


def _parametrise_model(origin: type, args: tuple[Any, ...], base: type) -> type:
    for candidate in _subclasses(origin):
        if parametrised(candidate) == (origin, args):
            return candidate
    # The class does not exist yet: pydantic makes it, unless making it would run code of the program.
    for hook in ("__class_getitem__", "__init_subclass__", "__pydantic_init_subclass__"):
        owner = find_in_class(origin, hook)
        if owner is not None and owner[0] is not typing.Generic and not derives(base, owner[0]):
            raise NotRebuildableError(f"{name_of(origin)} cannot be parametrised without running code of the program")
    getitem = find_in_class(base, "__class_getitem__")
    if getitem is None:
        raise NotRebuildableError(f"{name_of(origin)} cannot be parametrised")
    made = getitem[1].__get__(None, origin)(args if len(args) > 1 else args[0])
    if not is_class(made):
        raise NotRebuildableError(f"{name_of(origin)} cannot be parametrised")
    return made  # type: ignore[no-any-return]  # is_class checks without isinstance
