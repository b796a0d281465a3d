"""Decisions of a cluster: statuses, placement, leases, restarts. Pure: facts and times in, wishes out."""
