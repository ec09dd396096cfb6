"""Programs put together at random: the same seed and number give the same program."""

from bench.rootcause.generate.pipeline import failing_case, healthy_case

__all__ = ["failing_case", "healthy_case"]
