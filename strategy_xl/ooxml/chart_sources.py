"""What the charts of a sheet read, and how that is put back where it was lost."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from strategy_xl.ooxml.workbook_part import WorkbookInfo
from strategy_xl.ooxml.workbook_tabs import GONE
from strategy_xl.ooxml.xml_bytes import content, tags

_SOURCE = re.compile(rb"(<(?:\w+:)?f>)([^<]*)(</(?:\w+:)?f>)")


def has_lost_charts(info: WorkbookInfo, title: str) -> bool:
    """Whether a chart of a sheet has lost what it read."""
    texts = (
        found[2] for part in charts_of(info, title) for found in _SOURCE.finditer(info.package.read(part))
    )
    return any(GONE in text for text in texts)


def charts_of(info: WorkbookInfo, title: str) -> Iterator[str]:
    """The parts of a sheet's charts in the order of its drawing."""
    for drawing in info.related(info.sheet(title).part, "drawing"):
        targets = {link.id: info.package.find(link.target) for link in info.relationships(drawing)}
        for tag in tags(info.package.read(drawing)):
            if tag.local == b"chart" and not tag.is_close:
                values = (value.decode() for value in tag.attributes().values())
                yield from (part for value in values if (part := targets.get(value)) is not None)


def sources_of(chart: bytes) -> list[bytes]:
    """What a chart reads, one formula after the other."""
    return [found[2] for found in _SOURCE.finditer(chart)]


def with_sources(data: bytes, texts: Sequence[bytes], wanted: Callable[[str], bool]) -> bytes:
    """A chart's part with what it reads put back where it is gone; as it is when it is another chart."""
    found = list(_SOURCE.finditer(data))
    if len(found) != len(texts):
        return data
    new = iter(texts)

    def back(match: re.Match[bytes]) -> bytes:
        text = next(new)
        return match[1] + text + match[3] if GONE in match[2] and wanted(content(text)) else match[0]

    return _SOURCE.sub(back, data)
