"""LAMBDAs come into any workbook as names and nothing else, are kept up to date, and go again."""

from __future__ import annotations

import re
import shutil
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from complaints import new_complaints
from openpyxl import Workbook, load_workbook
from openpyxl.workbook.defined_name import DefinedName

from strategy_xl.build.book import build
from strategy_xl.errors import PatchRefusedError, StrategyXlError
from strategy_xl.functions.lambdas.definitions import definitions
from strategy_xl.functions.lambdas.named import MOST_COMMENT
from strategy_xl.languages import LANGUAGES
from strategy_xl.ooxml.named_formulas import NamedFormula, named_formulas, with_named_formulas
from strategy_xl.ooxml.package import Package
from strategy_xl.ooxml.package_write import write_package
from strategy_xl.ooxml.snapshot import Snapshot
from strategy_xl.schema.consistency import SETTINGS_BLOCK, TODAY
from strategy_xl.schema.loader import load_default
from strategy_xl.schema.names import choice_name, setting_name
from strategy_xl.work import lambdas
from strategy_xl.work.adopt import AdoptionWish, adopt_workbook
from strategy_xl.work.lambdas import add_lambdas, is_ours, lambdas_for, remove_lambdas
from strategy_xl.work.recompute import recompute_workbook
from strategy_xl.work.release import release_workbook
from strategy_xl.work.upgrade import upgrade_workbook

DAY = date(2027, 3, 1)
SPEC = load_default()
BOOKS = Path(__file__).parents[1] / "data" / "books"
PART = "xl/workbook.xml"
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")


@pytest.fixture
def theirs(tmp_path: Path) -> Path:
    """A workbook of somebody else with a name of his."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Mes clients"
    sheet.append(["Nom", "CA"])
    sheet.append(["A", 100])
    book.defined_names["taux"] = DefinedName("taux", attr_text="'Mes clients'!$B$2")
    book.save(tmp_path / "theirs.xlsx")
    return tmp_path / "theirs.xlsx"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A French workbook of ours."""
    path = tmp_path_factory.mktemp("made") / "plan.xlsx"
    build(SPEC, path, lang="fr", today=DAY, only=["swot"], example=True)
    return path


@pytest.fixture
def ours(made: Path, tmp_path: Path) -> Path:
    """A copy of that workbook."""
    return Path(shutil.copy(made, tmp_path / "plan.xlsx"))


