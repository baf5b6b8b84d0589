"""Two versions of a workbook put together, as files: A's bytes with what B changed, conflicts told."""

from __future__ import annotations

from pathlib import Path

import merges
import pytest
import versions
from fewer import few_of
from openxml_audit import OpenXmlValidator
from package_audit import audit
from versions import DAY, SPEC, clients, patched

from strategy_xl.errors import Severity, WorkbookError
from strategy_xl.ooxml.package import Package
from strategy_xl.work.diff import diff
from strategy_xl.work.merge import plan_merge
from strategy_xl.work.merge_rows import Side
from strategy_xl.work.merge_writing import MergeReport, write_merge


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What both people began from."""
    path = tmp_path_factory.mktemp("merge") / "base.xlsx"
    path.write_bytes(versions.content())
    return path


def merged(base: Path, a: Path, b: Path, out: Path, prefer: Side | None = None) -> MergeReport:
    """Put two versions together; what comes out is sound."""
    report = write_merge(plan_merge(base, a, b, SPEC, DAY, prefer=prefer), out, SPEC)
    assert audit(out) == []
    return report


def codes(report: MergeReport) -> list[str]:
    """What was told, notes left out."""
    return [one.code for one in report.findings if one.severity is not Severity.NOTE]


@pytest.mark.parametrize("seed", few_of(3, range(12)))
def test_generated_pairs(seed: int, tmp_path: Path) -> None:
    """Rows, cells, settings and conflicts of a pair of files are those that the edits foresee."""
    assert merges.run_pair(seed, tmp_path)[0] == []
    assert audit(tmp_path / "out.xlsx") == []


def test_one_side_alone(base: Path, tmp_path: Path) -> None:
    """Without a change of B, A comes out byte for byte; without one of A, what comes out is B."""
    edits = clients(
        {("Belloc", "hours"): 61.0, ("+Guérande", "revenue"): 5.0, ("Dubail", "name"): "Dubail SA"}
    )
    other = patched(base, tmp_path / "other.xlsx", edits)
    report = merged(base, other, base, tmp_path / "a.xlsx")
    assert (tmp_path / "a.xlsx").read_bytes() == other.read_bytes()
    assert report.findings == ()
    assert merged(base, base, other, tmp_path / "b.xlsx").findings == ()
    assert diff(other, tmp_path / "b.xlsx", SPEC, DAY).is_same


def test_parts_that_nobody_touched_keep_their_bytes(base: Path, tmp_path: Path) -> None:
    """Only the sheet of the clients, its table and what follows from them is another part than in A."""
    a = patched(base, tmp_path / "a.xlsx", clients({("Ardoise", "hours"): 1.0}))
    b = patched(base, tmp_path / "b.xlsx", clients({("Belloc", "hours"): 2.0}))
    report = merged(base, a, b, tmp_path / "out.xlsx")
    with Package.open(a) as before, Package.open(tmp_path / "out.xlsx") as after:
        changed = {name for name in before.members if before.raw(name) != after.raw(name)}
    assert changed == set(report.patch.parts)
    assert len([name for name in changed if "/worksheets/" in name]) == 1


def test_conflicts_and_preferences(base: Path, tmp_path: Path) -> None:
    """A's value stays and both are told; a preference takes the other, and is told as a note."""
    a = patched(base, tmp_path / "a.xlsx", clients({("Belloc", "hours"): 1.0, ("Estrel", "hours"): 7.0}))
    b = patched(base, tmp_path / "b.xlsx", clients({("Belloc", "hours"): 2.0, ("Estrel", "hours"): 7.0}))
    out = tmp_path / "out.xlsx"
    report = merged(base, a, b, out)
    (conflict,) = report.findings
    assert (conflict.code, conflict.args["a"], conflict.args["b"], conflict.args["base"]) == (
        "SX510", "1", "2", "60",
    )  # fmt: skip
    assert diff(a, out, SPEC, DAY).is_same
    report = merged(base, a, b, tmp_path / "b-wins.xlsx", Side.B)
    assert codes(report) == []
    (block,) = diff(a, tmp_path / "b-wins.xlsx", SPEC, DAY).blocks
    assert [(cell.name, cell.new) for cell in block.cells] == [("Belloc", 2.0)]


