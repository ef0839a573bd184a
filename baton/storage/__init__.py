"""Storage: one SQLite file with Baton's rows and LangGraph's checkpoints."""
