"""Typed steps, and the functions that a step calls: effects, approvals, counters, gates."""
