"""The user's desk of the command tests, and what several threats need."""

from tests.cli.conftest import _logging_is_put_back, desk

__all__ = ["_logging_is_put_back", "desk"]
