"""The worker of a cluster: runs the parts of jobs that the coordinator has placed here."""