def test_own_sheets_are_taken_over(base: Path, tmp_path: Path) -> None:
    """A sheet that only B has comes with its formulas, looks and notes, and so do notes elsewhere."""
    b = versions.with_own_things(base, tmp_path / "b.xlsx")
    a = patched(base, tmp_path / "a.xlsx", clients({("Ardoise", "hours"): 1.0}))
    out = tmp_path / "out.xlsx"
    report = merged(base, a, b, out)
    assert report.sheets == ("Mes notes",)
    assert codes(report) == []
    assert not OpenXmlValidator().validate(out).errors
    assert diff(b, out, SPEC, DAY).own == ()
    # Cell by cell from then on: the sheet is there in both.
    one = patched(b, tmp_path / "one.xlsx", lambda _: {"Mes notes": {"B2": 13, "C5": "de A"}})
    two = patched(b, tmp_path / "two.xlsx", lambda _: {"Mes notes": {"B2": 14, "C6": "de B"}})
    report = merged(b, one, two, tmp_path / "cells.xlsx")
    assert codes(report) == ["SX513"]
    (cells,) = diff(one, tmp_path / "cells.xlsx", SPEC, DAY).own
    assert [(cell.cell, cell.new) for cell in cells.cells] == [("C6", "de B")]


def test_two_languages(base: Path, tmp_path: Path) -> None:
    """A French and an English copy: what B changed comes in the words of A."""
    english = tmp_path / "en.xlsx"
    english.write_bytes(versions.content("en"))
    b = patched(english, tmp_path / "b.xlsx", clients({("Belloc", "sector"): "Health"}))
    report = merged(base, base, b, tmp_path / "out.xlsx")
    assert codes(report) == []
    (block,) = diff(base, tmp_path / "out.xlsx", SPEC, DAY).blocks
    assert [(cell.key, cell.new) for cell in block.cells] == [("sector", "health")]


def test_what_stands_over_a_formula_goes_both_ways(base: Path, tmp_path: Path) -> None:
    """A value that B typed over a formula comes, and a formula that B put back comes back."""
    typed = patched(base, tmp_path / "typed.xlsx", versions.typed_over)
    merged(base, base, typed, tmp_path / "over.xlsx")
    assert diff(typed, tmp_path / "over.xlsx", SPEC, DAY).is_same
    merged(typed, typed, base, tmp_path / "back.xlsx")
    assert diff(base, tmp_path / "back.xlsx", SPEC, DAY).is_same


@pytest.mark.parametrize(
    ("broken", "code"), [(b"", "SX504"), (b"no workbook", "SX901"), (b"PK\x03\x04" + bytes(40), "SX902")]
)
def test_bad_input_writes_nothing(base: Path, tmp_path: Path, broken: bytes, code: str) -> None:
    """Whichever of the three is no workbook is named, and nothing is written."""
    bad = tmp_path / "bad.xlsx"
    bad.write_bytes(broken)
    for three in ((bad, base, base), (base, bad, base), (base, base, bad)):
        with pytest.raises(WorkbookError) as error:
            write_merge(plan_merge(*three, SPEC, DAY), tmp_path / "out.xlsx", SPEC)
        assert error.value.finding.code == code
        assert error.value.finding.location.workbook == str(bad)
    assert not (tmp_path / "out.xlsx").exists()


def test_another_workbook_is_no_version(base: Path, tmp_path: Path) -> None:
    """A workbook that has no row of the base is refused by name."""
    names = {(client["name"], "name"): f"Autre {at}" for at, client in enumerate(versions.CLIENTS)}
    cells = {(client["name"], key): 1.5 for client in versions.CLIENTS for key in ("revenue", "hours")}
    cells |= {(client["name"], "satisfaction"): 1 for client in versions.CLIENTS}
    cells |= {(client["name"], "impact"): 1 for client in versions.CLIENTS}
    cells |= {(client["name"], "margin_rate"): 0.1 for client in versions.CLIENTS}

    def strangers(data: versions.WorkbookData) -> dict[str, object]:
        contacts = data.blocks["contacts"]
        others = {
            contacts.cell(key, int(row)): f"{key} {row}"
            for row in contacts.rows.index
            for key in ("name", "account", "job")
        }
        return {**clients({**cells, **names})(data), contacts.sheet: others}

    other = patched(base, tmp_path / "other.xlsx", strangers)
    with pytest.raises(WorkbookError) as error:
        plan_merge(base, base, other, SPEC, DAY)
    assert error.value.finding.code == "SX503"
