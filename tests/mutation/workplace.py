"""A copy of the checkout for mutmut to work in. What did not change keeps its time, so that mutmut can go on from there."""

from __future__ import annotations

import filecmp
import json
import shutil
from collections.abc import Iterable
from pathlib import Path

from tests.coverage import TESTS

ROOT = Path(__file__).parents[2]
COPIED = (
    "syncd",
    "adapters",
    "tests",
    "config",
    "pyproject.toml",
    "README.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "run",
)


def set_up(folder: Path) -> None:
    """Make `folder` hold what the checkout holds now."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted = {path.relative_to(ROOT) for name in COPIED for path in _files(ROOT / name)}
    changed = [path for path in wanted if _copy(ROOT / path, folder / path)]
    _forget_reach(folder / "mutants" / "mutmut-stats.json", changed)
    for path in wanted:
        # mutmut copies files that it does not mutate once and never looks at them again.
        copied = folder / "mutants" / path
        if copied.exists() and not copied.with_name(f"{copied.name}.meta").exists():
            _copy(ROOT / path, copied)
    for name in COPIED:
        for path in _files(folder / name):
            if path.relative_to(folder) not in wanted:
                path.unlink()
                (folder / "mutants" / path.relative_to(folder)).unlink(missing_ok=True)


def _files(top: Path) -> list[Path]:
    if top.is_file():
        return [top]
    return [path for path in top.rglob("*") if path.is_file() and "__pycache__" not in path.parts]


def _copy(source: Path, target: Path) -> bool:
    """Whether there was something to copy."""
    if target.exists() and filecmp.cmp(source, target, shallow=False):
        return False
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)  # with the time of now: later than that of the mutants made from it before
    return True


def _forget_reach(kept: Path, changed: Iterable[Path]) -> None:
    """mutmut asks once which functions a test reaches, so what changed has to be asked anew: a test, or all of them."""
    if not kept.exists():
        return
    code = {
        name for path in changed if (name := path.as_posix()).endswith(".py") and name.startswith(("syncd/", *TESTS))
    }
    tests = {path for path in code if Path(path).name.startswith("test_")}
    if code - tests:
        kept.unlink()
    elif tests:
        reach = json.loads(kept.read_text())
        for test in [test for test in reach["duration_by_test"] if test.partition("::")[0] in tests]:
            del reach["duration_by_test"][test]
        for function, known in reach["tests_by_mangled_function_name"].items():
            reach["tests_by_mangled_function_name"][function] = [
                test for test in known if test.partition("::")[0] not in tests
            ]
        kept.write_text(json.dumps(reach))
