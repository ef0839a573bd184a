"""A home with a trained router, which every check of the suite copies."""

from tests.ready import furnished, ready

__all__ = ["furnished", "ready"]
