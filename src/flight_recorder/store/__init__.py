"""The store: one SQLite database of sessions, steps and blobs. The only room that sees sqlite3."""
