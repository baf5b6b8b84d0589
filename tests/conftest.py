"""What all tests share: the shared data, LibreOffice, hypothesis profiles."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest

ROOT = Path(__file__).parents[1]
SYSTEM_PYTHON = "/usr/bin/python3"
PEOPLE = ROOT / "tests" / "people.py"
"""What people do in LibreOffice, for its own Python."""
Do = Callable[..., Path]
sys.path[:0] = [str(ROOT / "tests" / "auditing"), str(ROOT / "tests" / "shop"), str(ROOT / "tools")]

from office_profile import make_profile  # noqa: E402 - a tool, found on the path put before
from postgres_server import postgres_programs, postgres_server  # noqa: E402 - as above

hypothesis.settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
hypothesis.settings.register_profile("dev", deadline=None)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "dev")

# Messages are tested in French unless a test asks otherwise, whatever the machine's language.
os.environ.setdefault("STRATEGY_XL_LANG", "fr")


@pytest.fixture(scope="session")
def shared() -> Path:
    """Folder of the shared data and corpus; the test skips, saying so, where there is none."""
    folder = Path(os.environ.get("STRATEGY_XL_SHARED", ROOT.parent / "shared"))
    if not folder.is_dir():
        pytest.skip(f"no shared data at {folder} (set STRATEGY_XL_SHARED)")
    return folder


@pytest.fixture(scope="session")
def soffice() -> str:
    """The LibreOffice command; in CI a missing one fails the test, elsewhere it skips."""
    command = shutil.which("soffice") or shutil.which("libreoffice")
    if command is None:
        if os.environ.get("CI"):
            pytest.fail("LibreOffice is missing: tools/system_packages.sh installs it")
        pytest.skip("LibreOffice is missing")
    return command


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The address of an empty PostgreSQL of our own; in CI a missing one fails the test, elsewhere it skips.

    One a process: tests with it belong into the group ``postgresql``, which one process runs.
    """
    programs = postgres_programs()
    if programs is None:
        if os.environ.get("CI"):
            pytest.fail("PostgreSQL is missing: tools/system_packages.sh installs it")
        pytest.skip("PostgreSQL is missing")
    with postgres_server(programs) as address:
        yield address


@pytest.fixture(scope="session")
def recalculated(soffice: str, tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path], Path]:
    """A function that opens a workbook in LibreOffice, recalculates it and gives the saved .xlsx."""
    profile = make_profile(tmp_path_factory.mktemp("profile"))

    def convert(book: Path) -> Path:
        target = tmp_path_factory.mktemp("recalculated")
        subprocess.run(
            [
                soffice,
                profile,
                "--headless",
                "--convert-to",
                "xlsx:Calc MS Excel 2007 XML",
                "--outdir",
                str(target),
                str(book),
            ],
            check=True,
            capture_output=True,
            timeout=300,
        )
        return target / f"{book.stem}.xlsx"

    return convert


@pytest.fixture(scope="session")
def people(soffice: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Do]:
    """A function that does things to a workbook in a running LibreOffice and gives the saved file."""
    if (
        not Path(SYSTEM_PYTHON).exists()
        or subprocess.run([SYSTEM_PYTHON, "-c", "import uno"], check=False).returncode
    ):
        if os.environ.get("CI"):
            pytest.fail("python3-uno is missing: tools/system_packages.sh installs it")
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
