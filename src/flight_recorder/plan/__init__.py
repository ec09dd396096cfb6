"""Is a recorded step still valid? Pure: no I/O, no clock, and nothing of the user's program is run."""
