"""Asking language models, within a budget."""
