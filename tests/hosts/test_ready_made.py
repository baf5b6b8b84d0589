"""A finished add-in: taken as it is when it is ours, refused with what differs when it is not."""

from __future__ import annotations

import re
import shutil
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from fake_windows import FakeWindows

from strategy_xl.errors import StrategyXlError, WorkbookError
from strategy_xl.hosts.excel.addin import build_xlam
from strategy_xl.hosts.excel.install import ADDIN_FILE, addins_folder, install, uninstall
from strategy_xl.hosts.excel.made import read_made
from strategy_xl.hosts.excel.ready_made import checked
from strategy_xl.hosts.excel.vba import vba_project as form
from strategy_xl.hosts.excel.vba.compound import write_compound
from strategy_xl.hosts.excel.vba.compression import compress
from strategy_xl.hosts.excel.vba.vba_project import PROJECT_PART, ProjectError, read_project, write_project
from strategy_xl.hosts.excel.vba.xlwings_module import SETTINGS_SHEET
from strategy_xl.hosts.windows import Hive

pytestmark = pytest.mark.usefixtures("vba_once")

SHEET = "xl/worksheets/sheet1.xml"
STRINGS = "xl/sharedStrings.xml"
KINDS = ("", "Agile", "V3")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The add-in as ``addin build`` makes it, for a Python that is on this computer."""
    folder = tmp_path_factory.mktemp("built")
    python = folder / "pythonw.exe"
    python.touch()
    return build_xlam(folder / "strategy_xl.xlam", python=str(python))


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """The variables that matter; the folder has accents and spaces."""
    return {"APPDATA": str(tmp_path / "Élodie D’Été" / "Roaming"), "PATH": ""}


def changed(source: Path, target: Path, parts: dict[str, bytes]) -> Path:
    """A copy of a package with other or further parts."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            new.writestr(name, parts.get(name, old.read(name)))
        for name in parts.keys() - set(old.namelist()):
            new.writestr(name, parts[name])
    return target


def signed(source: Path, target: Path) -> Path:
    """A copy that bears the parts of a signature."""
    return changed(source, target, {f"xl/vbaProjectSignature{kind}.bin": b"signed" for kind in KINDS})


def part(path: Path, name: str) -> bytes:
    """A part of a package."""
    with zipfile.ZipFile(path) as package:
        return package.read(name)


def code(error: pytest.ExceptionInfo[StrategyXlError]) -> tuple[str, object]:
    """The code of a refusal, and the reason that it gives."""
    return error.value.finding.code, error.value.finding.args.get("reason")


# -- taken -------------------------------------------------------------------------------------------------


def test_a_signed_file_is_installed_byte_by_byte(
    built: Path, windows: FakeWindows, environment: dict[str, str], tmp_path: Path
) -> None:
    """What was signed stands in the folder as it was given, is registered, told, and goes again."""
    file = signed(built, tmp_path / "signed.xlam")
    windows.marks[file] = "[ZoneTransfer]\nZoneId=3\n"
    target = addins_folder(environment) / ADDIN_FILE
    for known in ("registered", "known"):
        outcome = install(windows, environment, file=file)
        assert target.read_bytes() == file.read_bytes()
        assert target not in windows.marks
        assert windows.options() == {"OPEN": f'"{target}"'}
        assert [step.key.removeprefix("addin.install.") for step in outcome.steps] == [
            "taken", "signed", "python", known, "next",
        ]  # fmt: skip
        assert outcome.steps[1].args == {"kinds": "legacy, agile, v3"}
        assert outcome.warnings == ()
    uninstall(windows, environment)
    assert not target.exists()
    assert windows.options() == {}


def test_a_signature_meets_the_rule_that_asks_for_one(
    built: Path, windows: FakeWindows, environment: dict[str, str], tmp_path: Path
) -> None:
    """With a rule for signed add-ins, the unsigned file is warned of and the signed one is not."""
    windows.put(
        Hive.USER, r"Software\Policies\Microsoft\Office\16.0\Excel\Security",
        {"requireaddinsig": 1},
    )  # fmt: skip
    outcome = install(windows, environment, file=built)
    assert [step.key for step in outcome.warnings] == ["doctor.trust.SIGNED_ONLY_POLICY"]
    assert outcome.steps[1].key == "addin.install.unsigned"
    assert install(windows, environment, file=signed(built, tmp_path / "s.xlam")).warnings == ()


