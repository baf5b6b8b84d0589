"""What two auditors say about a workbook that they did not say about the one it was made from."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from openxml_audit import OpenXmlValidator
from openxml_audit.schema.validator import SchemaValidator
from package_audit import audit


class _Remembering(SchemaValidator):  # type: ignore[misc]
    """Parts of the same name and bytes are looked at once: the workbooks of a test share most of theirs."""

    def __init__(self) -> None:
        super().__init__()
        self._said: dict[tuple[str, bytes], list[Any]] = {}

    def validate_part(self, part: Any, context: Any) -> list[Any]:
        """What is wrong in a part, added to what is known already."""
        key = part.uri, sha256(part.raw_content or b"").digest()
        if key in self._said:
            context.errors.extend(self._said[key])
        else:
            before = len(context.errors)
            super().validate_part(part, context)
            self._said[key] = context.errors[before:]
        return list(context.errors)


@cache
def _validator() -> Any:
    validator = OpenXmlValidator(max_errors=0)  # all of them
    validator._schema_validator = _Remembering()
    return validator


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
