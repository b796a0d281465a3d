"""The rules of a job graph, one file per family; `model/validation.py` runs them all."""
