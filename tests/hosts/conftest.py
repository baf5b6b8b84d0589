"""The tests here share helper modules, some of them tools; importlib mode does not find them by itself."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parents[1] / "tools")]

from fake_windows import VBA_ONCE, FakeWindows, with_excel  # noqa: E402 - found by the line above
from good_computer import Programs, good_computer  # noqa: E402

from strategy_xl.hosts.excel import addin  # noqa: E402
from strategy_xl.hosts.machine import Machine  # noqa: E402


@pytest.fixture
def vba_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The VBA is the same for every test: it is made once."""
    monkeypatch.setattr(addin, "_project", VBA_ONCE)


@pytest.fixture
def programs() -> Programs:
    """Nothing but what a test adds."""
    return Programs()


@pytest.fixture
def windows(tmp_path: Path) -> FakeWindows:
    """A Windows with one Excel 16.0 of 64 bits."""
    found = FakeWindows()
    with_excel(found, tmp_path / "Office")
    return found


@pytest.fixture
def machine(vba_once: None, tmp_path: Path, windows: FakeWindows, programs: Programs) -> Machine:
    """A Windows computer on which all is well: Python with its DLLs, Excel, the add-in installed."""
    return good_computer(tmp_path, windows, programs)
