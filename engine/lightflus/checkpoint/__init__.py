"""Checkpoints at rest: where their objects lie, what manifests name, how rows are found in them from outside."""
