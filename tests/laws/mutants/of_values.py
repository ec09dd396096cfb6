"""Mutants of values: what a step changed, what it shares, and which of its objects are one."""

from collections.abc import Iterator
from typing import Any

from msgspec.structs import replace

from flight_recorder.record import open_step, places, restoring, served
from flight_recorder.record.keeping import Keeper
from flight_recorder.record.learning import Learner
from flight_recorder.record.making import Makings
from flight_recorder.record.open_step import OpenStep
from tests.laws.model import Feature
from tests.laws.mutants.mutant import put, with_features, with_only


def _changes_not_seen() -> None:
    put(OpenStep, "changed", lambda _self: ({}, []))


def _changes_not_put_back() -> None:
    restored = served.restored_outcome

    def left_alone(*args: Any) -> Any:
        return replace(restored(*args), put_back=lambda: None)

    put(served, "restored_outcome", left_alone)


def _aliases_not_restored() -> None:
    restore = restoring.restore
    put(restoring, "restore", lambda values, _shared, inputs, kept: restore(values, (), inputs, kept))


def _kept_copied() -> None:
    put(Keeper, "kept", lambda _self, _outcome: ())


def _shared_outcome_not_seen() -> None:
    put(open_step, "shared_outcome", lambda _ids, _outcome: ())


def _places_not_seen() -> None:
    put(Learner, "places", lambda _self, _step, _inputs: ())


def _places_not_put_back() -> None:
    put(served, "_placing", lambda _places, _verdict, _values: [])


def _logs_compared() -> None:
    find = Learner._find_places

    def all_compared(self: Learner, *args: Any) -> Iterator[Any]:
        for place in find(self, *args):
            yield replace(place, is_compared=True)

    put(Learner, "_find_places", all_compared)


def _logs_overwritten() -> None:
    put(places, "_add", lambda place, _before, after: lambda: place.write(after))


def _entries_added_up() -> None:
    put(places, "_put", places._add)


def _makers_not_told() -> None:
    namer = Makings.namer
    put(Makings, "namer", lambda self, step, _stands_for: namer(self, step, None))


_STATE = (Feature.GLOBALS, Feature.CELLS)

MUTANTS = {
    "changes of arguments are not seen": with_features(_changes_not_seen, Feature.MUTATION),
    "changes of arguments are not put back": with_features(_changes_not_put_back, Feature.MUTATION),
    "what is one object is not restored": with_features(_aliases_not_restored, Feature.ALIASES),
    "what is one object is not seen": with_features(_shared_outcome_not_seen, Feature.ALIASES),
    "what a global holds is copied when a step gives it": with_only(_kept_copied, Feature.ALIASES),
    "globals and closure cells are not seen": with_features(_places_not_seen, *_STATE),
    "globals and closure cells are not put back": with_features(_places_not_put_back, *_STATE),
    "what is in a log counts as an input": with_only(_logs_compared, Feature.GLOBALS, edit="deleted call"),
    "a log becomes what it was, not what it is and more": with_only(
        _logs_overwritten, Feature.GLOBALS, edit="duplicated call"
    ),
    "what is put in a table is added to what is there": with_only(
        _entries_added_up, Feature.GLOBALS, edit="inserted call"
    ),
    "handles are not told by how they were made": with_only(_makers_not_told, Feature.HANDLES),
}
