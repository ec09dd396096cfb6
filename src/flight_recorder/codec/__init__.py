"""Codec: objects to canonical bytes and back. Importers use the modules: capture, decode, preview, tree."""
