"""Sources: the files that a recorded session is known to depend on, before any replay has told more."""

import os

from flight_recorder.model.session import Session
from flight_recorder.model.start import Cells, EntryCall, OneTest, Program, Unstartable
from flight_recorder.replay.notebooks import notebook_of


def sources_of(session: Session) -> list[str]:
    """Return the files of what the session's fingerprints consist of, and of what starts it again."""
    files = [_started(session)]
    for fingerprint in session.fingerprints.values():
        files.append(fingerprint.file)
        places = (part.place.rpartition(":")[0] for part in fingerprint.parts)
        files += [os.path.join(session.launch.root, place) for place in places if place]
    return sorted({os.path.realpath(file) for file in files if file and os.path.isfile(file)})


def _started(session: Session) -> str:
    match session.launch.start:
        case Program(script=script):
            return script
        case OneTest(node=node, folder=folder):
            return os.path.join(folder, node.partition("::")[0])
        case Cells() as cells:
            return notebook_of(cells, session.launch)
        case EntryCall(program=program):
            return program.script if program is not None else ""
        case Unstartable():
            return ""
