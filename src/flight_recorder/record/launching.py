"""Launching: how this program was started, so that a replay can start it again."""

import locale
import os
import platform
import sys

from flight_recorder.model.session import Launch


def this_launch(root: str) -> Launch:
    """Return how this process was started; `obstacle` says why it cannot be started again, where that is so."""
    script, module, obstacle = _program()
    return Launch(
        script=script,
        module=module,
        obstacle=obstacle,
        argv=tuple(sys.argv),
        cwd=os.getcwd(),
        executable=sys.executable,
        python=platform.python_version(),
        platform=sys.platform,
        hash_seed=os.environ.get("PYTHONHASHSEED", ""),
        time_zone=os.environ.get("TZ", ""),
        locale=".".join(part for part in locale.getlocale() if part),
        root=root,
        flags=_flags(),
    )


def _program() -> tuple[str, str, str]:
    """Return (script, module, obstacle); exactly one is not empty."""
    main = sys.modules.get("__main__")
    spec = getattr(main, "__spec__", None)
    if spec is not None and isinstance(spec.name, str):
        name = spec.name
        return "", name.removesuffix(".__main__"), ""
    file = getattr(main, "__file__", None)
    if isinstance(file, str) and os.path.isfile(file):
        return os.path.abspath(file), "", ""
    return "", "", "the program was not started from a file or with -m (a prompt, a notebook or python -c)"


def _flags() -> tuple[str, ...]:
    """Return the interpreter options that change what the program does."""
    flags = ["-O"] * sys.flags.optimize
    if sys.flags.dev_mode:
        flags += ["-X", "dev"]
    if sys.flags.utf8_mode and os.environ.get("PYTHONUTF8") != "1":
        flags += ["-X", "utf8"]
    if sys.flags.isolated:
        flags.append("-I")
    elif sys.flags.safe_path:
        flags.append("-P")
    for option in sys.warnoptions:
        flags += ["-W", option]
    return tuple(flags)
