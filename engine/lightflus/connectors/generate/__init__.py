"""`generate:` and `blackhole:`: made-up rows, and a sink that forgets; for trying and measuring."""
