"""The journal: one append-only file of events per session and process. Never sees SQLite, imports no store."""
