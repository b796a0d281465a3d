"""The data plane on trio: channels, actors, operators, compute threads, and the run of one job."""
