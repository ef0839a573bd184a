"""What `baton doctor` checks."""
