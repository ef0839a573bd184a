"""The checks of `baton doctor`, and their view."""
