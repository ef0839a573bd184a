"""The bank itself: its records, actions and rules, and two ways to reach it: in a file, or over HTTP."""
