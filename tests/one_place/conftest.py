"""A copy of the program for each test."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from house import House


@pytest.fixture
def house(tmp_path: Path) -> House:
    """A copy that the test may change."""
    return House.copied(tmp_path / "house")
