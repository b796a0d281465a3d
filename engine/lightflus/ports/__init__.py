"""The seams of the engine: Protocols that edges implement and the data plane uses, and the values that cross them."""
