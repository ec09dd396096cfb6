"""The nouns. Imports nothing of ours but itself; no I/O, no clock."""
