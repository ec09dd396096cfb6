"""Report: cases and outcomes as text."""

import difflib

from tests.laws.render import render
from tests.laws.trial import Case


def described(case: Case) -> str:
    """Return the recorded program, what the edits changed in it, and what was done with them."""
    before = render(case.programs[0]).texts
    parts = [f"===== {name}\n{text}" for name, text in before.items()]
    for number, program in enumerate(case.programs[1:], 1):
        after = render(program).texts
        parts.append(f"===== program {number}: {', '.join(edit.kind for edit in case.edits)}")
        for name, text in after.items():
            lines = difflib.unified_diff(before[name].splitlines(), text.splitlines(), name, name, lineterm="", n=1)
            parts += lines
        before = after
    parts += [f"===== replays, in order: {', '.join(str(move) for move in case.moves)}"]
    return "\n".join(parts)
