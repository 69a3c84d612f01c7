"""`syncd sandbox`: a world that plays without syncd too, and that people can act in from another terminal."""

import json
import os
import re
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from syncd.cli.sandboxes import fresh_folder, sandbox_named, write_files
from syncd.clock import ManualClock
from syncd.errors import UsageError
from tests.cycle.shopworld import START

ENV = {"PATH": os.environ["PATH"], "SYNCD_ACTOR": "demo", "COLUMNS": "100"}
SYNCD = (sys.executable, "-m", "syncd")


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_story_goes_on_when_syncd_never_looks(seed: int) -> None:
    sandbox = sandbox_named("demo", seed=seed, clock=ManualClock(at=START), more_orders=3)
    for moment in sandbox.moments():
        sandbox.play(moment.at)
    told = [tale for tale in sandbox.tales() if tale.order]
    assert len({tale.order for tale in told}) == len(told) == 73
    truth = sandbox.truth()
    assert (truth.fulfillments, truth.mails, truth.doubled) == (0, 0, 0)


def test_the_same_seed_gives_the_same_world() -> None:
    first, second, other = (_numbers(seed) for seed in (5, 5, 6))
    assert first == second != other


def _numbers(seed: int) -> list[Any]:
    sandbox: Any = sandbox_named("demo", seed=seed, clock=ManualClock(at=START))
    sandbox.play(START)
    return [order.number for order in sandbox.stage.cj.orders.values()]


def test_a_folder_keeps_what_syncd_did_not_make(tmp_path: Path) -> None:
    folder = tmp_path / "new"
    fresh_folder(folder)
    write_files(folder, {"syncd.toml": "one"})
    (folder / "mine.txt").write_text("mine", encoding="utf-8")
    fresh_folder(folder)
    assert sorted(path.name for path in folder.iterdir()) == [".made-by-syncd", "mine.txt"]
    (folder / ".made-by-syncd").unlink()
    with pytest.raises(UsageError):
        fresh_folder(folder)


def test_people_can_act_in_a_served_sandbox(tmp_path: Path) -> None:
    folder = tmp_path / "sandbox"
    serving = [*SYNCD, "sandbox", "--port", "0", "--orders", "5", "--folder", str(folder)]
    with subprocess.Popen(serving, env=ENV, stdout=subprocess.PIPE, text=True) as process:
        try:
            control = _control(process)
            assert len(_asked(f"{control}/state")["orders"]) == 75
            _asked(f"{control}/merchant/cancel_order", order="#1006")
            plan = [*SYNCD, "plan", "--format", "json", "--config", str(folder / "syncd.toml")]
            done = subprocess.run(plan, env=ENV, capture_output=True, text=True, timeout=60, check=False)
            assert done.returncode == 0, done.stderr
            assert json.loads(done.stdout)["effects"]["fulfillments_created"] > 20
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=15) == 0
        finally:
            process.kill()


def _control(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    shown = ""
    for line in process.stdout:
        shown += line
        if "Ctrl-C stops it" in line:
            break
    found = re.search(r"control +(http://127\.0\.0\.1:\d+)", shown)
    assert found, shown
    return found[1]


def _asked(url: str, **body: str) -> Any:
    request = urllib.request.Request(url, data=json.dumps(body).encode() if body else None)
    with urllib.request.urlopen(request, timeout=10) as response:
        return json.load(response)
