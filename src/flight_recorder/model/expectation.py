"""Expectation: what a program said of its result (`expect=`), and that the result did not meet. Pure."""

import msgspec

WRONG_RESULT = "WrongResult"  # stands where the type of an exception stands, for a result without one


class Expectation(msgspec.Struct, frozen=True, array_like=True):
    """The function that was asked about a result, and how it turned the result down.

    *error* is the type of what it raised; "" when it returned a false value. *error_line* is where in *file*, 0 when
    that is not known.
    """

    function: str  # "module:qualname"
    parameter: str = ""  # the one that took the result; "" when it has no name
    source: str = ""  # the function's own text; "" when it cannot be had
    file: str = ""  # absolute
    line: int = 0  # where *source* begins
    error: str = ""
    message: str = ""
    error_line: int = 0

    @property
    def is_lambda(self) -> bool:
        """Whether it has no name of its own."""
        return self.function.endswith("<lambda>")

    @property
    def summary(self) -> str:
        """What it says against the result, in one line."""
        said = self.message.strip().partition("\n")[0]
        if self.error == "AssertionError" and said:
            return said
        name = self.function.rpartition(":")[2].rpartition(".")[2]
        asked = " ".join(self.source.split()) if self.is_lambda and self.source else f"{name}(result)"
        if not self.error or self.error == "AssertionError":
            return f"it does not meet expect={asked}" if self.is_lambda else f"it does not meet {asked}"
        error = self.error.rpartition(":")[2]
        return f"{asked} raised {error}{f': {said}' if said else ''}"
