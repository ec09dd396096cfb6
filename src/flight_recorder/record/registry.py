"""Registry: what `@fr.register` knows of each step of this process.

Registering is imported by programs that may never record: nothing here, nor what it imports, takes long to load.
"""

from collections.abc import Callable
from functools import partial
from types import FunctionType
from typing import TYPE_CHECKING, Any
from weakref import ref

from flight_recorder.fingerprint.names import function_name
from flight_recorder.record.binding import Bind, binder, parameters_of, unbound

if TYPE_CHECKING:
    from flight_recorder.record.heat import Heat

STEP_ATTRIBUTE = "__flight_recorder_step__"
DOUBLE_ATTRIBUTE = "__flight_recorder_double__"  # of what a step runs that was made in place


class Registered:
    """One registered function. Two of the same name are two of these.

    *parameters* are the names of its parameters, in their order; None where it has `*` or `**`, or tells none.
    *is_marked* says that nobody registered it: it became a step in place (see `record.patching`), and has *heat*.
    Where it *has_variables* of the functions around it, what is bound to these is among its inputs.
    """

    __slots__ = (
        "__weakref__", "bind", "function", "function_name", "has_variables", "heat", "ignored", "is_marked",
        "is_protected", "key", "name", "parameters", "version",
    )  # fmt: skip

    is_block = is_boundary = False

    def __init__(
        self,
        function: Callable[..., Any],
        name: str | None = None,
        *,
        function_name: str,
        bind: Bind,
        parameters: tuple[str, ...] | None,
        ignored: frozenset[str] = frozenset(),
        key: Callable[..., object] | None = None,
        version: str = "",
        is_protected: bool = False,
        is_marked: bool = False,
        has_variables: bool = False,
    ) -> None:
        self.name = name or function_name
        self.function = function
        self.function_name = function_name  # "module:qualname"
        self.bind = bind
        self.parameters = parameters
        self.ignored = ignored
        self.key = key
        self.version = version
        self.is_protected = is_protected
        self.is_marked = is_marked
        self.has_variables = has_variables
        self.heat: Heat | None = None

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle it as what it is made of: a wrapper goes to another process by value."""
        options: dict[str, Any] = {
            "ignored": self.ignored, "key": self.key, "version": self.version, "is_protected": self.is_protected
        }  # fmt: skip
        return partial(made_step, **options), (self.function, self.name)


def without_variables(step: Registered) -> Registered:
    """Return *step* with nothing bound to its free variables, to be remembered: what is bound may be large."""
    if not step.has_variables:
        return step
    function: Any = step.function
    function = unbound(function)
    return Registered(
        function,
        step.name,
        function_name=step.function_name,
        bind=binder(function),
        parameters=None,
        is_marked=step.is_marked,
        has_variables=True,
    )


def made_step(function: Any, name: str | None = None, **options: Any) -> Registered:
    """Return *function* as a step, named *name* (default: `module:qualname`)."""
    return Registered(
        function,
        name,
        function_name=function_name(function),
        bind=binder(function),
        parameters=parameters_of(function),
        **options,
    )


MAX_MADE = 16
"""How many functions of one name, made by another function, are remembered: each costs a session its examination."""

_Held = Callable[[], Registered | None]

_held_by_name: dict[str, list[_Held]] = {}


on_add: Callable[[Registered], None] | None = None  # told of each, while somebody asks for that
additions = 0  # how many steps were added; of those that may be many only their calls tell


def add(step: Registered) -> None:
    """Remember *step*. A function of the same module and qualname under the same name takes the older one's place.

    Not so functions that are made by another one, which may be many with different closures: the last ones are
    remembered for as long as they live. What is not remembered is known once it is called.
    """
    is_made = "<locals>" in step.function_name
    held: _Held = ref(step) if is_made else lambda: step
    same_name = _held_by_name.setdefault(step.name, [])
    same_name[:] = [
        one
        for one in same_name
        if (other := one()) is not None and (is_made or other.function_name != step.function_name)
    ]
    same_name.append(held)
    if is_made:
        del same_name[:-MAX_MADE]
    if not step.has_variables:
        global additions
        additions += 1
    if on_add is not None:
        on_add(step)


def rename(step: Registered, name: str) -> None:
    """Let *step* go by *name* from now on."""
    same_name = _held_by_name.get(step.name, [])
    same_name[:] = [one for one in same_name if one() is not step]
    step.name = name
    if step.heat is not None:
        step.heat.named(name)
    add(step)


def steps_named(name: str) -> list[Registered]:
    """Return the registered functions of this name, in the order in which they were registered."""
    return [step for held in _held_by_name.get(name, ()) if (step := held()) is not None]


def all_steps() -> list[Registered]:
    """Return every registered function, those of one name one after the other."""
    return [step for name in list(_held_by_name) for step in steps_named(name)]


def step_of(obj: object) -> Registered | None:
    """Return the step that *obj* is the wrapper of, or was made by its mark, or None. Runs no code of *obj*."""
    if type(obj) is not FunctionType:
        return None
    return marked_step(obj) or _registered(obj)


def marked_step(function: FunctionType) -> Registered | None:
    """Return the step that *function* was made in place, or None. Also where its calls are none any more."""
    double = function.__dict__.get("__wrapped__")
    found = double.__dict__.get(DOUBLE_ATTRIBUTE) if type(double) is FunctionType else None
    if found is None:  # it is a wrapper of the program's, and leads to what it wraps
        constants = function.__code__.co_consts
        found = constants[-1] if constants else None
    return found if type(found) is Registered else None


def _registered(function: FunctionType) -> Registered | None:
    found = function.__dict__.get(STEP_ATTRIBUTE)
    return found if isinstance(found, Registered) else None


def step_name(obj: object) -> str | None:
    """Return the name of the step that *obj* stands for, or None."""
    step = step_of(obj)
    return None if step is None else step.name


def around_variables(obj: object) -> FunctionType | None:
    """Return what a step runs that was made in place, around the variables that are among the inputs of its calls.

    None for every other object.
    """
    step = marked_step(obj) if type(obj) is FunctionType else None
    if step is None or not step.has_variables or type(obj) is not FunctionType:
        return None
    code = step.function.__code__
    if obj.__code__.co_freevars != code.co_freevars:
        return None  # a wrapper of the program's, which leads to it
    function = FunctionType(code, obj.__globals__, obj.__name__, obj.__defaults__, obj.__closure__)
    function.__qualname__, function.__module__ = obj.__qualname__, obj.__module__
    return function


def forget(step: Registered) -> None:
    """Remember *step* no longer."""
    same_name = _held_by_name.get(step.name, [])
    same_name[:] = [held for held in same_name if held() is not step]


def unmarked(function: Any) -> Any:
    """Return *function*; where it is a step by its mark alone it is made what it was, to be registered."""
    step = marked_step(function) if type(function) is FunctionType else None
    if step is not None:
        forget(step)
        function.__code__ = step.function.__code__
        shown = function.__dict__.get("__wrapped__")
        if type(shown) is FunctionType and shown.__dict__.get(DOUBLE_ATTRIBUTE) is step:
            del function.__dict__["__wrapped__"]
    return function
