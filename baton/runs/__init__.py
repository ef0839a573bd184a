"""Working runs: queue, resume, decide, replay; the graphs that there are."""
