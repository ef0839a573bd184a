"""The work of the commands: each module serves one or a few of them."""
