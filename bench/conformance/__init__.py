"""Conformance: the same small pipelines, recorded, edited and resumed on several tools. See docs/conformance.md."""