def _parts(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as package:
        return {name: package.read(name) for name in package.namelist()}


def _changed(one: Path, other: Path) -> list[str]:
    before, after = _parts(one), _parts(other)
    assert list(before) == list(after)
    return [name for name, data in before.items() if after[name] != data]


def _named(path: Path) -> dict[str, NamedFormula]:
    return {item.name: item for item in named_formulas(_parts(path)[PART])}


def _edited(path: Path, change: Callable[[bytes], bytes], part: str = PART) -> None:
    """Change a part of a workbook as somebody else would."""
    content = path.read_bytes()
    snapshot = Snapshot.take(path)
    assert snapshot.content == content
    with Package.open(snapshot) as package, path.with_suffix(".new").open("w+b") as stream:
        write_package(package, stream, {part: change(package.read(part))})
    path.with_suffix(".new").replace(path)


def test_only_the_list_of_names_changes(theirs: Path, tmp_path: Path) -> None:
    """Every other part keeps its bytes, his own name too; a second time there is nothing to do."""
    before = Path(shutil.copy(theirs, tmp_path / "before.xlsx"))
    report = add_lambdas(theirs, "en")
    assert (len(report.added), report.lang, report.written) == (len(definitions()), "en", True)
    assert _changed(before, theirs) == [PART]
    one, other = (re.sub(rb"<definedName name=\"STRATX_.*?</definedName>", b"", data) for data in (
        _parts(before)[PART], _parts(theirs)[PART]))  # fmt: skip
    assert one == other
    assert load_workbook(theirs).defined_names["taux"].attr_text == "'Mes clients'!$B$2"
    content = theirs.read_bytes()
    again = add_lambdas(theirs, "en")
    assert (again.done, again.written, len(again.same)) == (0, False, len(definitions()))
    assert theirs.read_bytes() == content


def test_the_names_are_as_excel_takes_them(ours: Path, theirs: Path) -> None:
    """No name has attributes but its comment; lengths are those that Excel bears; nothing is left over."""
    for book in (ours, theirs):
        before = Path(shutil.copy(book, book.with_name("before.xlsx")))
        report = add_lambdas(book)
        assert not report.findings
        every = [item for name, item in _named(book).items() if name.startswith("STRATX_")]
        found = [item for item in every if not item.hidden]
        assert len(found) == len(definitions())
        assert all(item.text.startswith("_xlfn.LAMBDA(") and len(item.text) <= 8192 for item in every)
        assert all(0 < len(item.comment) <= MOST_COMMENT for item in found)
        tags = re.findall(rb'<definedName name="STRATX_[^>]*>', _parts(book)[PART])
        assert all(
            set(re.findall(rb' (\w+)="', tag)) == {b"name", b"hidden" if b"__" in tag else b"comment"}
            for tag in tags
        )
        assert new_complaints(before, book) == []
        load_workbook(book)


def test_ours_reads_its_settings_and_another_has_constants(ours: Path, theirs: Path) -> None:
    """In our workbook limits and labels are its names, in his nothing of ours is named."""
    for book in (ours, theirs):
        add_lambdas(book)
    own, his = _named(ours), _named(theirs)
    assert "SX_ife_strong" in own["STRATX_SWOT_SCORE"].text or "SX_" in own["STRATX_SWOT_SCORE"].text
    read = {name for item in own.values() if is_ours(item) for name in re.findall(r"SXC?_\w+", item.text)}
    assert read
    assert read <= own.keys()
    assert not any("SX_" in item.text or "SXC_" in item.text for item in his.values())


def test_the_language_is_the_workbooks_own(ours: Path, theirs: Path) -> None:
    """What is asked for counts in workbooks that are not ours only."""
    assert add_lambdas(ours, "en").lang == "fr"
    assert add_lambdas(theirs, "en").lang == "en"
    assert "clients" not in _named(theirs)["STRATX_TOWS"].comment
    assert add_lambdas(theirs, "fr").changed


def test_taken_out_the_workbook_is_what_it_was(ours: Path, theirs: Path, tmp_path: Path) -> None:
    """Part by part, byte for byte; and there is nothing to take out then."""
    for book in (ours, theirs):
        before = Path(shutil.copy(book, tmp_path / "before.xlsx"))
        add_lambdas(book)
        report = remove_lambdas(book)
        assert len(report.removed) == len(definitions())
        assert _changed(before, book) == []
        assert not remove_lambdas(book).written


def test_one_of_an_earlier_version_is_replaced(theirs: Path) -> None:
    """So is one that LibreOffice saved, which writes in small letters and drops the comments."""
    add_lambdas(theirs)
    fresh = _named(theirs)
    _edited(theirs, lambda data: data.replace(b",IF(ROWS(", b",IF(1*ROWS("))
    assert len(add_lambdas(theirs).changed) > 0
    assert _named(theirs) == fresh
    _edited(
        theirs, lambda data: re.sub(rb' comment="[^"]*"', b"", data.replace(b"_xlfn.LAMBDA", b"_xlfn.lambda"))
    )
    assert len(add_lambdas(theirs).changed) == len(definitions())
    assert _named(theirs) == fresh


def test_one_that_nobody_calls_any_more_goes(theirs: Path) -> None:
    """Those that only the others call are not kept when these do without."""
    add_lambdas(theirs)
    fresh = _named(theirs)
    old = NamedFormula("STRATX__OLD", "_xlfn.LAMBDA(_xlpm.v_,_xlpm.v_)", hidden=True)
    mine = NamedFormula("STRATX_MINE", "_xlfn.LAMBDA(_xlpm.v,_xlpm.v)")
    _edited(theirs, lambda data: with_named_formulas(data, [old, mine]))
    assert add_lambdas(theirs).written
    assert _named(theirs) == {**fresh, mine.name: mine}
    remove_lambdas(theirs)
    assert mine.name in _named(theirs)


@pytest.mark.parametrize(
    ("text", "sheet"),
    [
        ("'Mes clients'!$A$1", None),
        ("_xlfn.LAMBDA(_xlpm.a,_xlpm.a+1)", None),
        ("_xlfn.LAMBDA(_xlpm.internal,_xlfn.LET(_xlpm.mine,_xlpm.internal,_xlpm.mine))", None),
        ("1", 0),
    ],
)
def test_a_name_of_somebody_is_refused(theirs: Path, text: str, sheet: int | None) -> None:
    """Whatever it is, and for one sheet too: nothing is written, and it is not taken out either."""
    own = NamedFormula("stratx_tows", text)
    if sheet is None:
        _edited(theirs, lambda data: with_named_formulas(data, [own]))
    else:
        raw = b'<definedName name="STRATX_TOWS" localSheetId="0">1</definedName></definedNames>'
        _edited(theirs, lambda data: data.replace(b"</definedNames>", raw))
    content = theirs.read_bytes()
    with pytest.raises(PatchRefusedError) as caught:
        add_lambdas(theirs)
    assert caught.value.finding.code == "SX533"
    assert str(caught.value.finding.location).startswith(str(theirs))
    assert not remove_lambdas(theirs, force=True).removed
    assert theirs.read_bytes() == content


def test_formulas_that_call_them_hold_them(theirs: Path, tmp_path: Path) -> None:
    """Cells, names, rules: where the first ones are is said, and with force they go all the same."""
    add_lambdas(theirs)
    book = load_workbook(theirs)
    sheet = book["Mes clients"]
    sheet["D2"], sheet["D3"] = "=STRATX_GROWTH(B2:B2)", '="STRATX_GROWTH"'
    book.defined_names["mine"] = DefinedName("mine", attr_text="stratx_tows(1,2,3)")
    book.save(theirs)
    content = theirs.read_bytes()
    report = remove_lambdas(theirs)
    finding = report.findings[0]
    assert (finding.code, finding.args["n"]) == ("SX535", 2)
    assert "Mes clients!D2" in str(finding.args["cells"])
    assert (report.written, theirs.read_bytes() == content) == (False, True)
    assert len(remove_lambdas(theirs, force=True).removed) == len(definitions())
    assert b'fullCalcOnLoad="1"' in _parts(theirs)[PART]


def test_formulas_that_wait_for_them_are_computed(theirs: Path) -> None:
    """A cell that called one before it was there is asked to be computed on opening."""
    book = load_workbook(theirs)
    book["Mes clients"]["D2"] = "=STRATX_GROWTH(B2:B2)"
    book.save(theirs)
    _edited(theirs, lambda data: data.replace(b' fullCalcOnLoad="1"', b""))
    add_lambdas(theirs)
    assert b'fullCalcOnLoad="1"' in _parts(theirs)[PART]


def test_a_dry_run_writes_nothing(theirs: Path) -> None:
    """It says what would come and what would go."""
    content = theirs.read_bytes()
    assert len(add_lambdas(theirs, dry_run=True).added) == len(definitions())
    assert theirs.read_bytes() == content
    add_lambdas(theirs)
    content = theirs.read_bytes()
    assert len(remove_lambdas(theirs, dry_run=True).removed) == len(definitions())
    assert theirs.read_bytes() == content


@pytest.mark.parametrize("lang", LANGUAGES)
def test_all_fit_with_every_name_of_ours(lang: str) -> None:
    """Where all settings and choices are names, which is longest, none is left out."""
    fields = [item.key for item in SPEC.data_blocks()[SETTINGS_BLOCK][1].fields]
    names = [setting_name(key) for key in (*fields, TODAY)]
    names += [choice_name(item.key, choice.key) for item in SPEC.lists for choice in item.choices]
    fitting, longer = lambdas_for(lang, dict.fromkeys(names, "1"))
    assert not longer
    assert sum(not item.hidden for item in fitting) == len(definitions())


def test_one_that_is_too_long_is_left_out(theirs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Excel would not open the file; the others come, and a finding names it."""
    lengths = sorted(len(item.text) for item in lambdas_for("fr")[0])
    monkeypatch.setattr(lambdas, "MOST_CHARACTERS", lengths[-1] - 1)
    report = add_lambdas(theirs)
    assert [finding.code for finding in report.findings] == ["SX534"]
    assert len(report.added) == len(definitions()) - 1


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 no", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)])
def test_what_is_no_workbook_is_refused(content: bytes, tmp_path: Path) -> None:
    """With the message that every other verb gives, and left as it is."""
    path = tmp_path / "odd.xlsx"
    path.write_bytes(content)
    for verb in (add_lambdas, remove_lambdas):
        with pytest.raises(StrategyXlError) as caught:
            verb(path)
        assert caught.value.finding.code.startswith("SX9")
    assert path.read_bytes() == content


def test_a_night_leaves_them_alone(ours: Path) -> None:
    """What a night writes is the same with them and without, and the list of names is not touched."""
    other = Path(shutil.copy(ours, ours.with_name("other.xlsx")))
    add_lambdas(ours)
    before = _parts(ours)[PART]
    for book in (ours, other):
        assert recompute_workbook(book, SPEC, DAY, backups=0).failure is None
    assert _parts(ours)[PART] == before
    assert _changed(ours, other) == [PART]


def test_an_upgrade_makes_them_anew(tmp_path: Path) -> None:
    """Those of a workbook of an earlier version are afterwards what a present one would get."""
    book = Path(shutil.copy(BOOKS / "small-3.xlsx", tmp_path / "plan.xlsx"))
    add_lambdas(book)
    _edited(book, lambda data: data.replace(b",IF(ROWS(", b",IF(1*ROWS("))
    assert upgrade_workbook(book, book, SPEC, DAY).written
    present = _named(book)
    assert sum(is_ours(item) and not item.hidden for item in present.values()) == len(definitions())
    assert add_lambdas(book).done == 0


def test_a_workbook_that_takes_our_sheets_in_and_gives_them_back(theirs: Path, tmp_path: Path) -> None:
    """They read our settings while these are there; given back, his workbook is byte for byte what it was."""
    add_lambdas(theirs)
    taken, back = tmp_path / "taken.xlsx", tmp_path / "back.xlsx"
    adopt_workbook(theirs, taken, SPEC, AdoptionWish("fr", DAY, modules=["swot"]))
    assert add_lambdas(taken).changed
    assert "SX" in _named(taken)["STRATX_SWOT_SCORE"].text
    release_workbook(taken, back)
    assert _changed(theirs, back) == []
