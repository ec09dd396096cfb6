"""Made checkups: one of a recording that is well, and two of such as are not."""

from msgspec.structs import replace

from flight_recorder.model.checkup import (
    Checkup,
    Condition,
    Folder,
    Health,
    Hook,
    Interpreter,
    JournalState,
    OpenPath,
    Origin,
    StoreState,
    Surroundings,
    Variable,
)
from flight_recorder.plan.repairs import Action, Done, Repair

HERE = "/home/user/shop/.flight-recorder"
VERSIONS = (
    ("Python", "3.13.0"),
    ("flight-recorder", "0.1.0"),
    ("msgspec", "0.20.0"),
    ("flight-recorder-speed", "not installed"),
    ("SQLite", "3.46.1"),
)
PYTHON = (
    Interpreter("3.13.0", "/home/user/shop/.venv/bin/python", 11, True),
    Interpreter("3.13.0", "/home/user/shop/tests/../.venv/bin/python", 1, True),  # as it was called
)
WELL = Checkup(
    Folder(HERE, Origin.NEAREST, True, free_bytes=80_123_456_789, has_locks=True, takes_room=True),
    (JournalState("b6ce0d11-4711.journal", Condition.LIVE, 65_536),),
    StoreState(Health.SOUND, 1_234_567, sessions=12, free_bytes=8192, interpreters=PYTHON),
    Surroundings(VERSIONS, (Hook("sys.monitoring", ""),), ()),
)
DAMAGED = Checkup(
    replace(
        WELL.folder,
        origin=Origin.VARIABLE,
        open_paths=(OpenPath(".", 0o755, True), OpenPath("store.db", 0o644, False)),
        free_bytes=45_000_000,
        takes_room=False,
        set_aside=(("store.db.damaged-2026-11-20", 999), ("journal/0a-1.journal.damaged-2026-11-20", 1)),
        has_remains=True,
    ),
    (
        JournalState("0b88a4ea-1.journal", Condition.ENDED, 870),
        JournalState("14a5e725-2.journal", Condition.TORN, 12_345),
        JournalState("165c36bd-3.journal", Condition.DAMAGED, 65_536, damaged_at=12_345),
        JournalState("1ce88c8a-4.journal", Condition.HEADLESS, 65_536),
        JournalState("3c6ec8bf-5.journal", Condition.NEWER, 65_536, why="has format 3"),
        JournalState("notes.journal", Condition.FOREIGN, 12, why="its name is not that of a journal"),
        JournalState("4d-6.journal", Condition.UNREADABLE, 0, why="Permission denied"),
        JournalState("5e-7.journal", Condition.LIVE, 65_536),
    ),
    StoreState(
        Health.DAMAGED,
        1_234_567,
        log_bytes=4_152,
        why=("Tree 10 page 10: btreeInitPage() returns error code 11", "\x1b[31mrow 3 missing from index"),
        sessions=12,
        lost=("90aa" * 4, "91bb" * 4),
        interpreters=(*PYTHON, Interpreter("3.11.9", "/opt/old/bin/python", 1, False)),
    ),
    Surroundings(
        VERSIONS,
        (Hook("sys.monitoring", "coverage, debugpy"),),
        (
            Variable("FLIGHT_RECORDER_DISABLE", "", False, "FLIGHT_RECORDER_DISABLED"),
            Variable("FLIGHT_RECORDER_HOME", HERE, True),
        ),
    ),
)
ELSEWHERE = Checkup(
    replace(WELL.folder, owner="alice", is_writable=False, has_locks=False),
    (),
    StoreState(
        Health.NEWER,
        4096,
        why=("the store store.db has version 4; this version of Flight Recorder reads up to 3",),
    ),
    replace(WELL.surroundings, hooks=()),
)
DONE = (
    Done(Repair(Action.CLOSE, (".", "store.db"))),
    Done(
        Repair(Action.SALVAGE, ("store.db",)),
        kept=("0b88a4ea",),
        lost=("90aa" * 4, "91bb" * 4),
        aside="store.db.damaged-2026-11-29",
    ),
    Done(Repair(Action.DRAIN, ("14a5e725-2.journal", "165c36bd-3.journal"))),
    Done(Repair(Action.SET_ASIDE, ("165c36bd-3.journal",)), ("165c36bd-3.journal is still being written",)),
    Done(Repair(Action.CLEAR, ("store.new",))),
    Done(Repair(Action.SWEEP, ("store.db",), 870)),
    Done(Repair(Action.COMPACT, ("store.db",), 3_000_000)),
)
