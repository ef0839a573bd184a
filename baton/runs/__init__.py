"""Runs: begun, gone on with, decided, replayed."""
