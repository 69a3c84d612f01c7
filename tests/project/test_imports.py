"""The import rules hold, and each of them catches what it forbids."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.reference import ROOT

PLANTED = [
    ("syncd/orphan.py", "", "layers"),
    ("syncd/reconcile/planted.py", "import syncd.journal\n", "layers"),
    ("syncd/journal/planted.py", "import syncd.config\n", "layers"),
    ("syncd/reconcile/planted.py", "import time\n", "core"),
    ("syncd/domain/planted.py", "from asyncio import sleep\n", "core"),
    ("adapters/suppliers/planted.py", "import syncd.journal.database\n", "adapters"),
    ("adapters/suppliers/planted.py", "import adapters.suppliers.cj\n", "strangers"),
    ("adapters/sandbox/planted.py", "import adapters.stores.shopify\n", "strangers"),
    ("syncd/config/planted.py", "import adapters.stores.shopify\n", "by-descriptor"),
    ("syncd/cli/planted.py", "import sqlalchemy\n", "door-sqlalchemy"),
    ("adapters/suppliers/planted.py", "import httpx\n", "door-http"),
    ("syncd/observe.py", "import tenacity\n", "door-http"),
    ("syncd/daemon.py", "import apscheduler\n", "door-engine"),
    ("syncd/cycle.py", "import aiosmtplib\n", "door-mail"),
]


@pytest.fixture(scope="module")
def copy(tmp_path_factory) -> Path:
    """The code alone, so that rules can be broken without anybody seeing it."""
    folder = tmp_path_factory.mktemp("copy")
    for name in ("syncd", "adapters"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "*.graphql", "*.j2"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def lint(folder: Path, *contracts: str) -> subprocess.CompletedProcess[str]:
    limits = [argument for contract in contracts for argument in ("--contract", contract)]
    return subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()", *limits],
        capture_output=True, text=True, cwd=folder, check=False, env={"PYTHONPATH": str(folder), "PATH": "/usr/bin:/bin"},
    )  # fmt: skip


def test_the_rules_hold(copy):
    done = lint(copy)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(("file", "code", "contract"), PLANTED, ids=[f"{f}: {c.strip()}" for f, c, _ in PLANTED])
def test_a_planted_violation_is_caught(copy, file, code, contract):
    target = copy / file
    before = target.read_text() if target.exists() else None
    target.write_text((before or "") + "\n" + code)
    try:
        done = lint(copy, contract)
    finally:
        if before is None:
            target.unlink()
        else:
            target.write_text(before)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "BROKEN" in done.stdout
