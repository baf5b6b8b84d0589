"""The tests here share helper modules, some of them tools; importlib mode does not find them by itself."""

import os
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parents[1] / "tools")]


@pytest.fixture(scope="session")
def bare_environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """An environment without any licence key of xlwings, also none in a user's folder."""
    home = str(tmp_path_factory.mktemp("home"))
    kept = {name: value for name, value in os.environ.items() if name != "XLWINGS_LICENSE_KEY"}
    return {**kept, "HOME": home, "USERPROFILE": home, "LOCALAPPDATA": home, "STRATEGY_XL_LANG": "fr"}


@pytest.fixture(scope="session")
def environment(bare_environment: dict[str, str]) -> dict[str, str]:
    """An environment with the key for noncommercial use; skips where the extra is not installed."""
    for package in ("starlette", "uvicorn"):
        pytest.importorskip(package, reason="the extra is not installed: pip install -e .[server]")
    return {**bare_environment, "XLWINGS_LICENSE_KEY": "noncommercial"}
