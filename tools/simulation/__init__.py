"""A cluster in one process, one thread and virtual time: the coordinator's own code among doubles that fail."""
