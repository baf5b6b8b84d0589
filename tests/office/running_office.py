"""A LibreOffice that stays open: starting one for each workbook costs a third of what a conversion takes."""

from __future__ import annotations

import json
import os
import select
import subprocess
import uuid
from pathlib import Path
from typing import Any

PEOPLE = Path(__file__).with_name("people.py")
"""What people do in LibreOffice, for its own Python."""
PATIENCE = 300.0
"""Seconds for one workbook."""


class RunningOffice:
    """One LibreOffice and the script that speaks with it; both start with the first workbook."""

    def __init__(self, soffice: str, python: str, profile: Path) -> None:
        """Nothing is started yet.

        Arguments:
            soffice: the LibreOffice command.
            python: a Python that has UNO.
            profile: a folder for its user's settings.
        """
        self._command, self._python, self._profile = soffice, python, profile
        self._office: subprocess.Popen[bytes] | None = None
        self._script: subprocess.Popen[str] | None = None

    def save(
        self,
        source: Path,
        target: Path,
        *operations: tuple[Any, ...],
        calculates: bool = False,
        locale: str = "en-US",
    ) -> None:
        """Open a workbook, do something to it, save it as .xlsx.

        Arguments:
            source, target: the workbook, and where the result goes.
            operations: what is done, see people.py.
            calculates: whether every formula is calculated when the workbook is opened, whatever it shows.
            locale: how people write numbers and dates.

        Errors: RuntimeError with what LibreOffice's Python said; OSError when it has gone.
        """
        wish = {"source": str(source), "target": str(target), "operations": operations}
        said = ""
        try:
            said = self._ask(json.dumps({**wish, "calculates": calculates, "locale": locale}))
        finally:
            if said != "done":
                self.close()  # the next workbook gets a fresh one, whatever stopped this one
        if said != "done":
            raise RuntimeError(said)

    def close(self) -> None:
        """End what runs."""
        for process in (self._script, self._office):
            if process is not None:
                process.terminate()
                try:
                    process.wait(60)
                except subprocess.TimeoutExpired:
                    process.kill()
        self._script = self._office = None

    def _ask(self, wish: str) -> str:
        """What the script says to a wish."""
        script = self._script or self._start()
        assert script.stdin is not None
        assert script.stdout is not None
        script.stdin.write(wish + "\n")
        script.stdin.flush()
        if not select.select([script.stdout], [], [], PATIENCE)[0]:
            return "LibreOffice takes too long"
        line = script.stdout.readline()
        return str(json.loads(line)) if line else "the script has ended"

    def _start(self) -> subprocess.Popen[str]:
        pipe = f"strategy_xl_{uuid.uuid4().hex}"
        profile = f"-env:UserInstallation={self._profile.as_uri()}"
        accept = f"--accept=pipe,name={pipe};urp;"
        self._office = subprocess.Popen(
            [self._command, profile, "--headless", "--norestore", accept],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._script = subprocess.Popen(
            [self._python, str(PEOPLE), pipe],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": ""},
        )
        return self._script
