"""The command line: each command parses, makes one call, prints, and ends with a code.

What belongs here: words for people and programs, and nothing that decides. What a command needs is imported when it
runs, so that `syncd --help` answers at once.
"""

from syncd.cli.main import main, run

__all__ = ["main", "run"]
