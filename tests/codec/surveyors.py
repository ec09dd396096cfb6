"""Surveyors: what looks whether values are plain, in each form that there is."""

import shlex
import shutil
import subprocess
import sysconfig
import tempfile
from functools import cache
from importlib.machinery import ExtensionFileLoader
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest

from flight_recorder.codec import survey as in_python

SOURCES = Path(__file__).parents[2] / "speed"
COMPILED = ("compiled", "compiled for any processor")
ALL = ("in Python", *COMPILED)


def surveyor(name: str) -> ModuleType:
    """Return the module that is meant by *name*, one of ALL."""
    if name == "in Python":
        return in_python
    installed: ModuleType = pytest.importorskip("flight_recorder_speed", reason="the compiled part is not installed")
    return installed if name == "compiled" else _for_any_processor()


@cache
def _for_any_processor() -> ModuleType:
    """Return the compiled part without what this processor can do beyond others, as others run it."""
    compiler = shlex.split(sysconfig.get_config_var("CC") or "cc")
    if shutil.which(compiler[0]) is None:
        pytest.skip("there is no compiler")
    with tempfile.TemporaryDirectory() as folder:
        library = Path(folder) / "flight_recorder_speed.so"
        include = sysconfig.get_path("include", vars={"installed_base": sysconfig.get_config_var("installed_base")})
        sources = sorted(map(str, SOURCES.glob("*.c")))
        flags = ["-shared", "-fPIC", "-DWITHOUT_VECTORS", f"-I{include}", "-o", str(library)]
        subprocess.run([*compiler, *flags, *sources], check=True)
        loader = ExtensionFileLoader("flight_recorder_speed", str(library))
        spec = spec_from_file_location("flight_recorder_speed", library, loader=loader)
        assert spec is not None
        module = module_from_spec(spec)
        loader.exec_module(module)
        return module
