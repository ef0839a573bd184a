"""The live resources of a process, and the run in progress."""
