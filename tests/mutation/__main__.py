"""Drives mutmut over the core and says what became of its mutants.

    python -m tests.mutation                              all of it; takes hours
    python -m tests.mutation reconcile.settle domain      one module, one package
    python -m tests.mutation --work FOLDER                the same in a folder that stays; goes on where it stopped
    python -m tests.mutation --work FOLDER --again        test those once more that survived there
    python -m tests.mutation --work FOLDER --summary      only say what was found there

Fails when a mutant survives that `survivors.toml` does not explain, or when the score of a module is under 95 %.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.mutation import report, workplace

SCORE = 95.0


def main(arguments: list[str]) -> int:
    given = _parse(arguments)
    folder = given.work or Path(tempfile.mkdtemp(prefix="syncd-mutants-"))
    if not given.summary:
        workplace.set_up(folder)
    os.chdir(folder)
    if not given.summary:
        asked = [f"syncd.{module}.*" for module in given.modules] or ["*"]
        if given.again:
            asked = [name for score in report.scores(given.modules) for name in score.left]
        script = str(Path("tests", "mutation", "running.py"))
        chosen = [f"--every={given.every}", *(["--quick"] if given.quick else [])]
        subprocess.run([sys.executable, "-P", script, *chosen, *asked], check=True)
    return report.show(given.modules, least=SCORE, with_changes=given.changes)


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.mutation", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("modules", nargs="*", metavar="MODULE")
    parser.add_argument("--work", type=Path, metavar="FOLDER", help="work there, and leave it as it is at the end")
    parser.add_argument("--again", action="store_true", help="test the survivors once more")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="try only every Nth mutant, as a sample")
    parser.add_argument("--quick", action="store_true", help="try no laws, which are slow")
    parser.add_argument("--summary", action="store_true", help="test nothing")
    parser.add_argument("--changes", action="store_true", help="show what every unexplained survivor changes")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
