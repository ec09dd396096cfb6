"""Start: how a recorded session is started again. Pure.

A replay needs the program to reach the recorded `fr.run` once more. What reaches it differs: a program that is run
from its beginning, one test of a test run, the cells of a notebook; and where no start of the program would lead
there by itself (a server that waits for a request), the entry is called with what it was recorded with.
"""

import msgspec


class Traced(msgspec.Struct, frozen=True):
    """That every function of the project is a step: in the modules that *include* names, but for those of *exclude*.

    Both are patterns of dotted names (`shop.*`). An empty *include* stands for all. A function whose calls are short
    is no step any more after *hot_calls* of them; nor is one whose recording takes longer than its calls, once all
    recording takes more than *share* of the time.
    """

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    hot_calls: int = 1_000
    share: float = 0.25  # see Config
    boundaries: tuple[str, ...] = ()  # kinds of ambient values that are boundaries, too


class Program(msgspec.Struct, frozen=True, tag="program"):
    """Run the program: *script*, the absolute path of a file, folder or zip, or else `python -m` *module*.

    With *is_session* the session is all of it, else a part that it begins itself.
    """

    script: str = ""
    module: str = ""
    is_session: bool = False


class OneTest(msgspec.Struct, frozen=True, tag="test"):
    """Run one test under pytest. *node* is its id, whose file is relative to *folder*."""

    node: str  # tests/test_crm.py::test_lookup[unknown]
    folder: str  # pytest's root folder
    configuration: str = ""  # pytest's configuration file, "" when there is none
    options: tuple[str, ...] = ()  # what pytest was started with, but for what chose the tests
    is_module: bool = False  # `python -m pytest`


class Cells(msgspec.Struct, frozen=True, tag="cells"):
    """Run the cells of a notebook up to the one that began the session.

    *notebook* is its absolute path, "" when the kernel was not told. *source* is the text of that cell as it was.
    """

    notebook: str
    source: str
    cell: str = ""  # the cell's id, "" when the kernel was not told


class EntryCall(msgspec.Struct, frozen=True, tag="call"):
    """Call the entry with its recorded inputs. *why* says why the program would not come there by itself.

    *program* is run until it would begin to serve or, with *is_child*, loaded as multiprocessing loads it in a
    child. Then *modules*, the project's own that were loaded, are imported in the order in which they were, and
    *module* holds the entry.
    """

    why: str
    module: str
    program: Program | None = None  # None where the program is not the project's own: uvicorn
    is_child: bool = False
    modules: tuple[str, ...] = ()
    search: tuple[str, ...] = ()  # sys.path
    redacted: tuple[str, ...] = ()  # names whose values are never written


class Unstartable(msgspec.Struct, frozen=True, tag="unstartable"):
    """It cannot be started again. *why* says so in a sentence without an end, *remedy* says what to do."""

    why: str = "how it was started is not known"
    remedy: str = "Record it again."


Start = Program | OneTest | Cells | EntryCall | Unstartable
