"""Compile the message catalogues: every .po beside its .mo. ``--check`` fails when a .mo is stale."""

from __future__ import annotations

import gettext
import io
import sys
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

PACKAGE = Path(__file__).parent.parent / "strategy_xl"
LOCALES = PACKAGE / "text" / "locales"
CLICK = PACKAGE / "commands" / "locales"
"""The words of Click, which looks for them by its own English texts."""
TEMPLATES = PACKAGE.parent / "workbook_templates" / "locales"
"""The texts of the templates beyond French and English, by the English ones."""


def compiled(source: Path) -> bytes:
    """The .mo bytes of a .po file."""
    with source.open("rb") as stream:
        catalogue = read_po(stream, locale=source.parts[-3])
    for item in [item for item in catalogue if item.id and not is_said(item.string)]:
        catalogue.delete(item.id, item.context)  # Babel would write the key as the text of one in numbers
    target = io.BytesIO()
    write_mo(target, catalogue)
    return target.getvalue()


def is_said(text: str | tuple[str, ...] | list[str]) -> bool:
    """Whether a text of a catalogue is filled in, in all its numbers."""
    return bool(text) and (isinstance(text, str) or all(text))


def messages(content: bytes) -> dict[object, str]:
    """The messages of a .mo file, without its header: that one names the day and the Babel version."""
    catalogue: dict[object, str] = dict(gettext.GNUTranslations(io.BytesIO(content))._catalog)  # type: ignore[attr-defined]  # noqa: SLF001
    catalogue.pop("", None)
    return catalogue


def main() -> int:
    """Compile, or check with ``--check``; 1 when something is stale."""
    check = "--check" in sys.argv[1:]
    stale = []
    for source in sorted(
        folder for root in (LOCALES, CLICK, TEMPLATES) for folder in root.glob("*/LC_MESSAGES/*.po")
    ):
        target = source.with_suffix(".mo")
        content = compiled(source)
        if target.exists() and messages(target.read_bytes()) == messages(content):
            continue
        stale.append(source)
        if not check:
            target.write_bytes(content)
    for source in stale:
        print(("stale: " if check else "compiled: ") + str(source.relative_to(PACKAGE.parent)))
    return int(check and bool(stale))


if __name__ == "__main__":
    raise SystemExit(main())
