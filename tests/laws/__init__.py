"""The laws of replay, on random programs and random edits, in real processes. docs/laws.md tells what is tested."""
