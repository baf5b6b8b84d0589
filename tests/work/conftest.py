"""What tests of the work on a workbook share.

The slips that people make stand in a module of their own, which importlib mode does not find.
"""

import json
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from strategy_xl.build.book import build, render
from strategy_xl.build.select import only
from strategy_xl.schema.loader import load_default
from strategy_xl.work.recompute import JobReport, recompute_workbook

sys.path.insert(0, str(Path(__file__).parent))

SYSTEM_PYTHON = "/usr/bin/python3"
PEOPLE = Path(__file__).parents[1] / "book" / "people.py"

Do = Callable[..., Path]


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


@pytest.fixture(scope="session")
def people(soffice: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Do]:
    """A function that does things to a workbook in a running LibreOffice and gives the saved file."""
    if (
        not Path(SYSTEM_PYTHON).exists()
        or subprocess.run([SYSTEM_PYTHON, "-c", "import uno"], check=False).returncode
    ):
        pytest.skip("the system's Python has no UNO (package python3-uno)")
    with socket.socket() as free:
        free.bind(("localhost", 0))
        port = free.getsockname()[1]
    profile = tmp_path_factory.mktemp("profile")
    office = subprocess.Popen(
        [
            soffice,
            f"-env:UserInstallation={profile.as_uri()}",
            "--headless",
            "--norestore",
            f"--accept=socket,host=localhost,port={port};urp;",
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )

    def do(source: Path, *operations: tuple[Any, ...]) -> Path:
        target = tmp_path_factory.mktemp("people") / "plan.xlsx"
        subprocess.run(
            [SYSTEM_PYTHON, str(PEOPLE), str(port), str(source), str(target), json.dumps(operations)],
            check=True,
            timeout=240,
        )
        return target

    yield do
    office.terminate()
    office.wait(60)