@pytest.mark.parametrize(
    ("python", "is_here"),
    [
        (r"C:\nowhere\pythonw.exe", False),
        ("pythonw", False),
        ("python3-here", True),
        ("%HERE%/python3-here", True),
        ("%NOT_HERE%/python3-here", False),
    ],
)
def test_a_python_that_is_not_here_is_told(
    windows: FakeWindows, environment: dict[str, str], tmp_path: Path, python: str, *, is_here: bool
) -> None:
    """The Python in the file is named, with variables filled in; when it is not here, that is a warning."""
    here = tmp_path / "python3-here"
    here.touch(mode=0o755)
    environment |= {"PATH": str(tmp_path), "HERE": str(tmp_path)}
    outcome = install(windows, environment, file=build_xlam(tmp_path / "a.xlam", python=python))
    assert [step.key for step in outcome.warnings] == ([] if is_here else ["addin.install.PYTHON"])
    assert outcome.steps[2].args == {"path": python}


def compiled(content: bytes, sources: dict[str, str]) -> bytes:
    """The project as Excel saves it: a cache before each source, other spaces, capitals and attributes."""
    project = read_project(content)
    cache = b"compiled code" * 7
    streams = {name: cache + compress(text.encode("cp1252")) for name, text in sources.items()}
    directory = b"".join(
        struct.pack("<HI", *form._sized(kind, data))
        + (struct.pack("<I", len(cache)) if kind == form._OFFSET else data)
        for kind, data in form._dir(project)
    )
    lines = "".join(f"{line}\r\n" for line in form._properties(project)).encode("cp1252")
    return write_compound(
        {
            "VBA": {"_VBA_PROJECT": b"\xcc\x61\xb2\0\0\x01\0", "dir": compress(directory), **streams},
            "PROJECT": lines,
            "PROJECTwm": form._names(project.modules),
        }
    )


def rewritten(source: str) -> str:
    """A module as VBA's editor writes it anew."""
    source = re.sub(r"(?m)^( *)Dim ", r"\1Dim  ", source).replace("Optional ", "optional ")
    return f'Attribute VB_Base = "0{{00020819-0000-0000-C000-000000000046}}"\r\n{source}\r\n\r\n'


def test_a_file_that_excel_has_saved_is_ours_still(built: Path, tmp_path: Path) -> None:
    """Signing in VBA's editor saves the file: compiled code, other spaces, further parts, a truth value."""
    content = part(built, PROJECT_PART)
    sources = {module.name: rewritten(module.source) for module in read_project(content).modules}
    project = compiled(content, sources)
    with pytest.raises(ProjectError):
        read_project(project)
    saved = changed(
        built,
        tmp_path / "saved.xlam",
        {
            PROJECT_PART: project,
            "xl/_rels/vbaProject.bin.rels": b"<Relationships/>",
            "xl/calcChain.xml": b"<calcChain/>",
            "docProps/custom.xml": b"<Properties/>",
        },
    )
    assert checked(saved).interpreter == read_made(built).interpreter
    assert checked(saved).signatures == ()


# -- refused -----------------------------------------------------------------------------------------------


def other_module(content: bytes) -> bytes:
    """The project with a line more in one of its modules."""
    project = read_project(content)
    first = project.modules[0]
    source = f'{first.source}Sub Auto_Open()\r\n    Shell "calc.exe"\r\nEnd Sub\r\n'
    modules = (type(first)(first.name, first.kind, source), *project.modules[1:])
    return write_project(type(project)(project.name, modules, *_rest(project)))


def further_module(content: bytes) -> bytes:
    """The project with a module more."""
    project = read_project(content)
    last = project.modules[-1]
    more = type(last)("Zz", last.kind, 'Attribute VB_Name = "Zz"\r\n')
    return write_project(type(project)(project.name, (*project.modules, more), *_rest(project)))


def _rest(project: object) -> tuple[object, ...]:
    return tuple(getattr(project, name) for name in ("information", "references", "properties", "extenders"))


