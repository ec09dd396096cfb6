"""Agents on other people's frameworks, with nothing changed: each fails, is debugged, fixed and replayed."""
