"""Every command by itself: its help, what it says to wrong usage, and what it does without a configuration."""

import json
import os
import resource
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from syncd import __version__
from syncd.cli.app import app
from syncd.cli.main import run
from syncd.config import load
from tests.reference import ROOT

GOLDEN = Path(__file__).parent / "golden"
FAMILIES = {
    "alerts": ("preview",),
    "config": ("validate", "show", "schema", "explain"),
    "db": ("upgrade", "check", "backup"),
}
PROMISED = [
    "init",
    "check",
    "plan",
    "apply",
    "reconcile",
    "drift",
    "explain",
    "fulfill",
    "unfulfill",
    "history",
    "run",
    "demo",
    "sandbox",
    "hold",
    "release",
    "approve",
    "reject",
    "approvals",
    "link",
    "unlink",
    "links",
    "alerts",
    "config",
    "db",
    "adapters",
    "status",
    "version",
]


def commands() -> list[str]:
    names = [(one.name or one.callback.__name__) for one in app.registered_commands]
    families = [f"{family} {name}" for family, members in FAMILIES.items() for name in members]
    return sorted([*names, *FAMILIES, *families])


_ALL_HELP = """
import contextlib, io, json, sys
from syncd.cli.main import run
shown = {}
for command in json.loads(sys.argv[1]):
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        assert run([*command.split(), "--help"], env={}) == 0
    shown[command] = "\\n".join(line.rstrip() for line in out.getvalue().splitlines()).strip() + "\\n"
print(json.dumps(shown))
"""


@pytest.fixture(scope="module")
def helped(tmp_path_factory) -> dict[str, str]:
    """The help of every command, at 100 columns; from one process of its own, since typer looks at the terminal once."""
    env = {**os.environ, "COLUMNS": "100", "TERMINAL_WIDTH": "100", "NO_COLOR": "1", "TERM": "dumb"}
    line = [sys.executable, "-c", _ALL_HELP, json.dumps(["", *commands()])]
    done = subprocess.run(line, capture_output=True, text=True, env=env, cwd=tmp_path_factory.getbasetemp(), check=True)
    return json.loads(done.stdout)


def test_every_promised_command_is_there():
    assert set(PROMISED) <= set(commands())


@pytest.mark.parametrize("command", ["", *commands()])
def test_help_is_what_was_agreed(command, helped, request):
    shown = helped[command]
    golden = GOLDEN / f"{command.replace(' ', '-') or 'syncd'}.txt"
    if request.config.getoption("--refresh"):
        golden.write_text(shown)
    assert shown == golden.read_text(), "refresh with: ./run test tests/cli --refresh"


def test_help_costs_little_more_than_what_draws_it(tmp_path):
    def cpu_s(*words):
        """The least CPU time of three runs: unlike the clock, it does not count what other processes do."""
        took = []
        for _ in range(3):
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            subprocess.run([sys.executable, *words], capture_output=True, cwd=tmp_path, check=True)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            took.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
        return min(took)

    assert cpu_s("-m", "syncd", "--help") < 2.5 * cpu_s("-c", "import typer.rich_utils")


def test_help_loads_nothing_heavy(tmp_path):
    code = (
        "import sys; from syncd.cli.main import run; run(['--help'], env={}); "
        "print([m for m in ('sqlalchemy', 'httpx', 'pydantic', 'structlog', 'jinja2', 'asyncio') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path, check=True)
    assert done.stdout.splitlines()[-1] in {"[]", "['asyncio']"}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["plna"], "No such command 'plna'. Did you mean 'plan'?"),
        (["plan", "--stroe", "x"], "--store"),
        (["plan", "--format", "yaml"], "yaml"),
        (["config", "explian"], "explain"),
        (["apply"], "PLAN"),
        (["explain"], "ORDER|KIND"),
        (["explain", "shiped_not_fulfilled"], 'did you mean "shipped_not_fulfilled"?'),
    ],
)
def test_wrong_usage_ends_with_64_and_says_what_was_meant(arguments, said, capsys):
    assert run(arguments, env={}) == 64
    out, err = capsys.readouterr()
    assert said in err
    assert out == ""


def test_no_arguments_show_the_help(capsys):
    assert run([], env={}) == 64
    assert "Usage" in capsys.readouterr().out


NEED_CONFIG = [
    ["plan"],
    ["apply", "x"],
    ["reconcile", "--yes"],
    ["drift"],
    ["explain", "#1001"],
    ["history"],
    ["status"],
    ["fulfill", "#1001", "--yes"],
    ["unfulfill", "#1001", "--reason", "other", "--yes"],
    ["hold", "#1001", "--yes"],
    ["release", "#1001", "--yes"],
    ["link", "#1001", "cj", "1"],
    ["unlink", "#1001", "cj", "1"],
    ["links"],
    ["approvals"],
    ["approve", "x"],
    ["reject", "--all"],
    ["run", "--once"],
    ["check"],
    ["config", "validate"],
    ["config", "show"],
    ["db", "check"],
    ["db", "upgrade"],
    ["db", "backup", "x"],
]


