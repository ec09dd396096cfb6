"""Checkup as JSON: the document of `flight-recorder doctor --json`."""

from flight_recorder.model.checkup import Checkup, Folder, StoreState
from flight_recorder.plan.repairs import Repair, is_well, repairs
from flight_recorder.render.as_json import Document


def checkup_document(checkup: Checkup) -> Document:
    """Return all that was found, and what a repair would do."""
    surroundings = checkup.surroundings
    return {
        "home": checkup.folder.path,
        "well": is_well(checkup),
        "folder": _folder(checkup.folder),
        "journals": [
            {
                "name": journal.name,
                "condition": str(journal.condition),
                "bytes": journal.bytes,
                "damaged_at": journal.damaged_at,
                "why": journal.why,
            }
            for journal in checkup.journals
        ],
        "store": _store(checkup.store),
        "versions": dict(surroundings.versions),
        "hooks": [{"name": hook.name, "taken_by": hook.taken_by or None} for hook in surroundings.hooks],
        "environment": [
            {"name": each.name, "value": each.value if each.is_known else None, "known": each.is_known}
            for each in surroundings.variables
        ],
        "repairs": [repair_document(repair) for repair in repairs(checkup)],
    }


def _folder(folder: Folder) -> Document:
    return {
        "origin": str(folder.origin),
        "exists": folder.is_there,
        "owner": folder.owner or None,
        "writable": folder.is_writable,
        "open_to_others": [{"name": path.name, "mode": f"{path.mode:04o}"} for path in folder.open_paths],
        "free_bytes": folder.free_bytes,
        "locks": folder.has_locks,
        "reserves_room": folder.takes_room,
        "set_aside": [{"name": name, "bytes": size} for name, size in folder.set_aside],
        "remains": folder.has_remains,
    }


def _store(store: StoreState) -> Document:
    return {
        "health": str(store.health),
        "bytes": store.bytes,
        "log_bytes": store.log_bytes,
        "why": list(store.why),
        "sessions": store.sessions,
        "lost": list(store.lost),
        "orphans": store.orphans,
        "orphan_bytes": store.orphan_bytes,
        "free_bytes": store.free_bytes,
        "interpreters": [
            {
                "python": one.python,
                "executable": one.executable,
                "sessions": one.sessions,
                "exists": one.is_there,
            }
            for one in store.interpreters
        ],
    }


def repair_document(repair: Repair) -> Document:
    """Return what one repair does, and to what."""
    return {"action": str(repair.action), "names": list(repair.names), "bytes": repair.bytes}
