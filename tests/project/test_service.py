"""The unit for systemd fits the program: its exit codes, its times, its options; and it is locked in well."""

import re
import shlex
import shutil
import subprocess

import pytest

from syncd.cli import run
from syncd.cli.exit_codes import ExitCode
from syncd.config.models import DaemonTable
from tests.reference import ROOT

UNIT = ROOT / "config" / "syncd.service"


def _value(key: str) -> str:
    (found,) = re.findall(rf"^{key}=(.*)$", UNIT.read_text(encoding="utf-8"), re.MULTILINE)
    return str(found)


def test_what_no_restart_can_cure_is_not_started_again() -> None:
    cured_by_people = {ExitCode.USAGE, ExitCode.CREDENTIALS, ExitCode.CONFIG}
    assert {int(code) for code in _value("RestartPreventExitStatus").split()} == {
        code.value for code in cured_by_people
    }


def test_it_has_longer_to_stop_than_the_step_in_hand() -> None:
    assert int(_value("TimeoutStopSec")) > DaemonTable().stop_within.total_seconds()


def test_its_command_is_one(capsys: pytest.CaptureFixture[str]) -> None:
    words = shlex.split(_value("ExecStart"))[1:]
    assert run([*words, "--help"], env={}) == 0
    assert "--once" in capsys.readouterr().out


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd-analyze here")
def test_it_is_locked_in() -> None:
    asked = ["systemd-analyze", "security", "--offline=true", "--no-pager", str(UNIT)]
    said = subprocess.run(asked, capture_output=True, text=True, check=False)
    if "unrecognized option" in said.stderr:
        pytest.skip("this systemd-analyze looks at running services only")
    (exposure,) = re.findall(r"Overall exposure level for syncd.service: ([\d.]+)", said.stdout)
    assert float(exposure) <= 2.0
    told = re.search(r"`systemd-analyze security` gives it ([\d.]+)", (ROOT / "README.md").read_text(encoding="utf-8"))
    assert told is not None
    assert told[1] == exposure
