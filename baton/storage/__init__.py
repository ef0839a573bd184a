"""What is kept: one SQLite file, its rows and LangGraph's checkpoints."""
