"""What all tests share: the shared data, LibreOffice, hypothesis profiles."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import hypothesis
import pytest

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "tests" / "auditing"), str(ROOT / "tests" / "shop")]

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
def recalculated(soffice: str, tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path], Path]:
    """A function that opens a workbook in LibreOffice, recalculates it and gives the saved .xlsx."""
    profile = tmp_path_factory.mktemp("profile")

    def convert(book: Path) -> Path:
        target = tmp_path_factory.mktemp("recalculated")
        subprocess.run(
            [
                soffice,
                f"-env:UserInstallation={profile.as_uri()}",
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
