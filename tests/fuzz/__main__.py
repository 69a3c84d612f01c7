"""Fuzz one target, led by coverage: `python -m tests.fuzz TARGET --minutes 5`; without a target it lists them.

Needs the extra `fuzz` (atheris). What is found is printed, and its input kept in the folder that is named at the end.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("target", nargs="?", help="what to fuzz; nothing lists them all")
    parser.add_argument("--minutes", type=float, default=5.0)
    wanted = parser.parse_args()
    try:
        import atheris
    except ImportError:
        sys.exit("Fuzzing led by coverage needs an extra: pip install -c constraints.txt -e '.[test,fuzz]'")
    with atheris.instrument_imports(include=["adapters", "syncd"]):
        from tests.fuzz.targets import TARGETS
    target = TARGETS.get(wanted.target or "")
    if target is None:
        sys.exit("Targets: " + " ".join(TARGETS))
    _quiet()
    folder = Path(tempfile.mkdtemp(prefix=f"fuzz-{target.name}-"))
    for place, seed in enumerate(target.seeds()):
        (folder / f"seed-{place}").write_bytes(seed)
    limits = [f"-max_total_time={wanted.minutes * 60:.0f}", "-timeout=20", "-rss_limit_mb=2048", "-max_len=8192"]
    print(f"{target.name}: corpus and findings in {folder}", flush=True)  # noqa: T201 - a command
    atheris.Setup(["fuzz", str(folder), f"-artifact_prefix={folder}/found-", *limits], target.run)
    atheris.Fuzz()


def _quiet() -> None:
    import logging

    import structlog

    logging.disable(logging.CRITICAL)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))


main()
