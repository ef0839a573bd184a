"""The command line as the tests of the library call it."""

from tests.baton.cli.conftest import baton, project

__all__ = ["baton", "project"]
