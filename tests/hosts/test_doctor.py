"""Every check of the doctor, in a good and in each bad case; Windows is a stand-in."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import ModuleType

import pytest
from babel.messages.pofile import read_po
from fake_windows import OFFICE, OPTIONS, VBA_ONCE, FakeWindows, program, with_excel

from strategy_xl import __version__
from strategy_xl.errors import WorkbookError
from strategy_xl.hosts import doctor
from strategy_xl.hosts.calc.extension import build_oxt
from strategy_xl.hosts.doctor import (
    CHECKS,
    Check,
    Result,
    State,
    calc_side,
    examine,
    excel_side,
    python_side,
    system_side,
)
from strategy_xl.hosts.excel import addin
from strategy_xl.hosts.excel.install import ADDIN_FILE, addins_folder, install
from strategy_xl.hosts.excel.office import excels, program_bits
from strategy_xl.hosts.machine import Interpreter, Machine
from strategy_xl.hosts.windows import Hive
from strategy_xl.languages import LANGUAGES
from strategy_xl.text.catalog import message

XLWINGS = version("xlwings")
POLICY = r"Software\Policies\Microsoft\Office\16.0\Excel"
SECURITY = rf"{OFFICE}\16.0\Excel\Security"
RULES = r"Software\Policies\Microsoft\Windows Defender\Windows Defender Exploit Guard\ASR\Rules"
MANAGER = r"Software\Policies\Microsoft\Windows Defender\Policy Manager"


@dataclass
class Programs:
    """Other programs: what they print, or the error that they end with."""

    answers: dict[str, str | Exception] = field(default_factory=dict)
    asked: list[list[str]] = field(default_factory=list)

    def run(self, command: Sequence[str]) -> str:
        """What a program prints."""
        self.asked.append(list(command))
        answer = self.answers[command[0]]
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture(autouse=True)
def vba_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The VBA is the same for every test: it is made once."""
    monkeypatch.setattr(addin, "_project", VBA_ONCE)


@pytest.fixture
def programs() -> Programs:
    """Nothing but what a test adds."""
    return Programs()


@pytest.fixture
def windows(tmp_path: Path) -> FakeWindows:
    """A Windows with an Excel of 64 bits."""
    found = FakeWindows()
    with_excel(found, tmp_path / "Office")
    return found


@pytest.fixture
def machine(tmp_path: Path, windows: FakeWindows, programs: Programs) -> Machine:
    """A Windows computer on which all is well: Python with its DLLs, Excel, the add-in installed."""
    home = tmp_path / "Python"
    python = program(home / "python.exe")
    program(home / "pythonw.exe")
    for bits in (64, 32):
        program(home / f"xlwings{bits}-{XLWINGS}.dll", bits)
    programs.answers[str(python)] = f"noise\n{json.dumps([__version__, XLWINGS])}\n"
    (tmp_path / "Documents").mkdir()
    found = Machine(
        system="win32",
        environment={"APPDATA": str(tmp_path / "Roaming")},
        windows=windows,
        python=Interpreter(python, "3.12.1", 64),
        encoding="utf-8",
        home=tmp_path,
        books=tmp_path / "Documents",
        run=programs.run,
        which=lambda _name: None,
    )
    install(windows, found.environment, python=str(home / "pythonw.exe"))
    return found


def look(key: str, machine: Machine) -> list[Result]:
    """What one check finds; every sentence and remedy can be said in both languages."""
    check = next(each for each in CHECKS if each.key == key)
    results = list(check.run(machine))
    for result in results:
        for lang in LANGUAGES:
            assert "{" not in message(result.key, lang, **result.args)
            if result.state in {State.ATTENTION, State.PROBLEM} and result.code != "FAILED":
                assert "{" not in message(f"{result.key}.hint", lang, **result.args)
    return results


def codes(key: str, machine: Machine) -> list[tuple[State, str]]:
    """State and code of what a check finds."""
    return [(result.state, result.code) for result in look(key, machine)]


OK = [(State.OK, "OK")]


