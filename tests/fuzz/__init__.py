"""Fuzzing: what reads files of others, and JSON of others, is fed what nobody wrote."""
