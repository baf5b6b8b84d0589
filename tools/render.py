"""Pictures of a workbook: one PNG a sheet, through LibreOffice and pdftoppm.

    python tools/render.py BOOK.xlsx OUT_FOLDER [--crop-cm 42 30] [--dpi 80]

Used for looking at what people will see, and for the pictures of the README.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import tempfile
import unicodedata
import zipfile
from pathlib import Path

from lxml import etree

PDF_FILTER = 'pdf:calc_pdf_Export:{"SinglePageSheets":{"type":"boolean","value":"true"}}'
TIMEOUT_SECONDS = 300
PROTECTION = re.compile(rb"<sheetProtection[^>]*/>")
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def sheet_titles(book: Path) -> list[str]:
    """Tab titles, in order."""
    with zipfile.ZipFile(book) as package:
        root = etree.fromstring(package.read("xl/workbook.xml"))
    return [str(sheet.get("name")) for sheet in root.iter(f"{MAIN}sheet")]


def file_name(number: int, title: str) -> str:
    """ASCII name of a sheet's picture (``03-matrice-clients.png``)."""
    plain = unicodedata.normalize("NFKD", title.replace("’", "-").replace("'", "-"))
    kept = "".join(char if char.isalnum() else "-" for char in plain if ord(char) < 128)
    return f"{number:02d}-{kept.strip('-').lower()}.png"


def unprotected(book: Path, folder: Path) -> Path:
    """A copy without sheet protection: LibreOffice fits no row heights on protected sheets, Excel does."""
    copy = folder / book.name
    with zipfile.ZipFile(book) as source, zipfile.ZipFile(copy, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            content = source.read(name)
            if name.startswith("xl/worksheets/"):
                content = PROTECTION.sub(b"", content)
            target.writestr(name, content)
    return copy


def to_pdf(book: Path, folder: Path, *, single_pages: bool = True) -> Path:
    """One page a sheet, or as it is printed, with LibreOffice in a profile of its own."""
    soffice = shutil.which("soffice")
    if soffice is None:
        raise SystemExit("LibreOffice (soffice) is needed")
    profile = (folder / "profile").as_uri()
    form = PDF_FILTER if single_pages else "pdf"
    command = [soffice, f"-env:UserInstallation={profile}", "--headless", "--convert-to", form]
    subprocess.run(  # noqa: S603 - our own command line
        [*command, "--outdir", str(folder), str(book)],
        check=True,
        capture_output=True,
        timeout=TIMEOUT_SECONDS,
    )
    return folder / f"{book.stem}.pdf"


def draw_page(pdf: Path, number: int, picture: Path, *, dpi: int, crop_cm: tuple[float, float]) -> None:
    """Write one page of a PDF, counted from 1, as PNG; a large one is cut to a width and height in cm."""
    pdftoppm = shutil.which("pdftoppm")
    if pdftoppm is None:
        raise SystemExit("pdftoppm (poppler-utils) is needed")
    width, height = (int(side / 2.54 * dpi) for side in crop_cm)
    page = ["-f", str(number), "-l", str(number), "-singlefile"]
    size = ["-r", str(dpi), "-x", "0", "-y", "0", "-W", str(width), "-H", str(height)]
    subprocess.run(  # noqa: S603 - our own command line
        [pdftoppm, "-png", *page, *size, str(pdf), str(picture.with_suffix(""))], check=True
    )


def render(book: Path, target: Path, *, dpi: int, crop_cm: tuple[float, float]) -> list[Path]:
    """Write one PNG a sheet into the folder; a large sheet is cut to a width and height in cm."""
    target.mkdir(parents=True, exist_ok=True)
    made = []
    with tempfile.TemporaryDirectory() as name:
        pdf = to_pdf(unprotected(book, Path(name)), Path(name))
        for number, title in enumerate(sheet_titles(book), 1):
            picture = target / file_name(number, title)
            draw_page(pdf, number, picture, dpi=dpi, crop_cm=crop_cm)
            made.append(picture)
    return made


def main() -> int:
    """Parse the command line and render."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("book", type=Path)
    parser.add_argument("target", type=Path)
    parser.add_argument("--dpi", type=int, default=80)
    parser.add_argument("--crop-cm", type=float, nargs=2, default=(42.0, 30.0), metavar=("WIDTH", "HEIGHT"))
    options = parser.parse_args()
    for picture in render(options.book, options.target, dpi=options.dpi, crop_cm=tuple(options.crop_cm)):
        print(picture)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
