"""Golden files: what a mail looked like when somebody last looked at it and found it good."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from pathlib import Path

import pytest

GOLDEN = Path(__file__).parent / "golden"


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Compare text with the golden file of this name; the failure shows the difference."""

    def compare(name: str, text: str) -> None:
        path = GOLDEN / name
        if request.config.getoption("--refresh"):
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="")
            return
        kept = path.read_bytes().decode() if path.exists() else ""
        diff = difflib.unified_diff(
            kept.splitlines(keepends=True), text.splitlines(keepends=True), f"golden/{name}", "what it is now"
        )
        assert text == kept, f"{''.join(diff)}\nIf this is what you want: pytest tests/alerts --refresh"

    return compare
