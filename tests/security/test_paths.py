"""Files: links and devices lead nowhere, and what is written can be read by those whom it concerns."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from adapters.stores.orders_export import ADAPTER as EXPORT
from syncd.domain.ports import SupplierQuery
from syncd.errors import ConfigError, PortError, Refused, Transient
from syncd.secrets import resolve
from tests.http.test_client import Script
from tests.http.virtual import EPOCH
from tests.reference import ROOT
from tests.security.feeds import file_feed
from tests.suppliers.rig import ManualClock, ports

TABLE = "Order,Tracking\n#1001,1Z999AA10123456784\n"


@pytest.fixture
def drop(tmp_path: Path) -> Path:
    """A folder into which a supplier delivers, beside one with something that is not theirs."""
    (tmp_path / "private").mkdir()
    (tmp_path / "private" / "secret.csv").write_text(TABLE.replace("1001", "SECRET"))
    (tmp_path / "drop").mkdir()
    return tmp_path / "drop"


@pytest.mark.parametrize("target", ["../private/secret.csv", "/etc/passwd", "../drop2/x.csv", "inner/x.csv"])
async def test_a_link_that_a_supplier_left_is_not_followed_out_of_the_folder(drop, target):
    (drop / "inner").mkdir()
    (drop / "inner" / "x.csv").write_text(TABLE)
    (drop / "tracking.csv").symlink_to(target)
    with pytest.raises(PortError) as caught:
        await file_feed(drop / "tracking.csv").orders(SupplierQuery())
    assert "SECRET" not in str(caught.value)
    assert "root:" not in str(caught.value)


async def test_the_refusal_of_a_link_names_what_to_write(drop):
    (drop / "tracking.csv").symlink_to("../private/secret.csv")
    with pytest.raises(Refused) as caught:
        await file_feed(drop / "tracking.csv").orders(SupplierQuery())
    assert caught.value.code == "leads_elsewhere"
    assert str(drop.parent / "private" / "secret.csv") in caught.value.remedy


async def test_a_link_to_todays_file_in_the_same_folder_is_followed(drop):
    (drop / "2026-11-22.csv").write_text(TABLE)
    (drop / "tracking.csv").symlink_to("2026-11-22.csv")
    read = await file_feed(drop / "tracking.csv").orders(SupplierQuery())
    assert [order.store_order_names for order in read.orders] == [("#1001",)]


async def test_links_in_a_circle_and_links_to_nothing_are_no_file(drop):
    (drop / "tracking.csv").symlink_to("tracking.csv")
    (drop / "gone.csv").symlink_to("nothing.csv")
    for name in ("tracking.csv", "gone.csv"):
        with pytest.raises(Transient, match="cannot read"):
            await file_feed(drop / name).orders(SupplierQuery())


async def test_pipes_devices_and_folders_are_not_read(drop):
    os.mkfifo(drop / "pipe.csv")
    (drop / "folder.csv").mkdir()
    for place in (drop / "pipe.csv", drop / "folder.csv", Path("/dev/zero"), Path("/proc/self/mem")):
        with pytest.raises(PortError):
            await file_feed(place).orders(SupplierQuery())
        export = EXPORT.build("s", EXPORT.settings(file=str(place)), ports(ManualClock(EPOCH), Script()))
        with pytest.raises(PortError):
            await export.find("#1")


@pytest.mark.parametrize("name", ["../x", "a/b", "/etc/passwd", ".hidden", ".."])
def test_a_credential_is_a_plain_name(name, tmp_path):
    (tmp_path / "inner").mkdir()
    (tmp_path / "x").write_text("outside")
    with pytest.raises(ConfigError):
        resolve(f"cred:{name}", env={"CREDENTIALS_DIRECTORY": str(tmp_path / "inner")}, base_dir=tmp_path)


WRITING = (
    "init --shop example.myshopify.com --output made.toml",
    "plan --output made.json",
    "drift --format html --output made.html",
    "drift --format xlsx --output made.xlsx",
    "history --format csv --output made.csv",
    "db backup made.db",
)


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_nobody_else_may_write_to_what_was_written_and_secrets_are_the_owners_alone(desk, umask):
    desk.shipped()
    before = os.umask(umask)
    try:
        for command in WRITING:
            assert desk.syncd(*command.split(" ")).code == 0
        desk.syncd("reconcile", "--yes")
    finally:
        os.umask(before)
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in desk.folder.iterdir()}
    assert not [name for name, mode in modes.items() if mode & 0o022 and not name.startswith(("syncd.toml", "links"))]
    for name in ("syncd.key", "syncd.db", "made.db"):
        assert modes[name] == 0o600
    if umask == 0o077:
        assert {modes[name] for name in modes if name.startswith("made")} == {0o600}


def test_a_link_in_the_way_of_the_key_is_not_written_through(tmp_path):
    """The key is made beside its place and linked into it: what lies there already stays."""
    from syncd.journal.keys import KeyUnusable, load_key

    (tmp_path / "syncd.key").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(KeyUnusable):
        load_key(tmp_path / "syncd.key")
    assert not (tmp_path / "elsewhere").exists()


def test_check_warns_of_secret_files_that_others_may_read(desk):
    (desk.folder / "token").write_text("shpat_test")
    desk.configure(('token = "env:TOKEN"', 'token = "file:token"'))
    (desk.folder / "token").chmod(0o644)
    found = {check["name"]: check for check in desk.syncd("check", "--format", "json").document["checks"]}
    assert found["secret files"]["state"] == "warn"
    assert found["secret files"]["remedy"] == f"chmod 600 {desk.folder / 'token'}"
    (desk.folder / "token").chmod(0o600)
    found = {check["name"] for check in desk.syncd("check", "--format", "json").document["checks"]}
    assert "secret files" not in found


def test_the_sandbox_takes_nothing_away_that_it_did_not_make(tmp_path):
    """Nor what a tampered list of its files names outside its folder."""
    from syncd.cli.sandboxes import MARK, fresh_folder

    (tmp_path / "outside").write_text("mine")
    folder = tmp_path / "demo"
    folder.mkdir()
    (folder / MARK).write_text("../outside\n/etc/hostname\nmade.txt\n..\n.\n")
    (folder / "made.txt").write_text("x")
    (folder / "mine.txt").write_text("mine")
    fresh_folder(folder)
    assert (tmp_path / "outside").read_text() == "mine"
    assert (folder / "mine.txt").read_text() == "mine"
    assert not (folder / "made.txt").exists()


def test_no_file_of_the_folder_syncd_runs_in_is_run(tmp_path):
    """A script called as a library of ours, in a folder into which others write, is not imported."""
    (tmp_path / "httpx.py").write_text("open('run', 'w').close()")
    script = Path(sys.executable).with_name("syncd")
    subprocess.run([script, "version"], cwd=tmp_path, check=True, capture_output=True, env={"PATH": "/usr/bin:/bin"})
    assert not (tmp_path / "run").exists()
    assert ROOT.is_dir()
