"""Stable names stored in a workbook, by which the reader finds things whatever people rename or move.

A hidden defined name points to the header cell of every column and to the first value cell of every form
field. Excel and LibreOffice move it with the cell on any insertion, sort, rename or translation.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

YES_NO = "yes_no"
"""Key of the list whose choices ``yes`` and ``no`` say how a flag is written."""

PREFIX = "_sx."
STORED = (PREFIX, "SX")
"""How all names begin that this module makes."""
COMPANY = "company"
"""First part of the anchor of the cell in a sheet's title band that shows the firm; and the setting's key."""
LABEL = "label"
"""First part of the anchor of a form label that follows a setting; the second is ``label_key``."""
TABLE_STYLE = "TableStyleLight1"
"""Name of the look that the Excel tables of a workbook have."""
SHARE = "completeness"
"""First part of the anchor of a module's completeness cell."""

CHOICE_PREFIX = "SXC_"
"""How the names of choices' cells begin."""
_SHARE_PREFIX = "SXP_"
STAMP = "_sx.schema"
"""Defined name that holds ``schema version;language;program version`` as text."""
GUEST = "_sx.guest"
"""Defined name of a workbook that is somebody else's and has taken our sheets in: only theirs are ours.

Its text tells which names of ours are called otherwise there, for he has some of that name (``guest_text``).
"""


def label_key(block: str, field: str) -> str:
    """Second part of the anchor of a label that follows a setting."""
    return f"{block}.{field}"


def anchor_name(block: str, field: str) -> str:
    """Defined name of a field's anchor cell (``_sx.clients.revenue``)."""
    return f"{PREFIX}{block}.{field}"


BOX = "box_"
"""How the field part of the anchor of a grid's box begins; its number from 0 follows."""


def box_key(index: int) -> str:
    """Field part of the anchor of a grid's box: its first line (``box_0``)."""
    return f"{BOX}{index}"


def parse_anchor(name: str) -> tuple[str, str] | None:
    """Block and field keys of an anchor name, None for any other name.

    The completeness cell of a module is the anchor ``(SHARE, module)``.
    """
    if name.startswith(_SHARE_PREFIX):
        return SHARE, name[len(_SHARE_PREFIX) :]
    if not name.startswith(PREFIX):
        return None
    block, dot, field = name[len(PREFIX) :].partition(".")
    return (block, field) if dot else None


def guest_text(renamed: Mapping[str, str]) -> str:
    """What ``GUEST`` stands for, with the names that are called otherwise (old → new)."""
    return '"' + ";".join(["1", *(f"{old}={new}" for old, new in sorted(renamed.items()))]) + '"'


def renamed_by(text: str) -> dict[str, str]:
    """The names that a workbook calls otherwise, by what ``GUEST`` stands for in it."""
    pairs = (item.partition("=") for item in text.strip().lstrip("=").strip('"').split(";"))
    return {old: new for old, equals, new in pairs if equals}


_FAMILIES = (PREFIX, CHOICE_PREFIX, "SXL_", "SXM_", _SHARE_PREFIX, "SXV_")


def is_stored(name: str, settings: Collection[str]) -> bool:
    """Whether a defined name is one that a workbook of ours has.

    Arguments:
        name: the name.
        settings: keys of the settings, ``today`` among them.
    """
    return name.startswith(_FAMILIES) or name in {setting_name(key) for key in settings}


def sheet_name(module: str) -> str:
    """Defined name of a module's title cell (``_sx.sheet.clients``)."""
    return anchor_name("sheet", module)


def share_name(module: str) -> str:
    """Public defined name of the cell with a module's completeness (``SXP_clients``)."""
    return f"{_SHARE_PREFIX}{module}"


def setting_name(key: str) -> str:
    """Public defined name of a setting's cell (``SX_hourly_cost``)."""
    return f"SX_{key}"


def list_name(key: str) -> str:
    """Public defined name of a list of choices (``SXL_client_class``)."""
    return f"SXL_{key}"


def choice_name(list_key: str, choice: str) -> str:
    """Hidden defined name of a choice's cell in its list (``SXC_client_class__ideal``), read by formulas.

    No key holds two underscores in a row, so that the two parts can be told apart.
    """
    return f"{CHOICE_PREFIX}{list_key}__{choice}"
