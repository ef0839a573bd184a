"""What a step can do, and the boundary around it."""
