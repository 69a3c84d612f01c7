"""Every story is told on both engines."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journal.conftest import make_empty, own_database


@pytest.fixture(scope="session")
def postgres_url(worker_id: str) -> Iterator[str]:
    """A database of this worker's own, dropped at the end."""
    with own_database(f"syncd_cycle_{worker_id}_{os.getpid()}") as address:
        yield address


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an up-to-date, empty journal."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/syncd.db"
    address: str = request.getfixturevalue("postgres_url")
    make_empty(address)
    return address