@pytest.mark.parametrize(
    ("name", "change", "reason"),
    [
        (PROJECT_PART, other_module, "ThisWorkbook"),
        (PROJECT_PART, further_module, "Zz"),
        (PROJECT_PART, lambda _old: b"none", "not an OLE2 structured storage file"),
        (STRINGS, lambda old: old.replace(b">%TEMP%<", b">C:\\Tmp<"), "TEMP DIR"),
        (STRINGS, lambda old: old.replace(b">PYTHONPATH<", b">PYTHONPATHS<"), "PYTHONPATH"),
        (STRINGS, lambda _old: b"<sst", None),
        (SHEET, lambda old: old.replace(b"<v>", b"<f>1+1</f><v>", 1), SHEET),
        ("xl/workbook.xml", lambda old: old.replace(SETTINGS_SHEET.encode(), b"other"), None),
        ("xl/activeX/activeX1.bin", lambda _old: b"", "xl/activeX/activeX1.bin"),
        ("xl/macrosheets/sheet1.xml", lambda _old: b"", "xl/macrosheets/sheet1.xml"),
        ("xl/externalLinks/externalLink1.xml", lambda _old: b"", "xl/externalLinks/externalLink1.xml"),
    ],
)
def test_what_is_not_ours_is_refused(
    built: Path, tmp_path: Path, name: str, change: Callable[[bytes], bytes], reason: str | None
) -> None:
    """Any other macro, setting or part is named, whatever signature the file bears."""
    with zipfile.ZipFile(built) as package:
        old = package.read(name) if name in package.namelist() else b""
    other = signed(changed(built, tmp_path / "x.xlam", {name: change(old)}), tmp_path / "other.xlam")
    with pytest.raises(WorkbookError) as refused:
        checked(other)
    found = code(refused)
    assert found[0] == "SX671"
    assert found[1] if reason is None else found[1] == reason


def test_a_refused_file_changes_nothing(
    built: Path, windows: FakeWindows, environment: dict[str, str], tmp_path: Path
) -> None:
    """Nothing is written and nothing registered for a file that is not ours."""
    other = changed(built, tmp_path / "x.xlam", {"xl/activeX/activeX1.bin": b""})
    with pytest.raises(WorkbookError) as refused:
        install(windows, environment, file=other)
    assert code(refused)[0] == "SX671"
    assert windows.writes == 0
    assert not addins_folder(environment).exists()


def test_another_kind_of_file_is_refused(tmp_path: Path, built: Path) -> None:
    """A file that is no package keeps its own refusal; a workbook without macros is not ours."""
    text = tmp_path / "a.xlam"
    text.write_text("no zip")
    with pytest.raises(WorkbookError) as refused:
        checked(text)
    assert code(refused)[0] == "SX901"
    with zipfile.ZipFile(built) as old, zipfile.ZipFile(tmp_path / "b.xlam", "w") as new:
        for name in old.namelist():
            if name != PROJECT_PART:
                new.writestr(name, old.read(name))
    with pytest.raises(WorkbookError) as refused:
        checked(tmp_path / "b.xlam")
    assert code(refused)[0] == "SX671"


@pytest.mark.parametrize(
    ("old", "new"),
    [("' Generated by strategy_xl ", "' Generated by strategy_xl 9."), ("xlwings64-", "xlwings64-")],
)
def test_another_version_is_refused_by_name(built: Path, tmp_path: Path, old: str, new: str) -> None:
    """The library that the macros load goes with one version of xlwings, the answers with one of ours."""
    project = read_project(part(built, PROJECT_PART))
    modules = []
    for module in project.modules:
        source = module.source.replace(old, new)
        if old == new:
            source = source.replace('XLWINGS_VERSION As String = "', 'XLWINGS_VERSION As String = "9.')
        modules.append(type(module)(module.name, module.kind, source))
    content = write_project(type(project)(project.name, tuple(modules), *_rest(project)))
    other = changed(built, tmp_path / "other.xlam", {PROJECT_PART: content})
    with pytest.raises(WorkbookError) as refused:
        checked(other)
    assert refused.value.finding.code == "SX672"
    assert any(str(refused.value.finding.args[key]).startswith("9.") for key in ("program", "xlwings"))


def test_the_file_may_be_the_one_that_is_installed(
    built: Path, windows: FakeWindows, environment: dict[str, str]
) -> None:
    """To install the installed file again changes nothing."""
    target = addins_folder(environment) / ADDIN_FILE
    target.parent.mkdir(parents=True)
    shutil.copy(built, target)
    install(windows, environment, file=target)
    assert target.read_bytes() == built.read_bytes()
