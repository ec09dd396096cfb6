"""Repaired: what a repair would do, and what came of it, for a terminal and as JSON."""

from collections.abc import Iterator, Sequence

from flight_recorder.model.checkup import Checkup
from flight_recorder.model.words import listed
from flight_recorder.plan.repairs import Action, Done, Repair, is_well, repairs
from flight_recorder.render.as_json import Document
from flight_recorder.render.checkup import MAX_NAMES, counted, ids_text, size_text
from flight_recorder.render.checkup_json import repair_document
from flight_recorder.render.terminal import Text, folded, joined, line


def plan_text(checkup: Checkup, width: int | None = None) -> Text:
    """Return what a repair would do, thing by thing; or that there is nothing to do."""
    plan = repairs(checkup)
    if not plan:
        return line(
            ("All is well.", "green") if is_well(checkup) else ("Nothing of this can be repaired from here.", "")
        )
    lines = [line(("A repair would:", "bold"))]
    for number, repair in enumerate(plan, 1):
        first, *more = _does(repair)
        lines += [line(f"  {number}. {first}"), *(line(f"     {each}") for each in more)]
    return joined([part for each in lines for part in folded(each, width, 5)])


def _does(repair: Repair) -> tuple[str, ...]:
    names = _names(repair)
    match repair.action:
        case Action.CLOSE:
            return ("close to all but you (folders 0700, files 0600):", names)
        case Action.SALVAGE:
            return (
                "put a new store, with every session that loads, in the place of the damaged one, which stays"
                " beside it as store.db.damaged-DATE",
            )
        case Action.DRAIN:
            return ("move into the store, up to where they can be read:", names)
        case Action.SET_ASIDE:
            return ("then rename to NAME.damaged-DATE, so that they are not read again:", names)
        case Action.CLEAR:
            return ("clear away the unfinished store of a repair that was killed",)
        case Action.SWEEP:
            return (f"delete the values that no session has ({size_text(repair.bytes)})",)
        case Action.COMPACT:
            return (f"write store.db anew without what is free in it ({size_text(repair.bytes)})",)


def _names(repair: Repair) -> str:
    return listed(["the folder itself" if name == "." else name for name in repair.names], MAX_NAMES)


def done_text(done: Sequence[Done], width: int | None = None) -> Text:
    """Return what came of each repair."""
    return joined([part for each in done for text in _done(each) for part in folded(text, width, 4)])


def _done(done: Done) -> Iterator[Text]:
    if done.left:
        yield line(("Not done: ", "bold red"), f"{done.repair.action} ({_names(done.repair)})")
    else:
        yield line(("Done: ", "green"), _did(done))
    if done.aside:
        yield line(f"  The damaged store lies beside the new one, as {done.aside}")
    if done.lost:
        what = counted(len(done.lost), "session")
        yield line(f"  {what} could not be loaded, and can only be found there: {ids_text(done.lost)}")
    for why in done.left:
        yield line(f"  {why}")


def _did(done: Done) -> str:
    names = _names(done.repair)
    match done.repair.action:
        case Action.CLOSE:
            return f"closed to others: {names}"
        case Action.SALVAGE:
            return f"{counted(len(done.kept), 'session')} salvaged into a new store"
        case Action.DRAIN:
            return f"moved into the store: {names}"
        case Action.SET_ASIDE:
            return f"set aside: {names}"
        case Action.CLEAR:
            return "cleared away what a repair that was killed had made"
        case Action.SWEEP:
            return "deleted what no session has"
        case Action.COMPACT:
            return "wrote store.db anew"


def outcome_text(after: Checkup) -> Text:
    """Return in one line how things are after the repairs."""
    if is_well(after):
        return line(("All is well now.", "green"))
    return line(("Something is left: flight-recorder doctor says what.", "yellow"))


def done_document(done: Done) -> Document:
    """Return what came of one repair."""
    return {
        **repair_document(done.repair),
        "is_done": not done.left,
        "left": list(done.left),
        "kept": list(done.kept),
        "lost": list(done.lost),
        "aside": done.aside or None,
    }
