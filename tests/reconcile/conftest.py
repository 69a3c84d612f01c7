"""What is told is compared with a golden file; `--refresh` writes it anew."""

import difflib
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest


@pytest.fixture
def is_as_kept(request: pytest.FixtureRequest) -> Callable[..., None]:
    """Compares lines with those kept under that name."""

    def compare(name: str, lines: Sequence[str]) -> None:
        golden = Path(__file__).parent / "told" / f"{name}.txt"
        if request.config.getoption("--refresh"):
            golden.write_text("".join(f"{line}\n" for line in lines))
        kept = golden.read_text().splitlines()
        if list(lines) != kept:
            diff = "\n".join(difflib.unified_diff(kept, list(lines), lineterm="", n=1))
            pytest.fail(f"{diff}\nIf this is what you want: pytest tests/reconcile --refresh", pytrace=False)

    return compare
