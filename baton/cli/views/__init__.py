"""How runs, steps, graphs and dead letters look to people and to programs."""
