"""Run books through LibreOffice Calc with our extension, in a profile of their own: ``calc_driver.py``."""

from __future__ import annotations

import contextlib
import json
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from strategy_xl.hosts.machine import outer_environment

DRIVER = Path(__file__).parent / "calc_driver.py"
XLSX, ODS = "Calc MS Excel 2007 XML", "calc8"
"""Filters for saving."""

SECONDS = 600
"""Longest wait for the office to end."""


def program(soffice: str) -> str:
    """What LibreOffice says it is (``LibreOffice 7.4.7.2``)."""
    said = subprocess.run([soffice, "--version"], capture_output=True, text=True, check=True)  # noqa: S603
    return " ".join(said.stdout.split()[:2])


def uno_python() -> str | None:
    """A Python that has UNO: the system's on Linux, else LibreOffice's own; None when there is none."""
    system = shutil.which("python3", path="/usr/bin")
    for python in filter(None, (system, *map(str, Path("/opt").glob("libreoffice*/program/python")))):
        found = subprocess.run([python, "-c", "import uno"], capture_output=True, check=False)  # noqa: S603
        if found.returncode == 0:
            return python
    return None


_LANGUAGE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Setup/Office/InstalledLocales">
<node oor:name="{lang}" oor:op="replace"/>
</item>
<item oor:path="/org.openoffice.Office.Linguistic/General">
<prop oor:name="UILocale" oor:op="fuse"><value>{lang}</value></prop>
</item>
</oor:items>
"""


def speak(profile: Path, lang: str) -> None:
    """Have a new profile's menus be in a language, as with its language pack, which need not be there.

    Arguments: profile: folder of the profile. lang: the language.
    """
    (profile / "user").mkdir(parents=True)
    (profile / "user" / "registrymodifications.xcu").write_text(_LANGUAGE.format(lang=lang), "utf-8")


class Calc:
    """A LibreOffice Calc that does one step after the other; ends with its block.

    Arguments:
        python: one that has UNO. soffice: the office's command.
        profile: folder of the office's profile, made when it is not there.
        extension: an .oxt to add first.
        environment: variables for the office besides those of this process.
    """

    def __init__(
        self,
        python: str,
        soffice: str,
        profile: Path,
        extension: Path | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """Start it."""
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the driver
        self._driver = subprocess.Popen(  # noqa: S603 - our own command line
            [python, str(DRIVER), soffice, profile.as_uri(), *([extension.as_uri()] if extension else [])],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            env=outer_environment() | dict(environment or {}),
        )

    def __enter__(self) -> Self:
        """It runs already."""
        return self

    def __exit__(self, *_error: object) -> None:
        """End the office."""
        assert self._driver.stdin is not None
        try:
            self._driver.stdin.close()
            self._driver.wait(SECONDS)
        finally:
            self._driver.kill()
            self._errors.close()

    def step(self, asked: Mapping[str, Any]) -> Any:
        """What is found by a step, see ``calc_driver.py``.

        Errors: RuntimeError with what the driver said.
        """
        assert self._driver.stdin is not None
        assert self._driver.stdout is not None
        line = b""
        with contextlib.suppress(BrokenPipeError):  # what the driver said tells why
            self._driver.stdin.write(json.dumps(asked).encode() + b"\n")
            self._driver.stdin.flush()
            line = self._driver.stdout.readline()
        if not line:
            self._driver.wait(SECONDS)
            self._errors.seek(0)
            raise RuntimeError(self._errors.read().decode("utf-8", "replace"))
        return json.loads(line)


def drive(
    python: str, soffice: str, profile: Path, steps: list[dict[str, Any]], extension: Path | None = None
) -> list[Any]:
    """What LibreOffice shows after each step; arguments and errors as for ``Calc``."""
    with Calc(python, soffice, profile, extension) as calc:
        return [calc.step(each) for each in steps]
