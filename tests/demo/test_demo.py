"""`syncd demo`: the whole story, told in this process, and a sandbox that stays for another one."""

import io
import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from syncd.cli.demo import demonstrate
from syncd.cli.session import Session
from syncd.reconcile.catalogue import KINDS

ENV = {"PATH": os.environ["PATH"], "SYNCD_ACTOR": "demo", "COLUMNS": "100"}
SYNCD = (sys.executable, "-m", "syncd")


@dataclass(frozen=True, kw_only=True)
class Told:
    """What one run of the demo said and left."""

    code: int
    text: str
    folder: Path

    @property
    def page(self) -> str:
        return (self.folder / "report.html").read_text(encoding="utf-8")

    def kinds(self) -> set[str]:
        """Every kind of drift of which the journal has an episode, resolved ones too."""
        with sqlite3.connect(self.folder / "syncd.db") as journal:
            return {kind for (kind,) in journal.execute("select distinct kind from drifts")}


def run_demo(folder: Path) -> Told:
    out = io.StringIO()
    session = Session(env=ENV, out=out, err=out, stdin=io.StringIO())
    code = demonstrate(session, folder=folder, keep=False, seed=1)
    return Told(code=code, text=" ".join(out.getvalue().split()), folder=folder)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    return run_demo(tmp_path_factory.mktemp("demo") / "demo")


def test_it_ends_well_and_meets_every_core_kind_of_drift(told: Told) -> None:
    assert told.code == 0, told.text
    missing = {kind.code for kind in KINDS.values() if kind.is_core and kind.name not in told.kinds()}
    assert missing == set()
    assert "39 of 39 core kinds" in told.text


def test_every_tale_shows_the_drift_that_it_is_about(told: Told) -> None:
    with sqlite3.connect(told.folder / "syncd.db") as journal:
        shown = {(order, kind) for order, kind in journal.execute("select order_name, kind from drifts")}
    names = {kind.code: kind.name for kind in KINDS.values()}
    lines = (told.folder / "stories.txt").read_text(encoding="utf-8").splitlines()[1:]
    tales = [(order, kind) for order, kind, _ in (line.split(maxsplit=2) for line in lines) if kind != "ok"]
    assert len(tales) > 45
    unseen = [(order, kind) for order, kind in tales if (None if order == "-" else order, names[kind]) not in shown]
    assert unseen == []


def test_orders_with_which_all_is_well_are_left_alone(told: Told) -> None:
    """In sync, picked up, sold over the counter, digital, shipped by the merchant, unpaid: no drift, no effect."""
    lines = (told.folder / "stories.txt").read_text(encoding="utf-8").splitlines()
    quiet = {line.split()[0] for line in lines if line.split()[1] == "ok" and "by syncd" not in line}
    assert len(quiet) >= 10
    with sqlite3.connect(told.folder / "syncd.db") as journal:
        touched = {order for (order,) in journal.execute("select order_name from history where order_name is not null")}
        wrong = {order for (order,) in journal.execute("select order_name from drifts")}
    assert quiet & touched == set()
    (by_hand,) = {line.split()[0] for line in lines if "syncd:manual" in line}
    assert quiet & wrong == {by_hand}, "drift of a tagged order is told, and that is all"


def test_the_stores_own_ledger_says_what_syncd_says(told: Told) -> None:
    (said,) = re.findall(r"Applying it (creates.*?customers)", told.text)
    (truth,) = re.findall(r"own ledger: (.*?mails)", told.text)
    planned, happened = ([int(number) for number in re.findall(r"\d+", words)] for words in (said, truth))
    created, numbers, cancelled, asked, held, notified = planned
    assert happened == [created, numbers, cancelled + asked, held, 0, notified]
    assert notified == 0
    assert created >= 10


def test_a_second_pass_finds_nothing_left_to_do(told: Told) -> None:
    assert "Nothing left to do" in told.text


def test_the_report_stands_alone(told: Told) -> None:
    assert told.page.startswith("<!doctype html>") or told.page.startswith("<!DOCTYPE html>")
    assert (
        re.findall(r'(?:src|href)\s*=\s*["\']?(?!#|data:|https?://admin)[^"\'>]*\.(?:js|css|png|woff2?)', told.page)
        == []
    )
    assert "https://cdn" not in told.page


def test_a_folder_of_somebody_else_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / "syncd.toml").write_text("precious", encoding="utf-8")
    done = subprocess.run(
        [*SYNCD, "demo", "--folder", str(tmp_path)], env=ENV, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 64
    assert "did not make" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["syncd.toml"]


@pytest.fixture
def kept(told: Told, tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], Path]]:
    """A demo in a folder where one was before, that goes on running after its story."""
    folder = Path(shutil.copytree(told.folder, tmp_path / "demo"))
    (folder / "notes.txt").write_text("mine", encoding="utf-8")
    with subprocess.Popen(
        [*SYNCD, "demo", "--keep", "--folder", str(folder)], env=ENV, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        try:
            for line in process.stdout:
                if "Ctrl-C stops it" in line:
                    break
            yield process, folder
        finally:
            process.kill()


def test_a_second_run_may_stay_answers_another_process_and_stops_when_asked(
    kept: tuple[subprocess.Popen[str], Path],
) -> None:
    process, folder = kept
    assert (folder / "notes.txt").read_text(encoding="utf-8") == "mine"
    last = _syncd("drift", "--last", "--format", "json", "--config", str(folder / "syncd.toml"))
    assert len(json.loads(last.stdout)["drifts"]) > 20
    waits = _syncd("approvals", "--format", "json", "--config", str(folder / "syncd.toml"))
    assert waits.returncode == 0, waits.stderr
    assert waits.stdout.count('"step') + waits.stdout.count('"id"') >= 3
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=15) == 0


def _syncd(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*SYNCD, *words], env=ENV, capture_output=True, text=True, timeout=60, check=False)
