"""From an argument list to an exit code."""

from __future__ import annotations

import errno
import os
import sys
import traceback
from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

import typer
from typer.main import get_command

from syncd.cli.app import app
from syncd.cli.exit_codes import ExitCode
from syncd.cli.session import Session
from syncd.errors import SyncdError
from syncd.secrets import redact

if TYPE_CHECKING:
    import httpx

    from syncd.clock import Clock

# Typer carries its own copy of click; the class that all wrong usage descends from is the parent of this one.
_WrongUsage: Any = typer.BadParameter.__bases__[0]

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO})
"""Errors of a disk that takes no more."""


def main() -> None:
    """The console script."""
    sys.exit(run(sys.argv[1:], env=os.environ))


def run(
    arguments: Sequence[str],
    *,
    env: Mapping[str, str],
    clock: Clock | None = None,
    transport: httpx.AsyncBaseTransport | None = None,
) -> int:
    """Carry out one command line; gives its exit code. `clock` and `transport` are for tests."""
    session = Session(env=env, clock=clock, transport=transport)
    try:
        code = _command()(args=list(arguments), prog_name="syncd", standalone_mode=False, obj=session)
        session.out.flush()
    except typer.Abort:
        session.note("Interrupted.")
        return ExitCode.INTERRUPTED
    except KeyboardInterrupt:
        session.note("Interrupted. What had been sent is settled by the next run.")
        return ExitCode.INTERRUPTED
    except _WrongUsage as error:
        return _usage(session, error)
    except SyncdError as error:
        session.show_error(error)
        return error.exit_code
    except BrokenPipeError:  # the reader (`head`, a pager) has gone
        _let_stdout_go()
        return ExitCode.FINE
    except OSError as error:
        if error.errno not in _FULL:
            return _bug(session)
        _let_stdout_go()
        session.note(f"Error: The result cannot be written: {error.strerror}.")
        return ExitCode.ERROR
    except Exception:  # noqa: BLE001 - the last boundary: a bug ends with words and a code, without secrets
        return _bug(session)
    return int(code or ExitCode.FINE)


@cache
def _command() -> Any:
    """All commands with their options; to read those of every command takes longer than most commands do."""
    return get_command(app)


def _let_stdout_go() -> None:
    """What is left in it cannot be written; python would complain once more when it flushes at the end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _bug(session: Session) -> int:
    session.note(redact(traceback.format_exc()))
    session.note("This is a bug in syncd. Nothing was sent after the error; please report the lines above.")
    return ExitCode.ERROR


def _usage(session: Session, error: Any) -> int:
    if type(error).__name__ == "NoArgsIsHelpError":
        return ExitCode.USAGE
    session.note(f"Error: {' '.join(error.format_message().splitlines())}")
    if error.ctx is not None:
        session.note(f"  See: {error.ctx.command_path} --help")
    return ExitCode.USAGE
