"""`file:`: lines in files, followed ones too, and dead letters."""
