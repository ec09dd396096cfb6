"""Experiments that were never made, on the session of the demo."""

from flight_recorder.diagnose.experiment import Change, Conclusion, Experiment, Ran, Result, Verification
from flight_recorder.diagnose.findings import Evidence

LOOKUP = "agent://crm/lookup"
SCORER = "agent://crm/scorer"

_AGAIN = Experiment(Change.NOTHING)
_OLD = Experiment(Change.OLD_CODE, (LOOKUP,))

CONFIRMING = Verification(
    (
        Ran(_AGAIN, Result.SAME_FAILURE, "a100112233445566", "", 0.21),
        Ran(_OLD, Result.SUCCEEDED, "a200112233445566", "", 0.34),
        Ran(Experiment(Change.OLD_CODE, (SCORER,)), Result.OTHER_FAILURE, "a300112233445566", "", 0.2),
        Ran(Experiment(Change.SAME_CODE, (LOOKUP,)), Result.SAME_FAILURE, "a400112233445566", "", 0.2),
        Ran(_OLD, Result.SUCCEEDED, "a500112233445566", "", 12.04),
    ),
    Conclusion(
        (
            (SCORER, Evidence("repeats", "with what it was given, it fails again (session a1001122)", 0.0)),
            (
                LOOKUP,
                Evidence("old code", f"with the old code of {LOOKUP} back, the run succeeds (session a2001122)", 1.2),
            ),
        ),
        LOOKUP,
    ),
)

STOPPED = Verification(
    (
        Ran(_AGAIN, Result.SAME_FAILURE, "a100112233445566", "", 0.21),
        Ran(_OLD, Result.UNCLEAR, "a200112233445566", f"{SCORER} would have to run, and is protected", 1.0),
        Ran(
            Experiment(Change.GOOD_OUTPUT, (LOOKUP,)),
            Result.UNCLEAR,
            "",
            "the code of \x1b[31mx cannot be put back: its decorators are others now\nMore of it",
            0.1,
        ),
    ),
    Conclusion(remarks=("since the last good run more changed than the text of agent://crm/lookup: a helper",)),
    "interrupted",
)
