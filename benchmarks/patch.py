"""What a lossless patch costs, against openpyxl load and save and against reading plus raw copying.

Each figure is the median of whole processes, imports included. Run: ``python benchmarks/patch.py``
(options: ``--rows 200 10000 200000``, ``--runs 5``, ``--skip-openpyxl-above 20000``).
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

COLUMNS = 8

PATCH_COLUMN = """
import sys
from strategy_xl.ooxml.patch import set_cells
source, target, rows = sys.argv[1], sys.argv[2], int(sys.argv[3])
values = {row: ("Partenaire", "Potentiel", "À quitter")[row % 3] for row in range(2, rows + 2)}
report = set_cells(source, target, columns={"Clients": {8: values}})
assert report.changed["Clients"] == rows, report
"""
PATCH_SUMMARY = """
import sys
from strategy_xl.ooxml.patch import set_cells
source, target = sys.argv[1], sys.argv[2]
report = set_cells(source, target, {"Summary": {f"{c}{r}": r * 1.5 for c in "BCD" for r in range(2, 12)}})
assert report.changed["Summary"] == 30, report
"""
OPENPYXL_COLUMN = """
import sys
import openpyxl
source, target, rows = sys.argv[1], sys.argv[2], int(sys.argv[3])
book = openpyxl.load_workbook(source)
sheet = book["Clients"]
for row in range(2, rows + 2):
    sheet.cell(row, 8).value = ("Partenaire", "Potentiel", "À quitter")[row % 3]
book.save(target)
"""
OPENPYXL_SUMMARY = """
import sys
import openpyxl
source, target = sys.argv[1], sys.argv[2]
book = openpyxl.load_workbook(source)
sheet = book["Summary"]
for row in range(2, 12):
    for column in "BCD":
        sheet[f"{column}{row}"] = row * 1.5
book.save(target)
"""
READ_AND_COPY = """
import shutil, sys
import python_calamine
python_calamine.load_workbook(sys.argv[1]).get_sheet_by_name("Clients").to_python()
shutil.copyfile(sys.argv[1], sys.argv[2])
"""
PYTHON_ONLY = "pass"

_TYPES = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.'
    'spreadsheetml.sheet.main+xml"/>{sheets}</Types>'
)
_SHEET_TYPE = (
    '<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="application/vnd.openxmlformats-'
    'officedocument.spreadsheetml.worksheet+xml"/>'
)
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELS = "http://schemas.openxmlformats.org/package/2006/relationships"


def make_book(path: Path, rows: int) -> None:
    """Write a workbook as Excel shapes it: a large sheet, a summary and ten small sheets."""
    names = ["Clients", "Summary", *(f"Sheet {n}" for n in range(3, 13))]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr(
            "[Content_Types].xml",
            _TYPES.format(sheets="".join(_SHEET_TYPE.format(n=n) for n in range(1, len(names) + 1))),
        )
        book.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{_RELS}"><Relationship Id="rId1" Type="{_OFFICE}/officeDocument" '
            'Target="xl/workbook.xml"/></Relationships>',
        )
        listed = "".join(
            f'<sheet name="{name}" sheetId="{n}" r:id="rId{n}"/>' for n, name in enumerate(names, 1)
        )
        book.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{listed}</sheets></workbook>',
        )
        relations = "".join(
            f'<Relationship Id="rId{n}" Type="{_OFFICE}/worksheet" Target="worksheets/sheet{n}.xml"/>'
            for n in range(1, len(names) + 1)
        )
        book.writestr(
            "xl/_rels/workbook.xml.rels", f'<Relationships xmlns="{_RELS}">{relations}</Relationships>'
        )
        for number in range(1, len(names) + 1):
            with book.open(f"xl/worksheets/sheet{number}.xml", "w") as part:
                part.write(f'<worksheet xmlns="{_MAIN}"><sheetData>'.encode())
                part.write("".join(_rows(rows if number == 1 else 30)).encode())
                part.write(b"</sheetData></worksheet>")


def _rows(count: int) -> list[str]:
    made = []
    for row in range(1, count + 2):
        cells = f'<c r="A{row}" t="inlineStr"><is><t>Client {row}</t></is></c>' + "".join(
            f'<c r="{chr(64 + column)}{row}"><v>{row * column * 1.25}</v></c>' for column in range(2, COLUMNS)
        )
        made.append(f'<row r="{row}" spans="1:8">{cells}<c r="H{row}" t="str"><v>–</v></c></row>')
    return made


def measure(program: str, arguments: list[str], runs: int) -> tuple[float, float]:
    """(median wall seconds, peak MB) of whole processes."""
    times, peak = [], 0.0
    # An installed package has its byte code at hand; so has the second run of a checkout.
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    subprocess.run([sys.executable, "-c", program, *arguments], env=environment, check=True)
    for _ in range(runs):
        begin = time.perf_counter()
        process = subprocess.Popen([sys.executable, "-c", program, *arguments], env=environment)
        if hasattr(os, "wait4"):
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            peak = max(peak, usage.ru_maxrss / 1024)
        code = process.wait()
        times.append(time.perf_counter() - begin)
        if code:
            sys.exit(f"benchmark program failed with {code}")
    return statistics.median(times), peak


def main() -> None:
    """Measure and print one table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rows", type=int, nargs="+", default=[200, 10_000, 200_000])
    options.add_argument("--runs", type=int, default=5)
    options.add_argument("--skip-openpyxl-above", type=int, default=1_000_000)
    options.add_argument("--make", nargs=2, help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if chosen.make:
        make_book(Path(chosen.make[0]), int(chosen.make[1]))
        return
    python, _ = measure(PYTHON_ONLY, [], chosen.runs)
    print(f"python alone: {python:.3f} s\n")
    print("| rows | work | patch s (MB) | openpyxl s (MB) | ratio | calamine read + copy s | patch ÷ that |")
    print("|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for rows in chosen.rows:
            book, out = Path(folder, f"{rows}.xlsx"), Path(folder, "out.xlsx")
            # In a process of its own: the memory of this one would count as its children's peak.
            subprocess.run([sys.executable, __file__, "--make", str(book), str(rows)], check=True)
            arguments = [str(book), str(out), str(rows)]
            base, _ = measure(READ_AND_COPY, arguments, chosen.runs)
            for work, ours, theirs in (
                ("30 cells", PATCH_SUMMARY, OPENPYXL_SUMMARY),
                ("one column", PATCH_COLUMN, OPENPYXL_COLUMN),
            ):
                patch, patch_mb = measure(ours, arguments, chosen.runs)
                cells = f"| {rows:,} | {work} | {patch:.3f} ({patch_mb:.0f}) "
                if rows > chosen.skip_openpyxl_above:
                    print(f"{cells}| – | – | {base:.3f} | {patch / base:.2f} |", flush=True)
                    continue
                slow, slow_mb = measure(theirs, arguments, 1 if rows > 50_000 else chosen.runs)
                ratios = f"{slow / patch:.0f}× | {base:.3f} | {patch / base:.2f}"
                print(f"{cells}| {slow:.2f} ({slow_mb:.0f}) | {ratios} |", flush=True)


if __name__ == "__main__":
    main()
