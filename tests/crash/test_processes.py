"""SIGKILL, SIGSTOP, SIGTERM, two at once, a restarted database, a full disk: with real processes, files and sockets."""

import asyncio
import os
import re
import resource
import signal
import socket
import sqlite3
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, closing, contextmanager, suppress
from datetime import timedelta
from pathlib import Path

import pytest

from syncd.apply import BATCH
from tests.crash.cluster import own_cluster
from tests.crash.processes import PATIENCE_S, Town, new_town
from tests.journal.conftest import make_empty, own_database

NUMBERS = [f"YT222952127216444{digit}" for digit in range(6)]


def _is_done_once(town: Town, numbers: Sequence[str] = NUMBERS) -> None:
    made = sorted(number for entry in town.store.ledger.created() for number in entry.detail["numbers"])
    told = sorted(number for entry in town.store.ledger.notifications() for number in entry.detail["numbers"])
    assert made == sorted(numbers)
    assert told == sorted(numbers)


@pytest.mark.parametrize("moment", ["before it is done", "before it is answered", "and it is lost"])
async def test_a_run_killed_while_it_writes_is_finished_by_the_next_and_doubles_nothing(
    tmp_path: Path, moment: str
) -> None:
    async with new_town(tmp_path) as town:
        for number in NUMBERS:
            town.order_shipped(number)

        async def die(town: Town) -> bool:
            await town.kill()
            return moment != "and it is lost"

        town.awaited = 3
        if moment == "before it is answered":
            town.after = die
        else:
            town.before = die
        code, said = await town.reconcile()
        assert code == -9, said
        # The dead run holds the store until its lease ends; what it sent may be settled by then.
        town.later(timedelta(seconds=61))
        code, said = await town.reconcile()
        assert code == 0, said
        _is_done_once(town)


async def test_of_two_runs_at_once_one_works_and_the_other_gives_up_with_75(tmp_path: Path) -> None:
    async with new_town(tmp_path) as town:
        for number in NUMBERS:
            town.order_shipped(number)
        codes: list[int] = []

        async def another(town: Town) -> bool:
            code, said = await town.reconcile("--wait", "1s")
            assert "another run holds the store" in said
            codes.append(code)
            return True

        town.awaited, town.before = 1, another
        assert (await town.reconcile())[0] == 0
        assert codes == [75]
        _is_done_once(town)


async def test_of_two_runs_at_once_the_second_waits_and_finds_nothing_to_do(tmp_path: Path) -> None:
    async with new_town(tmp_path) as town:
        for number in NUMBERS:
            town.order_shipped(number)

        async def another(town: Town) -> bool:
            await town.syncd("reconcile", "--yes", "--wait", "1m")
            return True

        town.awaited, town.before = 1, another
        code, said = await town.reconcile()
        assert code == 0, said
        code, said = await town.ended(town.processes[1])
        assert code == 0, said
        assert town.creates == len(NUMBERS)
        _is_done_once(town)


async def test_a_run_that_was_stopped_longer_than_its_lease_writes_nothing_more(tmp_path: Path) -> None:
    """SIGSTOP while one request is on the wire and some orders are still to come; another run does them; then SIGCONT."""
    numbers = [f"YT22295212721645{digit:02}" for digit in range(BATCH + 2)]
    async with new_town(tmp_path) as town:
        for number in numbers:
            town.order_shipped(number)
        sent: list[int] = []

        async def stop(town: Town) -> bool:
            zombie = town.processes[0]
            await _stopped(town, zombie)
            town.later(timedelta(seconds=61))
            code, said = await town.reconcile()
            assert code == 0, said
            sent.append(town.creates)
            town.signal(signal.SIGCONT, zombie)
            return False  # what was on the wire for so long is lost

        town.awaited, town.before = 3, stop
        code, said = await town.reconcile()
        assert (code, "is no longer the newest" in said) == (75, True), said
        assert sent == [town.creates], "it sent nothing after it woke up"
        _is_done_once(town, numbers)


