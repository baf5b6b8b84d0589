"""What two auditors say about a workbook that they did not say about the one it was made from."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

from openxml_audit import OpenXmlValidator
from package_audit import audit


@cache
def _validator() -> Any:
    return OpenXmlValidator(max_errors=0)  # all of them


def by_schema(path: Path) -> Counter[str]:
    """The complaints of openxml-audit, each with how often it came."""
    # A count inside a message is not a new finding.
    return Counter(
        re.sub(r"\d+ inline-string", "inline-string", f"{error.part_uri} {error.description}")
        for error in _validator().validate(str(path)).errors
    )


def by_package(path: Path) -> Counter[str]:
    """The complaints of our own audit."""
    return Counter(f"{f.code} {f.location.sheet} {f.location.cell} {dict(f.args)}" for f in audit(path))


def new_complaints(source: Path, target: Path) -> list[str]:
    """What both say about the target and not, or not so often, about the source."""
    found = by_schema(target) + by_package(target)
    return list((found - by_schema(source) - by_package(source)).keys()) if found else []
