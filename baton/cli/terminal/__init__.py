"""What is written to a terminal, and how a command is called."""
