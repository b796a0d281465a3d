"""Real jobs, killed again and again: `python -m tools.chaos` reads their sinks back and prints what it has found."""
