"""What became of the mutants: a score per module, and the survivors that nobody explained."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from mutmut.mutation.data import SourceFileMutationData
from mutmut.mutation.diff_apply import get_diff_for_mutant
from mutmut.stats import status_by_exit_code
from mutmut.utils.file_utils import walk_mutatable_files

EXPLAINED = Path(__file__).with_name("survivors.toml")
_KILLED = {"killed", "timeout", "segfault"}


@dataclass(kw_only=True)
class Score:
    """The mutants of one module. `left`: survivors that are not explained, by mutant."""

    module: str
    verdicts: Counter[str] = field(default_factory=Counter)
    explained: int = 0
    left: dict[str, str] = field(default_factory=dict)

    @property
    def total(self) -> int:
        return self.verdicts.total() - self.verdicts["not checked"]

    @property
    def killed(self) -> int:
        return sum(self.verdicts[verdict] for verdict in _KILLED)

    @property
    def percent(self) -> float:
        return 100.0 * self.killed / self.total if self.total else 100.0


def show(modules: Sequence[str], *, least: float, with_changes: bool) -> int:
    """Print the table; 1 when something is not as it has to be."""
    found = scores(modules)
    print(f"{'module':34} {'mutants':>7} {'killed':>7} {'score':>7} {'equivalent':>10} {'survived':>8}")
    for score in [*found, _sum(found)]:
        numbers = f"{score.total:7} {score.killed:7} {score.percent:6.1f}%"
        print(f"{score.module:34} {numbers} {score.explained:10} {len(score.left):8}")
    for score in found:
        for name, change in score.left.items():
            print(f"survived: {name}")
            if with_changes:
                print(change)
    return int(any(score.left or score.percent < least for score in found))


def scores(modules: Sequence[str]) -> list[Score]:
    """The score of each of these modules of which some mutant has a verdict."""
    return [score for score in _all_scores() if score.total and _is_meant(score.module, modules)]


def _is_meant(module: str, modules: Sequence[str]) -> bool:
    return not modules or any(f"{module}.".startswith(f"syncd.{one}.") for one in modules)


def _sum(scores: Sequence[Score]) -> Score:
    whole = Score(module="all")
    for score in scores:
        whole.verdicts += score.verdicts
        whole.explained += score.explained
        whole.left |= score.left
    return whole


def _all_scores() -> list[Score]:
    known = _Known()
    found = []
    for path in sorted(walk_mutatable_files()):
        data = SourceFileMutationData(path=path)
        data.load()
        score = Score(module=".".join(path.with_suffix("").parts))
        for name, code in data.exit_code_by_key.items():
            verdict = status_by_exit_code[code]
            if _function(name) in known.left_out:
                continue
            score.verdicts[verdict] += 1
            if verdict in {*_KILLED, "not checked"}:
                continue
            change = _change(name, path)
            if known.explains(_function(name), _text(change)):
                score.explained += 1
            else:
                score.left[name] = change
        found.append(score)
    return found


class _Known:
    """What was said of survivors: see `survivors.toml`."""

    def __init__(self) -> None:
        said = tomllib.loads(EXPLAINED.read_text())
        self.left_out = {name for one in said["left_out"] for name in one["functions"]}
        self.patterns = [re.compile(one["pattern"], re.MULTILINE) for one in said["kind"]]
        self.single = {(one["function"], _text(one["change"])) for one in said["survivor"]}

    def explains(self, function: str, change: str) -> bool:
        return (function, change) in self.single or any(pattern.search(change) for pattern in self.patterns)


def _function(mutant: str) -> str:
    """`syncd.reconcile.units.count` of `syncd.reconcile.units.x_count__mutmut_3`."""
    module, _, name = mutant.rpartition("__mutmut_")[0].rpartition(".")
    return f"{module}.{name.removeprefix('x_').replace('xǁ', '').replace('ǁ', '.')}"


def _change(mutant: str, path: Path) -> str:
    """The lines that the mutant takes and gives, without the function's own name."""
    lines = get_diff_for_mutant(mutant, path=path).splitlines()[2:]
    changed = [line for line in lines if line[:1] in {"-", "+"} and "__mutmut_" not in line]
    return "\n".join(changed)


def _text(change: str) -> str:
    return "\n".join(f"{line[:1]} {' '.join(line[1:].split())}" for line in change.strip().splitlines())
