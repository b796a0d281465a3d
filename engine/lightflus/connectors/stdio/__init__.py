"""`stdin:` and `stdout:`: the standard streams, on a terminal as a table."""
