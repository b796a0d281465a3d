"""What subtasks do with batches: synchronous, on the slot's thread, one file per family of operators."""
