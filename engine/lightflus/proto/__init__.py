"""The protocol files' generated code, and its translation into the values of `model`."""
