"""What more than one test needs."""

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real open data beside the checkout; tests that need it are skipped, with this reason, without."""
    folder = Path(__file__).resolve().parents[1].parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"real open data not present ({folder.name} beside the checkout)")
    return folder
