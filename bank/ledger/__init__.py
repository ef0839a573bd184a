"""The bank itself: its records and rules, what can be asked of it, and the ways to reach it (a file, or HTTP)."""
