"""What tests of the work on a workbook share.

The slips that people make stand in a module of their own, which importlib mode does not find.
"""

import sys
from datetime import date
from pathlib import Path

import pytest

from strategy_xl.build.book import render
from strategy_xl.build.select import only
from strategy_xl.schema.loader import load_default

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(scope="session")
def content() -> bytes:
    """A workbook with eight clients, as people filled it."""
    rows = {"clients": [{"name": f"Client {n}", "revenue": 1000 * n, "hours": n} for n in range(1, 9)]}
    spec = only(load_default(), ["client_matrix"])
    return render(spec, lang="fr", company="", today=date(2027, 3, 1), rows=rows)
