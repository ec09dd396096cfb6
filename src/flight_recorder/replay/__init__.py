"""Replay: the program again, in a fresh process, with a decider over a recorded session in its recorder."""
