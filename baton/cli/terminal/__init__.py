"""The terminal: output, tables, progress, signals, shared options, and commands that a person can paste."""
