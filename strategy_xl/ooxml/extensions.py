"""What Excel 2010 added to a sheet and openpyxl cannot write: data bars that are true, and sparklines.

A data bar stands twice in a sheet: as the rule of Excel 2007, which fades and has no fixed length, and as its
twin in the extension list, which Excel 2010 and later and LibreOffice follow. The two share an identity.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from xml.sax.saxutils import escape, quoteattr

X14: Final = "http://schemas.microsoft.com/office/spreadsheetml/2009/9/main"
XM: Final = "http://schemas.microsoft.com/office/excel/2006/main"
TWIN_OF_RULE: Final = "{B025F937-C7B1-47D3-B67F-A62EFF666E3E}"
RULES: Final = "{78C0D931-6437-407d-A8EE-F0AAD7539E65}"
SPARKLINES: Final = "{05C60535-1F16-4fd2-B633-F4F36F0B64E0}"
"""The identities that the format gives to these extensions (MS-XLSX 2.2.4)."""

_FORMATTING: Final = re.compile(
    rb'<conditionalFormatting sqref="([^"]*)">(.*?)</conditionalFormatting>', re.DOTALL
)
_BAR: Final = re.compile(rb"(<dataBar\b[^>]*>(.*?)</dataBar>)(</cfRule>)", re.DOTALL)
_END: Final = re.compile(rb'<cfvo type="(\w+)" val="([^"]*)"')
_CLOSE: Final = b"</worksheet>"


@dataclass(frozen=True, slots=True)
class SparklineGroup:
    """Small lines in cells, one a row, that look alike.

    Arguments:
        lines: (cell, range) in A1 notation, the range with its sheet (``'KPI'!$Z$5:$AE$5``).
        colour: of the line, RGB hex.
        last: of the dot on the last value, RGB hex.
    """

    lines: Sequence[tuple[str, str]]
    colour: str
    last: str

    def xml(self) -> str:
        """The group, its ranges read though their columns are hidden, gaps where there is no number."""
        colours = {
            "colorSeries": self.colour,
            "colorNegative": self.colour,
            "colorAxis": self.colour,
            "colorMarkers": self.colour,
            "colorFirst": self.colour,
            "colorLast": self.last,
            "colorHigh": self.colour,
            "colorLow": self.colour,
        }
        return (
            '<x14:sparklineGroup lineWeight="1.75" displayEmptyCellsAs="gap" last="1" displayHidden="1">'
            + "".join(f'<x14:{name} rgb="FF{colour}"/>' for name, colour in colours.items())
            + "<x14:sparklines>"
            + "".join(
                f"<x14:sparkline><xm:f>{escape(area)}</xm:f><xm:sqref>{cell}</xm:sqref></x14:sparkline>"
                for cell, area in self.lines
            )
            + "</x14:sparklines></x14:sparklineGroup>"
        )


def extend(sheet: bytes, part: str, sparklines: Sequence[SparklineGroup] = ()) -> bytes:
    """A sheet part with twins of its data bars, and with sparklines, in its extension list.

    Arguments:
        sheet: the part as openpyxl writes it, without an extension list.
        part: its name, from which identities are made.
        sparklines: what to add.
    """
    twins: list[str] = []

    def with_twins(match: re.Match[bytes]) -> bytes:
        area = match[1].decode()

        def with_twin(bar: re.Match[bytes]) -> bytes:
            identity = f"{{{uuid.uuid5(uuid.NAMESPACE_URL, f'{part}!{area}#{len(twins)}')}}}".upper()
            twins.append(_twin(identity, area, _END.findall(bar[2])))
            return bar[1] + _identity(identity).encode() + bar[3]

        return match[0].replace(match[2], _BAR.sub(with_twin, match[2]))

    if b"<dataBar" in sheet:
        sheet = _FORMATTING.sub(with_twins, sheet)
    added = []
    if twins:
        rules = f"<x14:conditionalFormattings>{''.join(twins)}</x14:conditionalFormattings>"
        added.append(_extension(RULES, rules))
    if sparklines:
        groups = "".join(group.xml() for group in sparklines)
        wrapped = f'<x14:sparklineGroups xmlns:xm="{XM}">{groups}</x14:sparklineGroups>'
        added.append(_extension(SPARKLINES, wrapped))
    if not added:
        return sheet
    # The extension list is the last child of a sheet.
    at = sheet.rindex(_CLOSE)
    return sheet[:at] + f"<extLst>{''.join(added)}</extLst>".encode() + sheet[at:]


def _extension(uri: str, content: str) -> str:
    return f"<ext uri={quoteattr(uri)} xmlns:x14={quoteattr(X14)}>{content}</ext>"


def _identity(identity: str) -> str:
    return f"<extLst>{_extension(TWIN_OF_RULE, f'<x14:id>{identity}</x14:id>')}</extLst>"


def _twin(identity: str, area: str, ends: Sequence[tuple[bytes, bytes]]) -> str:
    """The rule of Excel 2010: one plain colour from end to end, both ends fixed."""
    bounds = "".join(
        f'<x14:cfvo type="{kind.decode()}"><xm:f>{value.decode()}</xm:f></x14:cfvo>' for kind, value in ends
    )
    return (
        f'<x14:conditionalFormatting xmlns:xm="{XM}"><x14:cfRule type="dataBar" id="{identity}">'
        '<x14:dataBar minLength="0" maxLength="100" gradient="0" negativeBarColorSameAsPositive="1"'
        f' axisPosition="none">{bounds}</x14:dataBar></x14:cfRule><xm:sqref>{area}</xm:sqref>'
        "</x14:conditionalFormatting>"
    )
