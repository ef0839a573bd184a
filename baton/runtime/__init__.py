"""What a process holds open, and the run that is being worked."""
