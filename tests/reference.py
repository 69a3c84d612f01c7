"""Where other people's recordings and payloads lie; tests read them there, in place."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
REFERENCE = Path(os.environ.get("SYNCD_REFERENCE", ROOT.parent / "shared"))

needs_reference = pytest.mark.skipif(
    not (REFERENCE / "real").is_dir(), reason=f"no reference data at {REFERENCE}; set SYNCD_REFERENCE"
)
