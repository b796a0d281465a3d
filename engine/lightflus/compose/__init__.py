"""Puts a job together from module, plan, connectors and kernel; whoever runs jobs does it by these."""
