"""Written: places that a session changes, told by the statements that give them their first value.

A fingerprint taken in the middle of a session must equal the one that is taken when the next session begins.
"""

from collections.abc import Iterable, Iterator

from flight_recorder.config import Project
from flight_recorder.fingerprint.code import digest_of_text
from flight_recorder.fingerprint.made import Home, home_in_class, home_in_module, making_of
from flight_recorder.fingerprint.places import Place, PlaceKey, Touch, is_written
from flight_recorder.model.fingerprint import Part, PartKind


def as_at_first(
    parts: Iterable[Part], touches: Iterable[Touch], written: set[PlaceKey], project: Project
) -> Iterator[Part]:
    """Yield *parts* with what *touches* change, or *written* says others do, as it was when its module was loaded."""
    changing = [touch.place for touch in touches if touch.place.key in written or is_written(touch, project)]
    homes = {home.label: home for home in map(_home, changing) if home is not None}
    for part in parts:
        if not any(_is_within(part.name, label) for label in homes):
            yield part
    for label, home in homes.items():
        making = making_of(home)
        yield Part(PartKind.CONSTANT, label, making.digest if making is not None else digest_of_text(""))


def _home(place: Place) -> Home | None:
    if isinstance(place.holder, dict):
        return home_in_module(place.holder, place.name)
    return home_in_class(place.holder, place.name) if isinstance(place.holder, type) else None


def _is_within(name: str, label: str) -> bool:
    after = name.removeprefix(label)
    return name.startswith(label) and not (after[:1].isalnum() or after[:1] == "_")
