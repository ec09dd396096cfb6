"""Mutants: the engine with one rule broken. The suite must find each of them out, or it would not find a real error.

A mutant is applied in the forked process, before the program or the replay starts.
"""

from tests.laws.mutants import of_code, of_matching, of_rules, of_streams, of_values
from tests.laws.mutants.mutant import Mutant

MUTANTS: dict[str, Mutant] = {
    **of_code.MUTANTS,
    **of_matching.MUTANTS,
    **of_rules.MUTANTS,
    **of_values.MUTANTS,
    **of_streams.MUTANTS,
}
