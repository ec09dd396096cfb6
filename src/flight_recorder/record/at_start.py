"""At start: what is known of this process only when its program begins, and not when its first session does.

A program may go to another folder and change `sys.argv` before that. Imported with the first name of ours that a
program imports, so it imports nothing that takes long to load.
"""

import os
import sys


def _folder() -> str:
    try:
        return os.getcwd()
    except OSError:  # deleted
        return ""


folder = _folder()
argv: tuple[str, ...] = tuple(sys.argv) if hasattr(sys, "argv") else ()
is_forked = False


def _after_fork_in_child() -> None:
    global is_forked
    is_forked = True


if hasattr(os, "register_at_fork"):  # not on Windows, which does not fork
    os.register_at_fork(after_in_child=_after_fork_in_child)
