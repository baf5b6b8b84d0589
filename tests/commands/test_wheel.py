"""The built wheel in a fresh environment, run from another folder, behaves like the checkout."""

from __future__ import annotations

import json
import site
import subprocess
import sys
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The command of the wheel; its environment has the dependencies but not the checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)],
        check=True, capture_output=True,
    )  # fmt: skip
    (wheel,) = folder.glob("*.whl")
    home = folder / "env"
    venv.create(home, with_pip=False)
    scripts = home / ("Scripts" if sys.platform == "win32" else "bin")
    subprocess.run(
        [sys.executable, "-m", "pip", "--python", scripts / "python", "install", "--no-deps", wheel],
        check=True, capture_output=True,
    )  # fmt: skip
    # A path file makes the installed dependencies importable without their own path files, hence without
    # the editable checkout.
    (packages,) = {path for path in site.getsitepackages() if path.endswith("site-packages")}
    (own,) = home.glob("lib/python3*/site-packages")
    (own / "dependencies.pth").write_text(packages + "\n", encoding="utf-8")
    return scripts / "strategy-xl"


def test_wheel_makes_and_recomputes(installed: Path, tmp_path: Path) -> None:
    """Templates, catalogues and example are packed: new, recompute and check work far from the checkout."""

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(installed), *arguments], cwd=tmp_path, capture_output=True, text=True, check=False
        )

    made = run("new", "plan.xlsx", "--with-example", "--today", "2027-03-01")
    assert made.returncode == 0, made.stderr
    done = run("recompute", "plan.xlsx", "--json", "--jobs", "1", "--today", "2027-03-01")
    assert json.loads(done.stdout)[0]["status"] == "unchanged"
    assert run("check", "plan.xlsx").returncode == 0
    python = installed.with_name("python")
    look = (
        "import pathlib, strategy_xl.report as room; "
        "print(*sorted(path.name for path in pathlib.Path(room.__path__[0], 'assets').iterdir()))"
    )
    packed = subprocess.run(
        [str(python), "-c", look], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assets = ROOT / "strategy_xl" / "report" / "assets"
    assert packed.stdout.split() == sorted(path.name for path in assets.iterdir())
    where = subprocess.run(
        [str(python), "-c", "import strategy_xl; print(strategy_xl.__file__)"],
        cwd=tmp_path, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert str(ROOT) not in where.stdout
