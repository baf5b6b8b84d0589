"""The drawing that old Excel needs for the notes of a sheet, as short as it can be."""

from __future__ import annotations

from typing import Final

from lxml import etree

VML: Final = "urn:schemas-microsoft-com:vml"
OFFICE: Final = "urn:schemas-microsoft-com:office:office"
EXCEL: Final = "urn:schemas-microsoft-com:office:excel"
_KEPT: Final = ("position", "width", "height", "visibility")
_DEFAULTS: Final = frozenset({"fill", "shadow", "path", "MoveWithCells", "SizeWithCells", "AutoFill"})


def shorten_drawing(content: bytes) -> bytes:
    """A VML part that openpyxl wrote, without what says the default and with one declaration of each prefix.

    Notes are many and each has a shape: this halves the part.

    Arguments:
        content: bytes of the part.

    Source: ECMA-376 part 4, 19.4 (VML).
    """
    read = etree.fromstring(content)
    root = etree.Element("xml", nsmap={"v": VML, "o": OFFICE, "x": EXCEL})
    root.extend(list(read))
    for shape in root.iter(f"{{{VML}}}shape"):
        for part in [part for part in shape.iter() if etree.QName(part).localname in _DEFAULTS]:
            parent = part.getparent()
            if parent is not None:
                parent.remove(part)
        for box in shape.iter(f"{{{VML}}}textbox"):
            box.attrib.clear()
            del box[:]
        said = (entry.strip().partition(":") for entry in (shape.get("style") or "").split(";"))
        shape.set("style", ";".join(f"{name}:{value}" for name, _, value in said if name in _KEPT))
    etree.cleanup_namespaces(root, keep_ns_prefixes=["v", "o", "x"])
    return etree.tostring(root)
