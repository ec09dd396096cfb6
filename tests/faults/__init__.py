"""Faults: what may befall the recorder, its files and its machine, each with real processes."""

import pytest

pytest.register_assert_rewrite("tests.faults.kit", "tests.faults.worlds", "tests.faults.test_kills")
