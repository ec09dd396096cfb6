"""Sharing: which parts of a step's values are one object, as the column `shared` holds it."""

import msgspec

from flight_recorder.model.step import Kept, Pairs


class Sharing(msgspec.Struct, frozen=True, array_like=True):
    """Of the parts of the inputs, and of the outcome, as in `model.step`."""

    inputs: Pairs
    outcome: Pairs
    kept: Kept
