"""What a recorded step costs its caller: `python -m bench.record`."""