@pytest.mark.parametrize("arguments", NEED_CONFIG, ids=" ".join)
def test_without_a_configuration_a_command_says_how_to_get_one(arguments, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert run(arguments, env={"HOME": str(tmp_path)}) == 78
    assert "syncd init" in "".join(capsys.readouterr())


@pytest.mark.parametrize(
    "arguments", [one for one in NEED_CONFIG if one[0] not in {"db", "config", "explain"}], ids=" ".join
)
def test_with_an_empty_configuration_a_command_says_what_is_missing(arguments, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "syncd.toml").write_text("")
    assert run(arguments, env={}) == 78
    assert "no store is configured" in "".join(capsys.readouterr())


def test_the_file_may_be_named_before_and_after_the_command(tmp_path, capsys):
    (tmp_path / "c.toml").write_text("")
    for arguments in (
        ["--config", f"{tmp_path}/c.toml", "config", "validate"],
        ["config", "validate", "--config", f"{tmp_path}/c.toml"],
    ):
        assert run(arguments, env={}) == 0
        assert "fine" in capsys.readouterr().out


def test_a_wrong_configuration_is_annotated_for_github(tmp_path, capsys):
    (tmp_path / "c.toml").write_text("[daemn]\n")
    assert run(["--config", f"{tmp_path}/c.toml", "config", "validate"], env={"GITHUB_ACTIONS": "true"}) == 78
    assert f"::error file={tmp_path}/c.toml,line=1::daemn: unknown key" in capsys.readouterr().err


def test_version_agrees_everywhere(capsys):
    assert run(["version"], env={}) == 0
    assert capsys.readouterr().out.startswith(f"syncd {__version__} ")
    assert run(["--version"], env={}) == 0
    assert f"## {__version__}" in (ROOT / "CHANGELOG.md").read_text()


def test_the_description_of_a_kind_needs_no_configuration(capsys):
    assert run(["explain", "A01"], env={}) == 0
    assert run(["explain", "shipped_not_fulfilled"], env={}) == 0


@pytest.mark.parametrize(
    "key", ["stores.main.policy.stale_after", "stale_after", "suppliers.x.source", "alerts.email.smtp"]
)
def test_a_key_is_explained_without_a_configuration(key, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert run(["config", "explain", key], env={}) == 0
    assert "expects" in capsys.readouterr().out


def test_a_key_that_does_not_exist_is_answered_with_the_nearest(capsys):
    assert run(["config", "explain", "stores.main.policy.stale_afer"], env={}) == 64
    assert 'did you mean "stale_after"?' in capsys.readouterr().err


class TestInit:
    """The first configuration."""

    def test_it_loads_and_only_observes(self, tmp_path, monkeypatch, capsys):
        monkeypatch.chdir(tmp_path)
        flags = ["--shop", "https://Demo.myshopify.com/", "--cj", "CJ-", "--feed", "t.csv", "--feed-prefix", 'D"P-']
        assert run(["init", *flags], env={}) == 0
        config = load(tmp_path / "syncd.toml", env={})
        assert config.stores["main"].table.mode == "observe"
        assert config.stores["main"].table.notify_customer == "never"
        assert config.suppliers["depot"].table.lines.sku_prefix == 'D"P-'
        assert "syncd check" in capsys.readouterr().out

    def test_without_suppliers_it_loads_too(self, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        assert run(["init", "--shop", "demo.myshopify.com", "-o", "other.toml"], env={}) == 0
        assert not load(tmp_path / "other.toml", env={}).suppliers

    def test_what_stands_behind_comment_signs_is_right_too(self, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        run(["init", "--shop", "demo.myshopify.com"], env={})
        lines = (tmp_path / "syncd.toml").read_text().splitlines()
        bare = [line.removeprefix("# ") if "=" in line or line.startswith("# [") else line for line in lines]
        tomllib.loads("\n".join(bare[2:]))
        (tmp_path / "all.toml").write_text("\n".join(bare[2:]))
        assert set(load(tmp_path / "all.toml", env={}).suppliers) == {"cj"}

    def test_it_never_overwrites(self, tmp_path, monkeypatch, capsys):
        monkeypatch.chdir(tmp_path)
        (tmp_path / "syncd.toml").write_text("mine")
        assert run(["init", "--shop", "demo.myshopify.com"], env={}) == 64
        assert (tmp_path / "syncd.toml").read_text() == "mine"
        assert "not overwritten" in capsys.readouterr().err

    @pytest.mark.parametrize(
        "flags", [[], ["--shop", "demo"], ["--shop", "demo.myshopify.com", "--token", "shpat_canary0000"]]
    )
    def test_what_could_not_work_is_refused_and_nothing_written(self, tmp_path, monkeypatch, capsys, flags):
        monkeypatch.chdir(tmp_path)
        assert run(["init", *flags], env={}) == 64
        assert not (tmp_path / "syncd.toml").exists()
        assert "canary" not in capsys.readouterr().err