def test_all_is_well_on_a_good_computer(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """A Windows computer with everything in place gives no attention and no problem."""
    for name in ("pywintypes", "pythoncom", "win32com", "win32com.client"):
        monkeypatch.setitem(sys.modules, name, ModuleType(name))
    results = list(examine(machine))
    assert {result.state for result in results} == {State.OK, State.NOT_HERE}
    missing = {result.check for result in results if result.state is State.NOT_HERE}
    assert missing == {"mac", "office", "office_python", "extension", "extension_python"}


def test_elsewhere_the_windows_checks_do_not_apply(machine: Machine) -> None:
    """On Linux all checks of Excel and Windows say so, and look at nothing."""
    elsewhere = replace(machine, system="linux", windows=None)
    idle = {result.check for result in examine(elsewhere) if result.code == "NOT_HERE"}
    windows_only = {
        "pywin32",
        "excel",
        "addin",
        "addin_xlwings",
        "interpreter",
        "dll",
        "trust",
        "mark",
        "defender",
        "mac",
    }
    assert idle == windows_only


@pytest.mark.parametrize(
    "error", [RuntimeError("boom"), WorkbookError("SX901"), OSError(5, "denied"), KeyError("k")]
)
def test_a_check_that_fails_is_a_result(machine: Machine, error: Exception) -> None:
    """Whatever a check raises is told as a result; what it found before stays."""

    def fail(_machine: Machine) -> list[Result]:
        raise error

    (result,) = Check("python", fail).run(machine)
    assert (result.state, result.code) == (State.PROBLEM, "FAILED")
    said = message(result.key, "en", **result.args)
    assert str(error.args[0]) in said
    assert "Traceback" not in said


def test_every_message_belongs_to_a_check() -> None:
    """The catalogue has the messages that the checks can give, and no other."""
    folder = Path(doctor.__file__).parent
    source = "\n".join(path.read_text("utf-8") for path in sorted(folder.glob("*.py")))
    given = set(re.findall(r"Result\(\s*\"(\w+)\",\s*[\w.]+,\s*\"(\w+)\"", source))
    given |= {("addin", code) for code in ("FILE_MISSING", "NOT_INSTALLED")}
    given |= {("trust", code) for code in ("MACROS", "MACROS_POLICY", "LISTED_OFF", "NOT_LISTED")}
    given |= {("trust", code + tail) for code in ("ADDINS_OFF", "SIGNED_ONLY") for tail in ("", "_POLICY")}
    given |= {("defender", code) for code in ("CHILD_PROCESSES", "API_CALLS")}
    asked = ("GONE", "NO_PACKAGE", "OTHER_VERSION", "OK")
    given |= {(check, code) for check in ("interpreter", "extension_python") for code in asked}
    given = {pair for pair in given if pair[1] not in {"FAILED", "NOT_HERE", "NO_ADDIN"}}
    path = folder.parents[1] / "text" / "locales" / "fr" / "LC_MESSAGES" / "addin.po"
    with path.open("rb") as stream:
        keys = {str(entry.id) for entry in read_po(stream) if entry.id}
    form = re.compile(r"doctor\.([a-z_0-9]+)\.([A-Z_0-9]+)(\.hint)?")
    known = {found.group(1, 2) for found in map(form.fullmatch, keys) if found}
    assert known == given
    titles = {key.split(".")[1] for key in keys if key.endswith(".title")}
    assert titles == {check.key for check in CHECKS}


# -- Python ------------------------------------------------------------------------------------------------


def test_python(machine: Machine) -> None:
    """Version, bits and path are told; an old one is a problem."""
    assert look("python", machine)[0].args == {
        "version": "3.12.1", "bits": 64, "path": str(machine.python.path),
    }  # fmt: skip
    old = replace(machine, python=replace(machine.python, version="3.9.18"))
    assert codes("python", old) == [(State.PROBLEM, "OLD")]


def test_package(machine: Machine, windows: FakeWindows, monkeypatch: pytest.MonkeyPatch) -> None:
    """Installed and local is well; not installed, another version, a network drive are not."""
    assert codes("package", machine) == OK
    windows.network.add(Path(python_side.__file__).parents[3])
    assert codes("package", machine) == [(State.ATTENTION, "NETWORK")]
    monkeypatch.setattr(python_side, "version", lambda _name: "0.0.1")
    assert codes("package", machine) == [(State.ATTENTION, "STALE")]
    monkeypatch.setattr(python_side, "version", missing)
    assert codes("package", machine) == [(State.ATTENTION, "NOT_INSTALLED")]


def missing(name: str) -> str:
    """A package that pip does not know."""
    raise PackageNotFoundError(name)


def test_packages(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each compiled package that does not load is named, with what Windows or Linux says of it."""
    assert codes("packages", machine) == OK
    monkeypatch.setitem(sys.modules, "python_calamine", None)
    (result,) = look("packages", machine)
    assert (result.state, result.code, result.args["project"]) == (State.PROBLEM, "BROKEN", "python-calamine")


def test_a_broken_package_stops_no_other_check() -> None:
    """With a package that does not load, all checks are still told, and none ends in a traceback."""
    script = (
        "import sys, json; sys.modules['python_calamine'] = None; sys.modules['pandas'] = None\n"
        "from strategy_xl.hosts.doctor import examine; from strategy_xl.hosts.machine import Machine\n"
        "def refuse(command): raise OSError('no program is started')\n"
        "machine = Machine(run=refuse, which=lambda name: None)\n"
        "print(json.dumps([(each.check, each.code) for each in examine(machine)]))"
    )
    said = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True).stdout
    found = [tuple(each) for each in json.loads(said)]
    assert found.count(("packages", "BROKEN")) == 2
    assert {check for check, _ in found} == {check.key for check in CHECKS}


def test_xlwings(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its version, or that it is missing."""
    assert look("xlwings", machine)[0].args == {"version": XLWINGS}
    monkeypatch.setattr(python_side, "version", missing)
    assert codes("xlwings", machine) == [(State.PROBLEM, "MISSING")]


def test_pywin32(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """All three of its modules must load; the one that does not is named."""
    for name in ("pywintypes", "pythoncom", "win32com", "win32com.client"):
        monkeypatch.setitem(sys.modules, name, ModuleType(name))
    assert codes("pywin32", machine) == OK
    monkeypatch.setitem(sys.modules, "pythoncom", None)
    (result,) = look("pywin32", machine)
    assert (result.state, result.code, result.args["module"]) == (State.PROBLEM, "MISSING", "pythoncom")


@pytest.mark.parametrize(
    ("encoding", "expected"),
    [("utf-8", "OK"), ("cp1252", "OK"), ("cp850", "LETTERS"), ("ascii", "LETTERS"), ("none-such", "LETTERS")],
)
def test_console(machine: Machine, encoding: str, expected: str) -> None:
    """A terminal that has no œ, € or dash is told."""
    assert [code for _, code in codes("console", replace(machine, encoding=encoding))] == [expected]


# -- Excel -------------------------------------------------------------------------------------------------


def test_excel(machine: Machine, windows: FakeWindows, tmp_path: Path) -> None:
    """Version and bits come from its program; an old one, an unknown one and none are told."""
    (result,) = look("excel", machine)
    assert (result.state, result.args["version"], result.args["bits"]) == (State.OK, "16.0", 64)
    old = with_excel(windows, tmp_path / "old", bits=32, version="15.0")
    assert codes("excel", machine) == [(State.PROBLEM, "OLD"), (State.OK, "OK")]
    assert [each.bits for each in excels(windows)] == [32, 64]
    assert program_bits(old) == 32
    assert codes("excel", replace(machine, windows=FakeWindows())) == [(State.ATTENTION, "MISSING")]


def test_excel_by_click_to_run(machine: Machine) -> None:
    """Where its program cannot be read, the registry of a click-to-run Office tells; else nobody does."""
    windows = FakeWindows()
    key = rf"{OFFICE}\ClickToRun\Configuration"
    windows.put(Hive.MACHINE, key, {"Platform": "x86", "VersionToReport": "16.0.17328.20162"})
    (result,) = look("excel", replace(machine, windows=windows))
    assert (result.state, result.args["bits"], result.args["version"]) == (State.OK, 32, "16.0.17328.20162")
    windows.put(Hive.MACHINE, key, {"Platform": "arm-what"})
    assert codes("excel", replace(machine, windows=windows)) == [(State.ATTENTION, "BITS")]


def test_excel_by_its_start_menu_entry(machine: Machine, tmp_path: Path) -> None:
    """The path by which Windows starts it is enough."""
    windows = FakeWindows()
    path = program(tmp_path / "x" / "EXCEL.EXE", 32)
    key = r"Software\Microsoft\Windows\CurrentVersion\App Paths\excel.exe"
    windows.put(Hive.MACHINE, key, {"": r'"C:\Program Files\Microsoft Office\Office16\EXCEL.EXE"'})
    assert [each.version for each in excels(windows)] == ["16.0"]
    assert program_bits(path) == 32
    for content in (b"", b"MZ", b"#!/bin/sh".ljust(100), b"MZ".ljust(0x3C) + b"\xff\xff\xff\x7f"):
        path.write_bytes(content)
        assert program_bits(path) is None
    assert program_bits(tmp_path / "none.exe") is None


def test_addin(machine: Machine, windows: FakeWindows, tmp_path: Path) -> None:
    """Present and loaded is well; each half missing is told."""
    path = addins_folder(machine.environment) / ADDIN_FILE
    assert codes("addin", machine) == OK
    with_excel(windows, tmp_path / "new", version="17.0")
    assert codes("addin", machine) == [(State.PROBLEM, "NOT_LOADED")]
    install(windows, machine.environment)
    assert codes("addin", machine) == OK
    content = path.read_bytes()
    path.unlink()
    assert codes("addin", machine) == [(State.PROBLEM, "FILE_MISSING")]
    for number in ("16.0", "17.0"):
        windows.delete_value(rf"{OFFICE}\{number}\Excel\Options", "OPEN")
    assert codes("addin", machine) == [(State.ATTENTION, "NOT_INSTALLED")]
    path.write_bytes(content)
    assert codes("addin", machine) == [(State.PROBLEM, "NOT_LOADED")] * 2
    assert codes("addin", replace(machine, windows=FakeWindows())) == [(State.ATTENTION, "NO_EXCEL")]


def test_addin_elsewhere_twice_or_off(machine: Machine, windows: FakeWindows, tmp_path: Path) -> None:
    """A copy that was ticked by hand counts; two copies, and one that Excel has switched off, are told."""
    path = addins_folder(machine.environment) / ADDIN_FILE
    other = tmp_path / "Desktop" / ADDIN_FILE
    other.parent.mkdir()
    other.write_bytes(path.read_bytes())
    windows.put(Hive.USER, OPTIONS, {"OPEN1": f'"{other}"'})
    assert codes("addin", machine) == [(State.ATTENTION, "TWICE")]
    windows.put(Hive.USER, OPTIONS, {"OPEN": '"x.xlam"'})
    path.unlink()
    assert look("addin", machine)[0].args["path"] == str(other)
    assert codes("interpreter", machine) == OK
    item = b"\x01\0\0\0" + f"{other}".upper().encode("utf-16-le") + b"\0\0"
    windows.put(Hive.USER, rf"{OFFICE}\16.0\Excel\Resiliency\DisabledItems", {"2C4F": item, "n": 1})
    assert codes("addin", machine) == [(State.PROBLEM, "DISABLED")]


def test_addin_xlwings(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """The add-in and this Python must have the same xlwings."""
    assert codes("addin_xlwings", machine) == OK
    monkeypatch.setattr(excel_side, "version", lambda _name: "0.99.0")
    (result,) = look("addin_xlwings", machine)
    assert (result.state, result.code) == (State.PROBLEM, "OTHER_VERSION")
    assert result.args == {"made": XLWINGS, "installed": "0.99.0"}
    (addins_folder(machine.environment) / ADDIN_FILE).unlink()
    assert codes("addin_xlwings", machine) == [(State.NOT_HERE, "NO_ADDIN")]


def test_interpreter(machine: Machine, programs: Programs) -> None:
    """It is there and has this program; ``python.exe`` is asked, as ``pythonw.exe`` prints nothing."""
    (result,) = look("interpreter", machine)
    assert (result.state, result.args["version"], result.args["xlwings"]) == (State.OK, __version__, XLWINGS)
    assert programs.asked[-1][0].endswith("python.exe")
    asked = str(machine.python.path)
    programs.answers[asked] = json.dumps(["9.9", XLWINGS])
    assert codes("interpreter", machine) == [(State.ATTENTION, "OTHER_VERSION")]
    failure = subprocess.CalledProcessError(1, "x", b"Traceback:\nNo module named 'strategy_xl'\n")
    for answer in (failure, subprocess.TimeoutExpired("x", 1), OSError(2, "none"), "", "[]"):
        programs.answers[asked] = answer
        assert codes("interpreter", machine) == [(State.PROBLEM, "NO_PACKAGE")]
    programs.answers[asked] = failure
    assert look("interpreter", machine)[0].args["reason"] == "No module named 'strategy_xl'"
    machine.python.path.with_name("pythonw.exe").unlink()
    assert codes("interpreter", machine) == [(State.PROBLEM, "GONE")]


def test_interpreter_of_the_path(machine: Machine, windows: FakeWindows) -> None:
    """A bare name is looked for as Windows does; it is told, because it may be another one tomorrow."""
    install(windows, machine.environment, python="pythonw")
    assert codes("interpreter", machine) == [(State.PROBLEM, "NOT_ON_PATH")]
    assert codes("dll", machine) == [(State.NOT_HERE, "NO_PYTHON")]
    found = replace(machine, which=lambda name: str(machine.python.path) if name == "pythonw" else None)
    assert codes("interpreter", found) == [(State.ATTENTION, "ON_PATH"), (State.OK, "OK")]
    assert codes("dll", found) == OK


def test_without_addin_there_is_no_interpreter_to_check(machine: Machine) -> None:
    """Nothing to look at is not a fault; a damaged add-in is told."""
    path = addins_folder(machine.environment) / ADDIN_FILE
    path.write_bytes(b"damaged")
    assert codes("interpreter", machine) == codes("dll", machine) == [(State.PROBLEM, "FAILED")]
    path.unlink()
    assert codes("interpreter", machine) == codes("mark", machine) == [(State.NOT_HERE, "NO_ADDIN")]
    assert codes("dll", machine) == OK


def test_dll(machine: Machine, windows: FakeWindows, tmp_path: Path) -> None:
    """The one of Excel's bits must be in Python's folder or the one above, whole, in the add-in's version."""
    home = machine.python.path.parent
    dll = home / f"xlwings64-{XLWINGS}.dll"
    assert look("dll", machine)[0].args["path"] == str(dll)
    program(dll, 32)
    assert codes("dll", machine) == [(State.PROBLEM, "DAMAGED")]
    dll.unlink()
    assert codes("dll", machine) == [(State.PROBLEM, "MISSING")]
    program(home / "xlwings64-0.1.0.dll")
    (result,) = look("dll", machine)
    assert (result.code, result.args["found"]) == ("OTHER_VERSION", "xlwings64-0.1.0.dll")
    program(home.parent / dll.name)  # where a virtual environment has it
    assert codes("dll", machine) == OK
    with_excel(windows, tmp_path / "Office", bits=32)
    assert look("dll", machine)[0].args["bits"] in {32, 64}


def test_dll_follows_the_bits_of_excel(machine: Machine, tmp_path: Path) -> None:
    """A 32-bit Excel asks for the 32-bit DLL, whatever Python is; unknown bits ask for both."""
    windows = FakeWindows()
    with_excel(windows, tmp_path / "Office32", bits=32)
    install(windows, machine.environment, python=str(machine.python.path))
    other = replace(machine, windows=windows)
    assert [result.args["bits"] for result in look("dll", other)] == [32]
    unknown = replace(machine, windows=FakeWindows())
    assert [result.args["bits"] for result in look("dll", unknown)] == [32, 64]


@pytest.mark.parametrize(
    ("key", "values", "expected"),
    [
        (SECURITY, {"VBAWarnings": 1}, "OK"),
        (SECURITY, {"VBAWarnings": 2, "DisableAllAddins": 0, "AccessVBOM": 0}, "OK"),
        (SECURITY, {"VBAWarnings": 3}, "MACROS"),
        (SECURITY, {"VBAWarnings": 4}, "MACROS"),
        (rf"{POLICY}\Security", {"vbawarnings": 4}, "MACROS_POLICY"),
        (SECURITY, {"DisableAllAddins": 1}, "ADDINS_OFF"),
        (rf"{POLICY}\Security", {"disablealladdins": 1}, "ADDINS_OFF_POLICY"),
        (SECURITY, {"RequireAddinSig": 1}, "SIGNED_ONLY"),
        (rf"{POLICY}\Security", {"requireaddinsig": 1}, "SIGNED_ONLY_POLICY"),
        (
            r"Software\Policies\Microsoft\Cloud\Office\16.0\Excel\Security",
            {"requireaddinsig": 1},
            "SIGNED_ONLY_POLICY",
        ),
        (rf"{POLICY}\Resiliency", {"restricttolist": 1}, "NOT_LISTED"),
        (rf"{POLICY}\Resiliency\AddinList", {"strategy_xl.xlam": "0"}, "LISTED_OFF"),
        (rf"{POLICY}\Resiliency\AddinList", {"strategy_xl.xlam": "1"}, "OK"),
    ],
)
def test_trust(
    machine: Machine, windows: FakeWindows, key: str, values: dict[str, object], expected: str
) -> None:
    """Each setting of the trust centre and each policy that matters is told, the others are not."""
    windows.put(Hive.USER, key, values)
    assert [code for _, code in codes("trust", machine)] == [expected]


def test_policies_outrank_and_lists_admit(machine: Machine, windows: FakeWindows) -> None:
    """The administrator's word counts before the user's; what is on the list may load."""
    windows.put(Hive.USER, SECURITY, {"VBAWarnings": 4})
    windows.put(Hive.USER, rf"{POLICY}\Security", {"vbawarnings": 2})
    assert codes("trust", machine) == OK
    windows.put(Hive.USER, rf"{POLICY}\Resiliency", {"restricttolist": 1})
    windows.put(Hive.USER, rf"{POLICY}\Resiliency\AddinList", {"strategy_xl.xlam": "2"})
    assert codes("trust", machine) == OK


@pytest.mark.parametrize(
    ("mark", "expected"),
    [(None, "OK"), ("[ZoneTransfer]\r\nZoneId=2\r\n", "OK"), ("[ZoneTransfer]\r\nZoneId=3\r\n", "MARKED")],
)
def test_download_mark(machine: Machine, windows: FakeWindows, mark: str | None, expected: str) -> None:
    """A file that came from the Internet is told."""
    if mark is not None:
        windows.marks[addins_folder(machine.environment) / ADDIN_FILE] = mark
    assert [code for _, code in codes("mark", machine)] == [expected]


def test_defender(machine: Machine, windows: FakeWindows) -> None:
    """Rules that block are told, rules that only note are not, in both places where they are set."""
    child, calls = "D4F940AB-401B-4EFC-AADC-AD5F3C50688A", "92e97fa1-2edf-4476-bdd6-9dd0b4dddc7b"
    windows.put(Hive.MACHINE, RULES, {child: "2"})
    assert codes("defender", machine) == OK
    windows.put(Hive.MACHINE, RULES, {child: "1"})
    assert codes("defender", machine) == [(State.ATTENTION, "CHILD_PROCESSES")]
    windows.put(Hive.MACHINE, MANAGER, {"ASRRules": f"{child}=2|{calls}=1"})
    assert codes("defender", machine) == [(State.ATTENTION, "API_CALLS")]


# -- places ------------------------------------------------------------------------------------------------


def test_books(machine: Machine, windows: FakeWindows, tmp_path: Path) -> None:
    """A folder that OneDrive or SharePoint keeps in step is told; another one is not."""
    assert codes("books", machine) == OK
    named = replace(machine, environment={"OneDrive": str(tmp_path / "OneDrive"), "OneDriveConsumer": ""})
    assert codes("books", named) == [(State.OK, "ELSEWHERE")]
    inside = replace(named, books=tmp_path / "ONEDRIVE" / "Plans")
    assert codes("books", inside) == [(State.ATTENTION, "SYNCED")]
    mount = {"MountPoint": str(machine.books)}
    windows.put(Hive.USER, r"Software\SyncEngines\Providers\OneDrive\abc", mount)
    assert codes("books", machine) == [(State.ATTENTION, "SYNCED")]


def test_books_on_a_mac(machine: Machine) -> None:
    """A Mac keeps synchronised folders under one roof."""
    cloud = machine.home / "Library" / "CloudStorage" / "OneDrive-Firm"
    cloud.mkdir(parents=True)
    mac = replace(machine, system="darwin", windows=None, books=cloud / "Plans")
    assert codes("books", mac) == [(State.ATTENTION, "SYNCED")]


def test_mac(machine: Machine) -> None:
    """With Excel for Mac, the script that lets its button start Python is looked for."""
    mac = replace(machine, system="darwin", windows=None)
    excel = machine.home / "Microsoft Excel.app"
    assert [each.code for each in system_side.mac(mac, excel)] == ["NO_EXCEL"]
    excel.mkdir()
    assert [each.code for each in system_side.mac(mac, excel)] == ["NO_SCRIPT"]
    script = machine.home / f"Library/Application Scripts/com.microsoft.Excel/xlwings-{XLWINGS}.applescript"
    script.parent.mkdir(parents=True)
    script.touch()
    assert [each.code for each in system_side.mac(mac, excel)] == ["OK"]


# -- LibreOffice -------------------------------------------------------------------------------------------


@pytest.fixture
def linux(machine: Machine, programs: Programs, tmp_path: Path) -> Machine:
    """A Linux computer with LibreOffice, its Python bridge and this program's Python."""
    office = tmp_path / "office" / "program" / "soffice"
    office.parent.mkdir(parents=True)
    for name in ("soffice", "pyuno.so", "unopkg"):
        office.with_name(name).touch()
    programs.answers[str(office)] = "LibreOffice 7.4.7.2 40(Build:2)\n"
    return replace(
        machine,
        system="linux",
        environment={},
        windows=None,
        which=lambda name: str(office) if name == "soffice" else None,
    )


def add_extension(folder: Path, python: str) -> Path:
    """Unpack the extension as LibreOffice does."""
    import zipfile

    place = folder / "user/uno_packages/cache/uno_packages/lu1.tmp_/strategy_xl.oxt"
    with zipfile.ZipFile(build_oxt(folder.parents[2] / "x.oxt", python=python)) as package:
        package.extractall(place)
    cache = folder / "user" / "uno_packages" / "cache"
    (cache / "uno_packages.pmap").write_bytes(b"Pmp1\norg.strategyxl.calc\nlu1.tmp\xffstrategy_xl.oxt\n")
    return place


def test_office(linux: Machine, programs: Programs) -> None:
    """Its version is asked; an old one, an unknown one and none are told."""
    (result,) = look("office", linux)
    assert (result.state, result.args["version"]) == (State.OK, "7.4.7.2")
    asked = str(result.args["path"])
    programs.answers[asked] = "LibreOffice 6.4.1 x"
    assert codes("office", linux) == [(State.PROBLEM, "OLD")]
    programs.answers[asked] = "?"
    assert codes("office", linux) == [(State.ATTENTION, "VERSION")]
    programs.answers[asked] = OSError("broken")
    assert codes("office", linux) == [(State.PROBLEM, "FAILED")]
    assert codes("office", replace(linux, which=lambda _name: None)) == [(State.NOT_HERE, "MISSING")]


def test_office_on_windows(
    machine: Machine, windows: FakeWindows, programs: Programs, tmp_path: Path
) -> None:
    """The registry tells where it is; ``soffice.com`` prints, ``soffice.exe`` does not."""
    folder = tmp_path / "LibreOffice" / "program"
    for name in ("soffice.exe", "soffice.com", "python.exe"):
        program(folder / name)
    windows.put(Hive.MACHINE, r"Software\LibreOffice\UNO\InstallPath", {"": str(folder)})
    programs.answers[str(folder / "soffice.com")] = "LibreOffice 24.2.1.2 db4def46b0453cc22"
    assert look("office", machine)[0].args["version"] == "24.2.1.2"
    assert codes("office_python", machine) == OK
    assert codes("extension", machine) == [(State.NOT_HERE, "NOT_INSTALLED")]


def test_office_python(linux: Machine) -> None:
    """Its Python is a package of its own on Linux."""
    (result,) = look("office_python", linux)
    assert result.state is State.OK
    Path(str(result.args["path"])).unlink()
    assert codes("office_python", linux) == [(State.PROBLEM, "NO_PYTHON")]


def test_extension(linux: Machine, programs: Programs) -> None:
    """Absent, present, from another version, with an interpreter that is there or not."""
    assert codes("extension", linux) == [(State.ATTENTION, "NOT_INSTALLED")]
    assert codes("extension_python", linux) == [(State.NOT_HERE, "NO_ADDIN")]
    python = str(linux.python.path)
    place = add_extension(linux.home / ".config" / "libreoffice" / "4", python)
    assert codes("extension", linux) == OK
    assert codes("extension_python", linux) == OK
    chosen = replace(linux, environment={calc_side.PYTHON_VARIABLE: "/nowhere/python"})
    assert codes("extension_python", chosen) == [(State.PROBLEM, "GONE")]
    programs.answers[python] = json.dumps(["9.9", XLWINGS])
    assert codes("extension_python", linux) == [(State.ATTENTION, "OTHER_VERSION")]
    description = place / "description.xml"
    text = description.read_text("utf-8")
    description.write_text(text.replace(f'"{__version__}"', '"0.0.1"'), "utf-8")
    assert codes("extension", linux) == [(State.ATTENTION, "STALE")]
    description.write_text(text.replace("org.strategyxl.calc", "org.other"), "utf-8")
    assert codes("extension", linux) == [(State.ATTENTION, "NOT_INSTALLED")]


def test_a_removed_extension_is_not_there(linux: Machine) -> None:
    """Its folder stays behind for a while: the list, or for all users a mark, says that it is gone."""
    own = linux.home / ".config" / "libreoffice" / "4"
    add_extension(own, "/p")
    (own / "user/uno_packages/cache/uno_packages.pmap").write_bytes(b"Pmp1\n")
    assert codes("extension", linux) == [(State.ATTENTION, "NOT_INSTALLED")]
    shared = Path(str(linux.which("soffice"))).parents[1]
    (shared / "user").symlink_to(shared / "share", target_is_directory=True)
    (shared / "share").mkdir()
    place = add_extension(shared, "/p")
    (shared / "share/uno_packages/cache/uno_packages.pmap").unlink()
    assert codes("extension", linux) == OK
    place.parent.with_name("lu1.tmpremoved").touch()
    assert codes("extension", linux) == [(State.ATTENTION, "NOT_INSTALLED")]


@pytest.mark.libreoffice
def test_the_real_computer(soffice: str) -> None:
    """On the computer that runs the tests, Python and LibreOffice are found and no check fails."""
    results = list(examine(Machine()))
    assert not [result for result in results if result.code == "FAILED"]
    states = {result.check: result.state for result in results}
    assert states["python"] is states["package"] is states["xlwings"] is states["office"] is State.OK


def test_the_real_interpreter_is_asked(machine: Machine, tmp_path: Path) -> None:
    """This very interpreter, asked for real, has this program; one without it is found out."""
    real = Machine()
    (result,) = python_side.interpreter("interpreter", real, real.python.path, __version__)
    assert (result.state, result.args["version"]) == (State.OK, __version__)
    broken = tmp_path / "python"
    broken.write_text("#!/bin/sh\necho no such module >&2\nexit 1\n")
    broken.chmod(0o755)
    if sys.platform != "win32":
        (result,) = python_side.interpreter("interpreter", real, broken, None)
        assert (result.code, result.args["reason"]) == ("NO_PACKAGE", "no such module")
