"""Fork servers for the tests of one file."""

from collections.abc import Iterator

import pytest

from tests.laws.processes import Servers


@pytest.fixture(scope="module")
def servers() -> Iterator[Servers]:
    servers = Servers()
    yield servers
    servers.close()
