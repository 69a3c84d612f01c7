"""The README is true: its tables are those of the code, its examples work, its exit codes are all of them.

`pytest tests/project --refresh` writes the generated tables anew.
"""

import re
import tomllib
from pathlib import Path

import pytest
import typer.main

from syncd.cli.app import app
from syncd.cli.exit_codes import ExitCode
from syncd.config import load
from syncd.reconcile.catalogue import BY_CODE
from tests.reference import ROOT

README = ROOT / "README.md"


def section(name: str, text: str) -> str:
    found = re.search(rf"<!-- {name} -->\n(.*?)<!-- /{name} -->", text, re.DOTALL)
    assert found, f"README has no section {name}"
    return found.group(1)


def commands_table() -> str:
    group = typer.main.get_command(app)
    rows = ["| command | does | options |", "|---|---|---|"]
    for name, command in group.commands.items():
        options = sorted(
            {"`" + max(one.opts, key=len) + "`" for one in command.params if one.param_type_name == "option"}
            - {"`--help`", "`--config`"}
        )
        line = (command.help or "").strip().splitlines()[0]
        rows.append(f"| `{name}` | {line} | {' '.join(options)} |")
        for inner, part in getattr(command, "commands", {}).items():
            rows.append(f"| `{name} {inner}` | {(part.help or '').strip().splitlines()[0]} | |")
    return "\n".join(rows) + "\n"


def kinds_table() -> str:
    rows = ["| | kind | what disagrees | severity | answer |", "|---|---|---|---|---|"]
    for code, kind in BY_CODE.items():
        answer = (kind.policy_key and f"`{kind.policy_key}`") or "report"
        rows.append(
            f"| {code} | `{kind.name}` | {kind.title} | {kind.severity.value} | "
            f"{answer if kind.is_detected else 'not detected yet'} |"
        )
    return "\n".join(rows) + "\n"


@pytest.mark.parametrize(("name", "made"), [("commands", commands_table), ("kinds", kinds_table)])
def test_the_tables_are_those_of_the_code(name: str, made, request: pytest.FixtureRequest) -> None:
    text = README.read_text(encoding="utf-8")
    if request.config.getoption("--refresh"):
        begin, end = f"<!-- {name} -->\n", f"<!-- /{name} -->"
        before, _, rest = text.partition(begin)
        README.write_text(f"{before}{begin}{made()}{end}{rest.partition(end)[2]}", encoding="utf-8")
        return
    assert section(name, text) == made(), "run: ./run test tests/project --refresh"


def test_every_exit_code_is_told() -> None:
    told = {int(code) for code in re.findall(r"^\| (\d+) \|", README.read_text(encoding="utf-8"), re.MULTILINE)}
    assert told == {code.value for code in ExitCode}


def test_the_configuration_in_the_readme_loads(tmp_path: Path) -> None:
    (block,) = re.findall(r"```toml\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    tomllib.loads(block)
    file = tmp_path / "syncd.toml"
    file.write_text(block, encoding="utf-8")
    config = load(file, env={"SHOPIFY_TOKEN": "shpat_x"})
    assert list(config.stores) == ["main"]
    assert list(config.suppliers) == ["depot"]


def test_every_command_that_the_readme_names_exists() -> None:
    known = typer.main.get_command(app).commands
    blocks = re.findall(r"`+(?:\n[^`]*?)?(?:\./run|syncd) ([a-z][a-z-]+)", README.read_text(encoding="utf-8"))
    script = (ROOT / "run").read_text(encoding="utf-8")
    checks = set(re.findall(r"^    ([a-z]+)\) ", script, re.MULTILINE))
    assert {"test", "lint"} <= checks
    assert set(blocks) <= set(known) | checks
