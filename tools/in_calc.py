"""Run books through LibreOffice Calc with our extension, in a profile of their own: ``calc_driver.py``."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

from strategy_xl.hosts.machine import outer_environment

DRIVER = Path(__file__).parent / "calc_driver.py"
XLSX, ODS = "Calc MS Excel 2007 XML", "calc8"
"""Filters for saving."""


def uno_python() -> str | None:
    """A Python that has UNO: the system's on Linux, else LibreOffice's own; None when there is none."""
    system = shutil.which("python3", path="/usr/bin")
    for python in filter(None, (system, *map(str, Path("/opt").glob("libreoffice*/program/python")))):
        found = subprocess.run([python, "-c", "import uno"], capture_output=True, check=False)  # noqa: S603
        if found.returncode == 0:
            return python
    return None


def drive(
    python: str, soffice: str, profile: Path, steps: list[dict[str, Any]], extension: Path | None = None
) -> list[Any]:
    """What LibreOffice shows after each step.

    Arguments:
        python: one that has UNO. soffice: the office's command.
        profile: folder of the office's profile, made when it is not there.
        steps: see ``calc_driver.py``.
        extension: an .oxt to add first.

    Errors: RuntimeError with what the driver said.
    """
    done = subprocess.run(  # noqa: S603 - our own command line
        [python, str(DRIVER), soffice, profile.as_uri(), *([extension.as_uri()] if extension else [])],
        input=json.dumps(steps),
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
        env=outer_environment(),
    )
    if done.returncode:
        raise RuntimeError(done.stderr)
    found: list[Any] = json.loads(done.stdout)
    return found
