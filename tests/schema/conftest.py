"""What the tests of templates share: the rows of the example."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

ExampleRow = tuple[str, int, dict[str, str]]
EXAMPLE = Path(__file__).parents[2] / "workbook_templates" / "example"


@pytest.fixture(scope="session")
def example_rows() -> list[ExampleRow]:
    """Every row of the example files: name of the file, line number, cells by column."""
    found: list[ExampleRow] = []
    for path in sorted(EXAMPLE.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as stream:
            found += [(path.stem, line, row) for line, row in enumerate(csv.DictReader(stream), start=2)]
    return found
