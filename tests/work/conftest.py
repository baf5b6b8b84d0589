"""What tests of the work on a workbook share.

The slips that people make stand in a module of their own, which importlib mode does not find.
"""

import sys
from datetime import date
from pathlib import Path

import pytest

from strategy_xl.build.book import build, render
from strategy_xl.build.select import only
from strategy_xl.schema.loader import load_default
from strategy_xl.work.recompute import JobReport, recompute_workbook

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(scope="session")
def example(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, JobReport]:
    """The French example after its night of 28 November 2026, and what that night said; not to be changed."""
    path, spec, day = tmp_path_factory.mktemp("example") / "plan.xlsx", load_default(), date(2026, 11, 28)
    build(spec, path, lang="fr", example=True, today=day)
    report = recompute_workbook(path, spec, day)
    assert report.failure is None
    return path, report


@pytest.fixture(scope="session")
def content() -> bytes:
    """A workbook with eight clients, as people filled it."""
    rows = {"clients": [{"name": f"Client {n}", "revenue": 1000 * n, "hours": n} for n in range(1, 9)]}
    spec = only(load_default(), ["client_matrix"])
    return render(spec, lang="fr", company="", today=date(2027, 3, 1), rows=rows)
