"""Every workbook of the corpus: edited, compared with its source, read back, audited, opened."""

from __future__ import annotations

import datetime as dt
import importlib.util
import os
import warnings
from collections import Counter
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
CORPUS = Path(os.environ.get("STRATEGY_XL_SHARED", ROOT.parent / "shared")) / "corpus"
FILES = sorted(p for p in CORPUS.glob("*.xl*")) if CORPUS.is_dir() else []
# What cannot be edited, and why: damaged, or signed (and then edited when told to).
REFUSED = {
    "poi__xlsx-corrupted.xlsx": "SX914",
    "Aspose_Cells-for-Java__sampleDigitallySignedByCells.xlsx": "SX923",
    "poi__hello-world-signed.xlsx": "SX923",
    "poi__ms-office-2010-signed.xlsx": "SX923",
}
# One of each kind: made by Excel, LibreOffice, others; macros, pivots, charts, controls, strict.
OPENED = (
    "Aspose_Cells-for-Java__WebExtensionsSample.xlsx",
    "Aspose_Cells-for-_NET__chart.xlsx",
    "ClosedXML__CubeFromRange-Output.xlsx",
    "ClosedXML__multi-table.xlsx",
    "Open-XML-SDK__basicspreadsheet.xlsx",
    "poi__54288.xlsx",
    "poi__59746_NoRowNums.xlsx",
    "poi__FormatKM.xlsx",
    "test_files__sheet_visibility_strict.xlsx",
    "umya-spreadsheet__aaa.xlsx",
    "xlwings__integration_write.xlsm",
)


def tool() -> ModuleType:
    """The script that prints the corpus table: the test uses its functions."""
    spec = importlib.util.spec_from_file_location("corpus_table", ROOT / "tools" / "corpus_table.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    import sys

    sys.modules["corpus_table"] = module
    spec.loader.exec_module(module)
    return module


corpus = tool()


@pytest.mark.shared
def test_corpus_is_there(shared: Path) -> None:
    """The whole corpus is tested: 94 files."""
    assert len(FILES) == 94


@pytest.mark.shared
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_each_file(path: Path, tmp_path: Path, new_findings: Any) -> None:
    """Edits arrive and are read back, all else is as it was, and no auditor finds anything new."""
    target = tmp_path / path.name
    outcome = corpus.examine(path, target)
    assert outcome.refusal == REFUSED.get(path.name, "")
    if outcome.report is None:
        assert not target.exists()
        return
    assert outcome.report.changed[outcome.sheet] == len(outcome.edits)
    assert corpus.differences(path, target, outcome) == []
    check_by_openpyxl(path, target, outcome)
    check_by_calamine(path, target, outcome)
    assert new_findings(path, target) == []
    content = target.read_bytes()
    again = corpus.set_cells(target, target, {outcome.sheet: outcome.edits}, allow_breaking_signature=True)
    assert not again.written
    assert target.read_bytes() == content


def agrees(found: object, value: object) -> bool:
    """Whether a reader gives back what was written; dates may come as numbers, by the cell's format."""
    if isinstance(value, dt.datetime):
        return found == value or found in (45659.25, 44197.25)
    return found == value and isinstance(found, bool) == isinstance(value, bool)


def check_by_openpyxl(path: Path, target: Path, outcome: Any) -> None:
    """Openpyxl reads every edited value, when it can read the source at all."""
    import openpyxl

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            sheet = openpyxl.load_workbook(target)[outcome.sheet]
        except Exception as error:  # noqa: BLE001 - openpyxl fails in many ways on foreign files
            with pytest.raises(type(error)):
                openpyxl.load_workbook(path)[outcome.sheet]
            return
    for ref, value in outcome.edits.items():
        assert agrees(sheet[ref].value, value), ref


def check_by_calamine(path: Path, target: Path, outcome: Any) -> None:
    """Calamine reads every edited value, when it can read the source at all."""
    import python_calamine

    try:
        book = python_calamine.load_workbook(target)
    except python_calamine.CalamineError as error:
        with pytest.raises(type(error)):
            python_calamine.load_workbook(path)
        return
    rows = book.get_sheet_by_name(outcome.sheet).to_python(skip_empty_area=False)
    for ref, value in outcome.edits.items():
        row, column = corpus.parse_cell(ref)
        assert agrees(rows[row - 1][column - 1], value), ref


@pytest.mark.shared
def test_both_readers_read_nearly_all(shared: Path) -> None:
    """The exceptions above stay exceptions."""
    import openpyxl
    import python_calamine

    failures: Counter[str] = Counter()
    for path in FILES:
        try:
            python_calamine.load_workbook(path)
        except python_calamine.CalamineError:
            failures["calamine"] += 1
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                openpyxl.load_workbook(path, read_only=True).close()
        except Exception:  # noqa: BLE001 - as above
            failures["openpyxl"] += 1
    assert failures["calamine"] <= 3
    assert failures["openpyxl"] <= 8


@pytest.mark.shared
@pytest.mark.libreoffice
def test_libreoffice_opens_a_sample(shared: Path, tmp_path: Path, opened: Any) -> None:
    """LibreOffice opens edited workbooks of every kind and shows the values."""
    import openpyxl

    outcomes = []
    for name in OPENED:
        target = tmp_path / f"{Path(name).stem}.{name.rpartition('.')[2]}"
        outcome = corpus.examine(CORPUS / name, target)
        outcomes.append((target, outcome))
    folder = opened([target for target, _ in outcomes])
    for target, outcome in outcomes:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            # Without pictures, of which Pillow does not know all.
            made = openpyxl.load_workbook(folder / f"{target.stem}.xlsx", data_only=True, read_only=True)
            sheet = made[outcome.sheet]
        for ref, value in outcome.edits.items():
            assert agrees(sheet[ref].value, value), (target.name, ref)
