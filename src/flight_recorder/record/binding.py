"""Binding: arguments by parameter name, with defaults applied, in the signature's order."""

from collections.abc import Callable
from types import CellType, CodeType, FunctionType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import inspect

Arguments = dict[str, Any]
_TAKES_MORE = 0x04 | 0x08  # CO_VARARGS, CO_VARKEYWORDS: arguments without a parameter of their own

Bind = Callable[[tuple[Any, ...], dict[str, Any]], Arguments]


def binder(function: Callable[..., Any]) -> Bind:
    """Return a function that names the arguments of a call of *function*.

    `*rest` and `**options` come as one tuple and one dict under their own names. Arguments that do not fit the
    signature come as they are under `*args` and `**kwargs`: the call is about to raise the TypeError itself.
    """
    if isinstance(function, FunctionType) and not function.__code__.co_flags & _TAKES_MORE:
        return _plain_binder(function, function.__code__)
    import inspect  # late: it takes longer to load than all that registering needs otherwise

    try:
        signature = inspect.signature(function)
    except Exception:  # noqa: BLE001 - a C function that does not tell, or an object of the user's that raises
        return _as_they_are
    return _signature_binder(signature)


def parameters_of(function: Callable[..., Any]) -> tuple[str, ...] | None:
    """Return the names of the parameters, in their order; None where there may be more arguments than names."""
    if not isinstance(function, FunctionType) or function.__code__.co_flags & _TAKES_MORE:
        return None
    code = function.__code__
    return code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]


def _plain_binder(function: FunctionType, code: CodeType) -> Bind:
    positional = code.co_varnames[: code.co_argcount]
    positional_only = positional[: code.co_posonlyargcount]
    keyword_only = code.co_varnames[code.co_argcount : code.co_argcount + code.co_kwonlyargcount]
    names = (*positional, *keyword_only)
    all_names = frozenset(names)

    def bind(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Arguments:
        if len(args) == len(names) == len(positional) and not kwargs:
            return dict(zip(names, args, strict=True))
        given = dict(zip(positional, args, strict=False))
        # Defaults are read at the call: a program may replace them, and Python then uses the new ones.
        defaults = function.__defaults__ or ()
        known = dict(zip(positional[len(positional) - len(defaults) :], defaults, strict=True))
        known.update(function.__kwdefaults__ or {})
        known.update(given)
        known.update(kwargs)
        misfit = len(args) > len(positional) or known.keys() != all_names or not given.keys().isdisjoint(kwargs)
        if misfit or not kwargs.keys().isdisjoint(positional_only):
            return _as_they_are(args, kwargs)
        return {name: known[name] for name in names}

    return bind


def _signature_binder(signature: "inspect.Signature") -> Bind:
    def bind(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Arguments:
        try:
            bound = signature.bind(*args, **kwargs)
        except TypeError:
            return _as_they_are(args, kwargs)
        bound.apply_defaults()
        return dict(bound.arguments)

    return bind


def _as_they_are(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Arguments:
    return {"*args": args, "**kwargs": kwargs}


def with_variables(bind: Bind, cells: dict[str, CellType]) -> Bind:
    """Return what adds to the arguments that *bind* names what is in *cells*, but for those that are empty."""

    def bind_all(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Arguments:
        arguments = bind(args, kwargs)
        for label, cell in cells.items():
            try:
                arguments[label] = cell.cell_contents
            except ValueError:  # not filled yet
                continue
        return arguments

    return bind_all


def unbound(function: FunctionType) -> FunctionType:
    """Return *function* with nothing bound to its free variables, to be looked at."""
    code = function.__code__
    empty = tuple(CellType() for _ in code.co_freevars)
    bare = FunctionType(code, function.__globals__, function.__name__, function.__defaults__, empty)
    bare.__qualname__, bare.__module__ = function.__qualname__, function.__module__
    bare.__kwdefaults__ = function.__kwdefaults__
    return bare
