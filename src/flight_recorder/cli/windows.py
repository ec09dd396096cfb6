"""Windows: its console acts on escape sequences when it is asked to, from Windows 10 on."""

from typing import Any

ENABLE_VIRTUAL_TERMINAL_PROCESSING = 4
STD_HANDLES = (-11, -12)  # of stdout and stderr


def enable_escapes(kernel: Any) -> None:
    """Let stdout and stderr act on escape sequences, as far as they are a console; *kernel* is kernel32.dll."""
    import ctypes  # here: nothing else needs it

    for number in STD_HANDLES:
        handle, mode = kernel.GetStdHandle(number), ctypes.c_uint32()
        if kernel.GetConsoleMode(handle, ctypes.byref(mode)):
            kernel.SetConsoleMode(handle, mode.value | ENABLE_VIRTUAL_TERMINAL_PROCESSING)
