"""The commands, light on purpose: the rest is imported when it is needed."""
