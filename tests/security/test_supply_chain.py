"""What syncd stands on: exact versions, few of them, under licences that fit; and what this does not show."""

import ast
import re
import tomllib
from importlib.metadata import distribution, requires

import pytest

from tests.reference import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
FREE = re.compile(r"MIT|BSD|Apache|PSF|Python Software Foundation|ISC|MPL|Mozilla|LGPL|Unlicense|CC0", re.IGNORECASE)


def named(requirement: str) -> str:
    return re.match(r"[A-Za-z0-9_.-]+", requirement).group().lower().replace("_", "-")


def runtime() -> set[str]:
    """Every distribution that `pip install syncd` brings, and theirs."""
    found: set[str] = set()
    pending = [named(one) for one in PROJECT["dependencies"]]
    while pending:
        name = pending.pop()
        if name not in found:
            found.add(name)
            pending += [named(one) for one in requires(name) or () if "extra ==" not in one and _is_here(one)]
    return found


def _is_here(requirement: str) -> bool:
    """Whether its marker fits this machine; what is not installed is for others."""
    try:
        distribution(named(requirement))
    except ModuleNotFoundError:
        return False
    return True


def test_every_distribution_at_run_time_is_pinned_exactly():
    pins = dict(line.split("==") for line in (ROOT / "constraints.txt").read_text().splitlines())
    pinned = {name.lower().replace("_", "-"): version for name, version in pins.items()}
    for name in runtime():
        assert pinned.get(name) == distribution(name).version, name


def test_the_run_script_installs_nothing_past_the_pins():
    script = (ROOT / "run").read_text()
    installs = re.findall(r"-m pip (?:[^\n]*\\\n)*[^\n]*", script)
    assert installs
    assert all("-c constraints.txt" in one for one in installs)


@pytest.mark.parametrize("name", sorted(runtime()))
def test_every_licence_at_run_time_is_known_and_free(name):
    meta = distribution(name).metadata
    said = [meta.get("License-Expression") or "", meta.get("License") or "", *(meta.get_all("Classifier") or ())]
    assert any(FREE.search(one) for one in said), said


def test_the_product_runs_no_shell_evaluates_nothing_and_unpickles_nothing():
    forbidden = {"eval", "exec", "compile", "__import__", "pickle", "marshal", "shelve", "yaml", "system", "popen"}
    for folder in ("syncd", "adapters"):
        for file in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text())):
                match node:
                    case ast.Call(func=ast.Name(id=name)) if name in forbidden:
                        pytest.fail(f"{file}: {name}")
                    case ast.Call(func=ast.Attribute(attr=("system" | "popen") as name)):
                        pytest.fail(f"{file}: {name}")
                    case ast.keyword(arg="shell", value=ast.Constant(value=True)):
                        pytest.fail(f"{file}: shell=True")
                    case ast.Import(names=names) if {one.name.partition(".")[0] for one in names} & forbidden:
                        pytest.fail(f"{file}: imports")
                    case ast.ImportFrom(module=str(name)) if name.partition(".")[0] in forbidden:
                        pytest.fail(f"{file}: imports {name}")
