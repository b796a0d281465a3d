"""What a job is and how it is laid out: values and plain functions over them; no I/O, no clock, no Arrow."""
