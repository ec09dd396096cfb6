"""Five agents on LangGraph that qualify a sales lead; see README.md beside this file."""
