"""Answers to text and JSON. Pure: sessions and diagnoses in, renderables and plain data out."""
