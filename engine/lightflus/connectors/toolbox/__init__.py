"""What several connectors do alike: lines, retries, rows, keys and values, splits one after the other."""
