"""Names of a workbook part are put in, replaced and taken out, and every other byte of it stays."""

from __future__ import annotations

import pytest

from strategy_xl.ooxml.named_formulas import NamedFormula, named_formulas, with_named_formulas

NAMES = (
    b'<definedNames><definedName name="mine" hidden="1">S!$A$1</definedName>'
    b'<definedName name="F" localSheetId="0">1</definedName></definedNames>'
)
PART = (
    b'<workbook xmlns="m"><workbookPr/><bookViews><workbookView/></bookViews>'
    b'<sheets><sheet name="S" sheetId="1"/></sheets>%b<calcPr calcId="1"/></workbook>'
)
PREFIXED = (
    b'<x:workbook xmlns:x="m"><x:sheets><x:sheet name="S" sheetId="1"/></x:sheets>'
    b'<x:definedNames><x:definedName name="mine">1</x:definedName></x:definedNames></x:workbook>'
)
NEW = NamedFormula("F", 'LAMBDA(a,IF(a<1,"x & y",a))', "what “F” does, & <more>", hidden=True)


@pytest.mark.parametrize("part", [PART % b"", PART % NAMES, PREFIXED])
def test_what_was_put_in_is_read_back_and_taken_out_again(part: bytes) -> None:
    """A part with a name more says it as it was meant, and is the same bytes when that is gone."""
    more = with_named_formulas(part, [NEW])
    assert NEW in named_formulas(more)
    assert with_named_formulas(more, [NEW]) == more
    assert with_named_formulas(more, (), ["f"]) == part


def test_a_name_of_the_same_name_is_replaced_where_it_stands() -> None:
    """Whatever its capitals; the other names and those of single sheets keep their bytes."""
    part = PART % NAMES.replace(b"mine", b"f")
    changed = with_named_formulas(part, [NEW])
    assert [item.name for item in named_formulas(changed)] == ["F", "F"]
    assert named_formulas(changed)[0] == NEW
    assert named_formulas(changed)[1].sheet == 0
    assert changed.endswith(part[part.index(b'<definedName name="F" localSheetId') :])


def test_a_list_that_was_empty_is_put_in_its_place() -> None:
    """Behind the sheets, before what follows in the schema."""
    changed = with_named_formulas(PART % b"<definedNames/>", [NEW])
    assert changed.index(b"</sheets><definedNames>") < changed.index(b"</definedNames><calcPr")
    assert changed.count(b"definedNames") == 2
