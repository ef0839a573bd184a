"""The bake-off: the same messages through every pattern, and the simplest one that is good enough."""
