"""Effects: statements around steps that change what they are given, keep state, or hold what cannot be copied."""

from collections.abc import Callable

from tests.laws.body import Body

Statement = Callable[[Body], None]


def kinds(body: Body) -> list[Statement]:
    """Return the kinds of statement that the program's features allow."""
    return []
