"""The tests here share helper modules, some of them tools; importlib mode does not find them by itself."""

from __future__ import annotations

import os
import ssl
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from office_server import Served

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


@pytest.fixture(scope="session")
def safe(environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server over HTTPS as people start it; what it logs never holds its token nor a caller's."""
    from office_client import TOKEN
    from office_server import certificate, running

    folder = tmp_path_factory.mktemp("safe")
    made, key = certificate(folder, "DNS:localhost,IP:127.0.0.1")
    with running(environment, folder / "s", certificate=made, private_key=key) as served:
        yield replace(served, context=ssl.create_default_context(cafile=str(made)))
    log = served.log.read_text()
    assert served.token not in log
    assert TOKEN not in log
