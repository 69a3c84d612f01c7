"""A copy of the checkout for mutmut to work in. What did not change keeps its time, so that mutmut can go on from there."""

from __future__ import annotations

import filecmp
import shutil
from pathlib import Path

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
    for path in wanted:
        _copy(ROOT / path, folder / path)
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


def _copy(source: Path, target: Path) -> None:
    if target.exists() and filecmp.cmp(source, target, shallow=False):
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)  # with the time of now: later than that of the mutants made from it before
