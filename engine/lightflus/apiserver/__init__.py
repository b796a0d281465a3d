"""The cluster's door for people and programs: HTTP with JSON in front of the coordinator."""
