from tests.ready import furnished, ready

__all__ = ["furnished", "ready"]
