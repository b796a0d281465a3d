"""`sqlite:`: rows in a table of a SQLite file."""
