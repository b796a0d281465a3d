"""The process that knows which jobs there are, places them on workers and starts them again."""
