"""What two auditors say about a workbook that they did not say about the one it was made from."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import openxml_audit.context
from openxml_audit import OpenXmlValidator
from openxml_audit.codegen.schema_loader import SdkElementType
from openxml_audit.relationships import get_rels_path
from package_audit import audit

_SHARED = re.compile(r"/?(xl/[^/]+|\[Content_Types\]\.xml)")
"""The parts that those of sheets refer to: the workbook itself, styles, texts, metadata."""
_NEIGHBOURS = b"2009/9/main"
"""Only rules of this namespace read the other parts of a folder."""

# Two things take most of the auditor's time and change nothing that is asked here: the number of an element
# among its siblings, told with the place of a complaint and counted anew for every cell; and types, of which
# there is one each, compared field by field.
openxml_audit.context._sibling_position = lambda _element: 1
SdkElementType.__eq__ = object.__eq__


class _Remembering:
    """Parts of the same name and bytes are looked at once: the workbooks of a test share most of theirs."""

    def __init__(self, validator: Any, *, is_alone: bool) -> None:
        """In the place of a validator.

        Arguments:
            validator: what looks at a part.
            is_alone: whether it looks at nothing but the part.
        """
        self._validator, self._is_alone = validator, is_alone
        self._said: dict[tuple[str, bytes, bytes], list[Any]] = {}
        self._package, self._shared = None, b""

    def __getattr__(self, name: str) -> Any:
        """Whatever else the validator does."""
        return getattr(self._validator, name)

    def validate_part(self, part: Any, context: Any) -> list[Any]:
        """What is wrong in a part, added to what is known already."""
        content = part.raw_content or b""
        around = b"" if self._is_alone else self._around(part, context.package, content)
        key = part.uri, sha256(content).digest(), around
        if key in self._said:
            context.errors.extend(self._said[key])
        else:
            before = len(context.errors)
            self._validator.validate_part(part, context)
            self._said[key] = context.errors[before:]
        return list(context.errors)

    def _around(self, part: Any, package: Any, content: bytes) -> bytes:
        """What the answer about a part depends on beside the part."""
        if package is not self._package:
            self._package, self._shared = package, _hash(package, _SHARED)
        if _NEIGHBOURS in content:
            return _hash(package, re.compile(".*"))
        return self._shared + (package.get_part_content(get_rels_path(part.uri)) or b"")


def _hash(package: Any, which: re.Pattern[str]) -> bytes:
    """Of the names of all parts of a package, and the bytes of some."""
    names = sorted(package.list_parts())
    told = sha256("\n".join(names).encode())
    for name in filter(which.fullmatch, names):
        told.update(sha256(package.get_part_content(name) or b"").digest())
    return told.digest()


@cache
def _validator() -> Any:
    validator = OpenXmlValidator(max_errors=0)  # all of them
    validator._schema_validator = _Remembering(validator._schema_validator, is_alone=True)
    semantic = validator._semantic_validator_spreadsheet
    validator._semantic_validator_spreadsheet = _Remembering(semantic, is_alone=False)
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
