"""What an OpenDocument sheet tells beyond its values."""

from __future__ import annotations

import zipfile
from pathlib import Path

from strategy_xl.formulas.cell_refs import Area
from strategy_xl.ooxml.foreign_values import open_document_list

_NAMES = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
)
_ROWS = """
<table:table-row><table:table-cell table:number-columns-repeated="2"/></table:table-row>
<table:table-row><table:table-cell table:number-rows-spanned="2" table:number-columns-spanned="1"/>
<table:table-cell office:value-type="percentage" office:value="0.4"/></table:table-row>
<table:table-row table:number-rows-repeated="1000000"><table:covered-table-cell/>
<table:table-cell office:value-type="percentage" office:value="0.5" table:number-columns-repeated="16000"/>
</table:table-row>"""


def open_document(path: Path, content: str) -> Path:
    """A file with that content."""
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("content.xml", content)
    return path


def test_rates_and_merged_cells_are_known(tmp_path: Path) -> None:
    """Of the wanted sheet, and no further than its values reach, whatever is repeated."""
    sheets = "".join(
        f'<table:table table:name="{name}">{_ROWS}</table:table>' for name in ("Other", "Wanted")
    )
    path = open_document(tmp_path / "a.ods", f"<office:document {_NAMES}>{sheets}</office:document>")
    rows = [["a", "b"], ["c", 0.4], ["", 0.5]]
    found = open_document_list(path, "Wanted", rows)
    assert found.rates == {(2, 2), (3, 2)}
    assert found.merged == (Area(2, 1, 3, 1),)


def test_a_file_that_is_none_tells_nothing(tmp_path: Path) -> None:
    """Its values stay, as calamine read them; how they are shown is not known."""
    for content in ("<office:document>", "<a>&b;</a>", ""):
        found = open_document_list(open_document(tmp_path / "a.ods", content), "S", [["x"]])
        assert (found.rows, found.merged, found.rates) == ([["x"]], (), None)
