"""Ways: by which values got to the failure, as questions and answers of the flow. The nouns of `flow`. Pure."""

from dataclasses import dataclass, field

from flight_recorder.diagnose.code import Key, Path
from flight_recorder.diagnose.look import Part, part_of
from flight_recorder.diagnose.writers import Written
from flight_recorder.model.step import Returned, Step


@dataclass(frozen=True, slots=True)
class Asked:
    """The question where the input *parameter* of *consumer* came from.

    *part* is the value that matters in it, at *path*. *distance* counts the producers between it and the failure.
    *is_culprit* says that *part* is, unchanged, what the exception is about. *led_to* is what the value was needed
    for: the output that was made from it, or the input that it was handed on as; None at the failure.
    """

    consumer: Step
    parameter: str
    path: Path
    part: Part
    distance: int = 0
    is_derived: bool = False
    is_culprit: bool = True
    missing: Key = None  # the key that *part* ought to have
    led_to: "Producer | Asked | None" = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Producer:
    """A step whose output reached the failure.

    *path* is where in its output *part* stands, None when it is not found there. *is_by_value* says that no text
    confirms it; *is_passed_on* that an input of the step held the part already; *below* names a step that it called
    and that gave the part already. *written* is set when it was
    no output, but something that the step changed.
    """

    step: Step
    asked: Asked
    path: Path | None
    is_by_value: bool = False
    is_passed_on: bool = False
    is_derived: bool = False
    written: Written | None = None
    below: str = ""

    @property
    def output(self) -> Part:
        """What it gave: what it returned, or what stood afterwards where it wrote."""
        if self.written is not None:
            return self.written.after or Part(None)
        return part_of(self.step.outcome.value) if isinstance(self.step.outcome, Returned) else Part(None)

    @property
    def distance(self) -> int:
        """How many producers lie between this one and the failure."""
        return self.asked.distance


@dataclass(frozen=True, slots=True)
class Maker:
    """A step whose own code wrote the value down: a constant, an empty list, a computed argument.

    *is_derived* says that it only had a part in what the exception is about; *without* is a key that it left out.
    *asked* is the input that it wrote the value down for; None when that was the failing statement.
    """

    step: Step
    distance: int
    is_derived: bool
    without: Key = None
    asked: Asked | None = None