async def _stopped(town: Town, process: Process) -> None:
    """Stop it where it waits for one answer and holds no lock: who is stopped in a transaction keeps all others from writing.

    Nor may a call be about to leave: our stated time runs ahead of the time that its deadline goes by.
    """
    with closing(sqlite3.connect(town.folder / "syncd.db", timeout=0, isolation_level=None)) as journal:
        while True:
            town.signal(signal.SIGSTOP, process)
            with suppress(sqlite3.OperationalError):
                journal.execute("BEGIN IMMEDIATE")
                (waiting,) = journal.execute("SELECT count(*) FROM intents WHERE state = 'sent'").fetchone()
                journal.execute("ROLLBACK")
                if waiting == 1:
                    return
            town.signal(signal.SIGCONT, process)
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("answers", [True, False], ids=["to its end", "and is parked"])
async def test_a_daemon_that_is_told_to_stop_ends_in_time_and_forgets_nothing(tmp_path: Path, *, answers: bool) -> None:
    async with new_town(tmp_path, stop_within="25s" if answers else "1s") as town:
        for number in NUMBERS:
            town.order_shipped(number)

        async def terminate(town: Town) -> bool:
            town.signal(signal.SIGTERM)
            if not answers:
                await town.over.wait()
            return answers

        town.awaited, town.before = 3, terminate
        code, said = await town.ended(await town.syncd("run"))
        assert code == 0, said
        assert ("round.parked" in said) is not answers
        town.later(timedelta(seconds=61))
        code, said = await town.reconcile("--wait", "1s")
        assert code == 0, said
        _is_done_once(town)


async def test_a_signal_stops_every_write_at_once_and_looking_goes_on(tmp_path: Path) -> None:
    numbers = [f"YT22295212721{place:05}" for place in range(30)]
    async with new_town(tmp_path) as town:
        for number in numbers:
            town.order_shipped(number)
        by_then: list[int] = []

        async def pull(town: Town) -> bool:
            town.signal(signal.SIGUSR1)
            await _says(town, "paused by SIGUSR1")
            by_then.append(town.creates)
            return True

        town.awaited, town.before = 3, pull
        daemon = await town.syncd("run", "--once")
        code, said = await town.ended(daemon)
        assert code == 3, said
        assert town.creates < len(numbers)
        assert "writes.paused" in said
        assert town.creates <= by_then[0] + 8, "what was on its way may end; nothing new leaves"
        code, said = await town.reconcile()
        assert code == 4, said
        assert (await town.ended(await town.syncd("resume")))[0] == 0
        code, said = await town.reconcile()
        assert code == 0, said
        _is_done_once(town, numbers)


async def test_a_configuration_is_taken_over_whole_or_not_at_all_while_the_daemon_runs(tmp_path: Path) -> None:
    async with asyncio.timeout(PATIENCE_S), new_town(tmp_path) as town, _told_by(tmp_path / "notify") as told:
        file, fine = tmp_path / "syncd.toml", (tmp_path / "syncd.toml").read_text()
        daemon = await town.syncd("run", env={"NOTIFY_SOCKET": str(tmp_path / "notify")})
        await _until(lambda: "READY=1" in told())
        await _says(town, "last pass ended")  # what is in hand ends under the old one
        file.write_text(fine.replace('mode = "act"', 'mode = "atc"'))
        town.signal(signal.SIGHUP, daemon)
        await _until(lambda: told().count("READY=1") == 2)
        town.order_shipped(NUMBERS[0])
        file.write_text(fine.replace('mode = "act"', 'mode = "observe"'))
        town.signal(signal.SIGHUP, daemon)
        await _until(lambda: told().count("READY=1") == 3)
        town.later(timedelta(minutes=6))
        await _says(town, "1 open drifts")
        assert town.creates == 0, "it only observes now"
        file.write_text(fine)
        town.signal(signal.SIGHUP, daemon)
        town.later(timedelta(minutes=6))
        await _until(lambda: bool(town.store.ledger.created()))
        town.signal(signal.SIGTERM, daemon)
        code, said = await town.ended(daemon)
        assert code == 0, said
        assert "config.not_reloaded" in said
        assert "syncd.toml" in said
        assert said.count("config.reloaded") == 2
        assert told().count("RELOADING=1") == 3
        assert {"WATCHDOG=1", "STOPPING=1"} <= set(told())


@asynccontextmanager
async def _told_by(address: Path) -> AsyncIterator[Callable[[], list[str]]]:
    """What the daemon tells the service manager, so far."""
    heard: list[str] = []

    def told() -> list[str]:
        with suppress(BlockingIOError):
            while True:
                heard.extend(listener.recv(4096).decode().splitlines())
        return heard

    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(str(address))
        listener.setblocking(False)
        yield told


async def _says(town: Town, words: str) -> None:
    """Wait until `syncd status` says so."""
    while words not in (await town.ended(await town.syncd("status")))[1]:
        pass


async def _until(is_so: Callable[[], bool]) -> None:
    while not is_so():  # noqa: ASYNC110 - another process
        await asyncio.sleep(0.02)


