"""What the repository promises about itself."""

import re
import subprocess
import tomllib

import pytest

from syncd import __version__
from tests.reference import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())


def pinned() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    return dict(line.split("==") for line in lines)


def named(requirement: str) -> str:
    return re.match(r"[A-Za-z0-9_.-]+", requirement).group().lower().replace("_", "-")


def test_the_changelog_has_an_entry_for_this_version():
    assert f"## {__version__}" in (ROOT / "CHANGELOG.md").read_text()


def test_constraints_are_exact_and_name_no_host():
    for name, version in pinned().items():
        assert re.fullmatch(r"[A-Za-z0-9_.-]+", name)
        assert re.fullmatch(r"[0-9][0-9a-z.]*", version)


def test_every_dependency_is_pinned():
    wanted = [*PROJECT["project"]["dependencies"], *PROJECT["project"]["optional-dependencies"]["test"]]
    wanted += PROJECT["project"]["optional-dependencies"]["lint"]
    names = {name.lower().replace("_", "-") for name in pinned()}
    assert {named(one) for one in wanted} - names - {"syncd"} == set()


@pytest.mark.parametrize("script", ["run", ".ci/run"])
def test_scripts_are_plain_sh(script):
    assert (ROOT / script).stat().st_mode & 0o111
    assert subprocess.run(["sh", "-n", ROOT / script], check=False).returncode == 0
    assert (ROOT / script).read_text().startswith("#!/bin/sh\n")


def test_python_that_is_too_old_is_told_plainly(tmp_path):
    for name in ("run", "pyproject.toml", "constraints.txt"):
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("sh", "cat", "cksum", "dirname"):
        (folder / name).symlink_to(f"/bin/{name}" if name in {"sh", "cat"} else f"/usr/bin/{name}")
    (folder / "python3").write_text("#!/bin/sh\nexit 1\n")
    (folder / "python3").chmod(0o755)
    done = subprocess.run(
        ["/bin/sh", tmp_path / "run", "version"], capture_output=True, text=True, env={"PATH": str(folder)}, check=False
    )
    assert done.returncode == 69
    assert "needs Python 3.11" in done.stderr
    assert not (tmp_path / ".venv").exists()
