"""One pass over a part of a workbook that gives every text and formula in it to whoever may change it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from strategy_xl.ooxml.cell_patch import escape_formula
from strategy_xl.ooxml.rewriting import SHEET_FORMULAS, TABLE_FORMULAS, Pieces
from strategy_xl.ooxml.xml_bytes import (
    Tag,
    content,
    decode_xstring,
    encode_xstring,
    set_attribute,
    tags,
    unescape,
)

Say = Callable[[str, str], str]
"""Told what a text is (``FORMULA``, ``element`` or ``element.attribute``) and what it says: what it is to."""
FORMULA = "formula"
"""What everything is that names cells as formulas do."""

_HEADERS = frozenset(
    {b"oddHeader", b"oddFooter", b"evenHeader", b"evenFooter", b"firstHeader", b"firstFooter"}
)
_FORMULAS: Mapping[bytes, frozenset[bytes]] = {
    b"worksheet": SHEET_FORMULAS,
    b"table": TABLE_FORMULAS,
    b"workbook": frozenset({b"definedName"}),
    b"chartSpace": frozenset({b"f"}),
}
_TEXTS: Mapping[bytes, frozenset[bytes]] = {
    b"worksheet": _HEADERS,
    b"chartsheet": _HEADERS,
    b"chartSpace": frozenset({b"t", b"v"}),
    b"comments": frozenset({b"t"}),
    b"coreProperties": frozenset({b"title", b"language"}),
    b"Properties": frozenset({b"lpstr"}),
}
_LINKS = (b"location", b"textlink", b"fmlaLink", b"fmlaRange", b"fmlaTxbx", b"linkedCell", b"listFillRange")
_ATTRIBUTES: Mapping[bytes, tuple[bytes, ...]] = {
    b"dataValidation": (b"promptTitle", b"prompt", b"errorTitle", b"error"),
    b"hyperlink": (b"tooltip", b"display", b"location"),
    b"cNvPr": (b"name", b"descr", b"title"),
    b"cfRule": (b"text",),
    b"numFmt": (b"formatCode",),
    b"tableColumn": (b"name",),
    b"sheet": (b"name",),
    b"worksheetSource": (b"sheet",),
    b"dataRef": (b"sheet",),
    b"cacheField": (b"name",),
    b"Relationship": (b"Target",),
    b"sp": (b"textlink",),
    b"formControlPr": _LINKS,
    b"controlPr": _LINKS,
}


def reworded(data: bytes, say: Say) -> bytes:
    """A part with its texts as somebody says them; the rest as it stands.

    Arguments:
        data: the part, in UTF-8. say: told every text and formula of it, in order.
    """
    pieces = Pieces(data)
    opened, kind = -1, b""
    formulas = texts = frozenset[bytes]()
    is_first = True
    for tag in tags(data):
        name = tag.local
        if is_first:
            formulas, texts = _FORMULAS.get(name, formulas), _TEXTS.get(name, texts)
            is_first = False
        if name in formulas or name in texts:
            if tag.is_close and opened >= 0 and kind == name:
                raw = data[opened : tag.start]
                new = _said(raw, name, say, is_formula=name in formulas)
                if new is not None:
                    pieces.put(opened, tag.start, new)
            opened, kind = (-1 if tag.is_close or tag.is_empty else tag.end), name
        if name in _ATTRIBUTES and not tag.is_close:
            raw = _attributed(tag, say)
            if raw != tag.raw:
                pieces.put(tag.start, tag.end, raw)
    return pieces.result()


def _said(raw: bytes, name: bytes, say: Say, *, is_formula: bool) -> bytes | None:
    """What an element is to hold; None when that is what it holds."""
    if is_formula:
        text = content(raw)
        new = say(FORMULA, text)
        return escape_formula(new) if new != text else None
    if b"<" in raw:
        return None
    text = decode_xstring(unescape(raw))
    new = say(name.decode(), text)
    return encode_xstring(new) if new != text else None


def _attributed(tag: Tag, say: Say) -> bytes:
    raw, attributes = tag.raw, tag.attributes()
    for name in _ATTRIBUTES[tag.local]:
        if name not in attributes:
            continue
        text = decode_xstring(unescape(attributes[name]))
        slot = FORMULA if name in _LINKS else f"{tag.local.decode()}.{name.decode()}"
        new = say(slot, text)
        if new != text:
            line = b"_x000a_" if b"_x000a_" in attributes[name].lower() else b"&#10;"
            value = encode_xstring(new).replace(b'"', b"&quot;").replace(b"'", b"&apos;")
            raw = set_attribute(
                raw, name, value.replace(b"\n", b"_x000a_" if tag.local == b"tableColumn" else line)
            )
    return raw
