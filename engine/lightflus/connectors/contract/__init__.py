"""What a connector is: its kind, its options, its address, and the table of those that there are."""