@pytest.mark.parametrize("engine", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
async def test_of_two_daemons_one_takes_over_what_the_other_left(tmp_path: Path, engine: str) -> None:
    with _database(engine) as url:
        async with new_town(tmp_path, database=url) as town:
            for number in NUMBERS:
                town.order_shipped(number)

            async def die(town: Town) -> bool:
                first = town.processes[0]
                await town.syncd("run")
                first.kill()
                await first.wait()
                town.later(timedelta(seconds=61))
                town.awaited = len(NUMBERS) + 1  # one was sent and is sent again
                return False

            town.awaited, town.before = 3, die
            code, said = await town.ended(await town.syncd("run"))
            assert code == -signal.SIGKILL, said
            town.before = None
            await asyncio.wait_for(town.shopped.wait(), PATIENCE_S)
            town.signal(signal.SIGTERM)
            code, said = await town.ended(town.processes[-1])
            assert code == 0, said
            _is_done_once(town)


@contextmanager
def _database(engine: str) -> Iterator[str]:
    """An empty journal of our own."""
    if engine == "sqlite":
        yield "sqlite:///syncd.db"
        return
    with own_database(f"syncd_processes_{os.getpid()}") as url:
        make_empty(url)
        yield url.replace("postgresql+psycopg:", "postgresql:")


@pytest.mark.postgres
async def test_a_server_that_restarts_under_a_run_is_waited_for(tmp_path: Path) -> None:
    with own_cluster() as cluster:
        make_empty(cluster.url.replace("postgresql:", "postgresql+psycopg:"))
        async with new_town(tmp_path, database=cluster.url) as town:
            for number in NUMBERS:
                town.order_shipped(number)

            async def restart(town: Town) -> bool:
                await asyncio.to_thread(cluster.control, "restart", "-m", "immediate")
                return True

            town.awaited, town.before = 3, restart
            code, said = await town.reconcile()
            assert code in {0, 3}, said
            assert "Traceback" not in said
            town.later(timedelta(seconds=61))
            code, said = await town.reconcile()
            assert code == 0, said
            _is_done_once(town)


async def test_a_disk_that_is_full_under_a_run_is_told_and_the_next_run_goes_on(tmp_path: Path) -> None:
    """No file of the process may grow any more: its journal cannot be written to."""
    async with new_town(tmp_path) as town:
        for number in NUMBERS:
            town.order_shipped(number)

        async def fill(town: Town) -> bool:
            size = max(file.stat().st_size for file in town.folder.glob("syncd.db*"))
            resource.prlimit(town.processes[-1].pid, resource.RLIMIT_FSIZE, (size, size))
            return True

        town.awaited, town.before = 1, fill
        code, said = await town.reconcile()
        assert code == 1, said
        assert "The journal failed:" in said
        assert "Traceback" not in said
        town.later(timedelta(seconds=61))
        code, said = await town.reconcile()
        assert code == 0, said
        _is_done_once(town)


TINY = """
mkdir disk && mount -t tmpfs -o size=8m tiny disk || exit 99
cp syncd.db syncd.key disk/
dd if=/dev/zero of=disk/filler bs=64k count=200 2>/dev/null
{python} -m syncd drift --last --format html --output disk/report.html; echo "code $?"
{python} -m syncd reconcile --yes --config disk.toml; echo "code $?"
ls -A disk; rm disk/filler
{python} -m syncd reconcile --yes --wait 1s --config disk.toml; echo "code $?"
"""


async def test_on_a_disk_that_was_full_all_goes_on_when_there_is_room(tmp_path: Path) -> None:
    """A real one of a megabyte, in a namespace of its own."""
    async with new_town(tmp_path) as town:
        assert (await town.reconcile())[0] == 0
        text = (tmp_path / "syncd.toml").read_text()
        (tmp_path / "disk.toml").write_text(text.replace("sqlite:///", "sqlite:///disk/"))
        for number in NUMBERS:
            town.order_shipped(number)
        script = TINY.format(python=sys.executable)
        _, said = await town.ended(
            await town.start("unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script)
        )
        if "code" not in said:
            pytest.skip(f"no file system of our own can be mounted here: {said.strip().splitlines()[-1:]}")
        assert re.findall(r"^code (\d+)", said, re.MULTILINE) == ["1", "1", "0"], said
        assert "report.html cannot be written: No space left on device." in said
        assert re.search(r"The journal failed: (database or disk is full|disk I/O error)", said)
        assert "Traceback" not in said
        assert not re.search(r"^report|^\.report", said, re.MULTILINE), "nothing half is left"
        _is_done_once(town)


async def test_results_that_cannot_be_written_end_with_words(tmp_path: Path) -> None:
    async with new_town(tmp_path) as town:
        script = f"{sys.executable} -m syncd drift --format csv > /dev/full"
        code, said = await town.ended(await town.start("sh", "-c", script))
        assert (code, "No space left on device" in said, "Traceback" in said) == (1, True, False), said
