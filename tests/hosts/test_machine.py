"""What other programs are told of this one's environment."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from strategy_xl.hosts.machine import outer_environment


def test_an_activated_environment_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The Python inside of LibreOffice took its library from there, and died."""
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    for name, value in {
        "PYTHONPATH": "x",
        "PYTHONHOME": "y",
        "VIRTUAL_ENV": str(tmp_path),
        "SX_OTHER": "z",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv(
        "PATH", os.pathsep.join([str(tmp_path / "bin"), "/usr/bin", str(tmp_path / "bin" / "x")])
    )
    kept = outer_environment()
    assert kept["PATH"] == os.pathsep.join(["/usr/bin", str(tmp_path / "bin" / "x")])
    assert {"PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV"} & set(kept) == set()
    assert kept["SX_OTHER"] == "z"


def test_a_python_of_the_system_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without an environment its folder holds other programs too."""
    monkeypatch.setattr(sys, "prefix", sys.base_prefix)
    path = os.pathsep.join([str(Path(sys.base_prefix, "bin")), "/usr/bin"])
    monkeypatch.setenv("PATH", path)
    assert outer_environment()["PATH"] == path


def test_an_activated_conda_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Excel starts conda's Python without activating it: so does who asks whether it answers."""
    conda = tmp_path / "Miniconda3"
    monkeypatch.setenv("CONDA_PREFIX", str(conda))
    monkeypatch.setenv("CONDA_DEFAULT_ENV", "base")
    path = [str(conda), str(conda / "Library" / "bin"), "/usr/bin", str(tmp_path / "Miniconda3x")]
    monkeypatch.setenv("PATH", os.pathsep.join(path))
    kept = outer_environment()
    assert kept["PATH"] == os.pathsep.join(path[2:])
    assert not [name for name in kept if name.startswith("CONDA")]
