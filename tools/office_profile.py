"""A profile of LibreOffice that calculates every workbook anew when it opens it."""

from __future__ import annotations

from pathlib import Path

_ALWAYS_RECALCULATE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop>
</item>
</oor:items>
"""


def make_profile(folder: Path) -> str:
    """Make the profile in a folder; the argument that has LibreOffice use it.

    Without it stored values are taken as they are for the most part, and ours would be held against ours.
    """
    (folder / "user").mkdir(parents=True, exist_ok=True)
    (folder / "user" / "registrymodifications.xcu").write_text(_ALWAYS_RECALCULATE, encoding="utf-8")
    return f"-env:UserInstallation={folder.as_uri()}"
