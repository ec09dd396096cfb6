"""The hot path: call -> verdict -> serve or run -> events. Never sees SQLite, never raises into the program."""
