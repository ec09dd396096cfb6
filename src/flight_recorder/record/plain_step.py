"""Plain step: an open step all of whose arguments are plain."""

from typing import Any

import msgspec

from flight_recorder.codec.plain import ids_in
from flight_recorder.codec.survey import Plain
from flight_recorder.model.step import Branch
from flight_recorder.model.value import Value
from flight_recorder.record.binding import Arguments
from flight_recorder.record.context import NOTHING_GIVEN, Scope
from flight_recorder.record.open_step import OpenStep
from flight_recorder.record.taken import changeable
from flight_recorder.record.tracks import Covered

_items = msgspec.json.Decoder(list[msgspec.Raw]).decode


class PlainStep(OpenStep):
    """A step whose arguments *args*, those of the parameters *names*, were captured all at once as *plain*.

    What is to be said of each one is worked out when it is asked for.
    """

    __slots__ = ("args", "names", "plain")

    _inputs: dict[str, Value] | None = None

    def __init__(
        self,
        caller: Scope,
        id: int,
        branch: Branch,
        owner: int,
        is_protected: bool,  # written out: an object for these would cost a sixth of the record
        covered: Covered,
        names: tuple[str, ...],
        args: tuple[Any, ...],
        plain: Plain,
    ) -> None:
        self.recording = caller.recording
        self.id = self.origin = id
        self.branch = branch
        self.owner = owner
        self.given = NOTHING_GIVEN
        self.track = None
        self.caller = caller
        self.is_protected = is_protected
        self.covered = covered
        self.names = names
        self.args = args
        self.plain = plain

    @property
    def inputs(self) -> dict[str, Value]:
        """The values of the arguments as they were when the call began."""
        if self._inputs is None:
            data = _items(self.plain.data)
            self._inputs = dict(zip(self.names, [Value(bytes(one)) for one in data], strict=True))
        return self._inputs

    @property
    def ids(self) -> dict[str, list[int]]:
        """The ids of the parts of each input; they are kept, so no other objects have them."""
        return dict(zip(self.names, ids_in(self.plain), strict=True))

    @property
    def arguments(self) -> Arguments:
        """The arguments that the call could change."""
        return changeable(dict(zip(self.names, self.args, strict=False)))

    def forget_arguments(self) -> None:
        """Keep the arguments no longer."""
        self.args = ()
        self.plain.forget()
