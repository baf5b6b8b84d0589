"""The doctor's checks of Excel and of what stands in its way, each found and clean; Windows is a stand-in."""

from __future__ import annotations

import json
import subprocess
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from fake_windows import OFFICE, OPTIONS, FakeWindows, program, with_excel
from good_computer import OK, XLWINGS, Programs, codes, look

from strategy_xl import __version__
from strategy_xl.hosts.doctor import State, excel_side
from strategy_xl.hosts.excel.install import ADDIN_FILE, addins_folder, install
from strategy_xl.hosts.excel.office import excels, program_bits
from strategy_xl.hosts.machine import Machine
from strategy_xl.hosts.windows import Hive

pytestmark = pytest.mark.usefixtures("vba_once")

POLICY = r"Software\Policies\Microsoft\Office\16.0\Excel"
SECURITY = rf"{OFFICE}\16.0\Excel\Security"
RULES = r"Software\Policies\Microsoft\Windows Defender\Windows Defender Exploit Guard\ASR\Rules"
MANAGER = r"Software\Policies\Microsoft\Windows Defender\Policy Manager"


def test_excel(machine: Machine, windows: FakeWindows, tmp_path: Path) -> None:
    """Version and bits come from its program; an old one, an unknown one and none are told."""
    (result,) = look("excel", machine)
    assert (result.state, result.args["version"], result.args["bits"]) == (State.OK, "16.0", 64)
    old = with_excel(windows, tmp_path / "old", bits=32, version="15.0")
    assert codes("excel", machine) == [(State.PROBLEM, "OLD"), (State.OK, "OK")]
    assert [each.bits for each in excels(windows)] == [32, 64]
    assert program_bits(old) == 32
    assert codes("excel", replace(machine, windows=FakeWindows())) == [(State.ATTENTION, "MISSING")]


@pytest.mark.parametrize("hive", [Hive.MACHINE, Hive.USER])
@pytest.mark.parametrize(
    "path",
    [
        r"C:\Program Files\WindowsApps\Microsoft.Office.Desktop.Excel_16051.1_x86__8wek\Office16\EXCEL.EXE",
        r"C:\Users\x\AppData\Local\Microsoft\WindowsApps\excel.exe",
    ],
)
def test_excel_of_the_store(machine: Machine, path: str, hive: Hive) -> None:
    """The Microsoft Store's Excel is told: it may not see what is written for Excel."""
    windows = FakeWindows()
    windows.put(hive, r"Software\Microsoft\Windows\CurrentVersion\App Paths\excel.exe", {"": path})
    (result,) = look("excel", replace(machine, windows=windows))
    assert (result.state, result.code, result.args["version"]) == (State.ATTENTION, "STORE", "16.0")


def test_processor(machine: Machine, windows: FakeWindows) -> None:
    """ARM64 is told, also to a Python that Windows makes believe in another processor."""
    key = r"SYSTEM\CurrentControlSet\Control\Session Manager\Environment"
    assert codes("processor", machine) == OK
    named = replace(machine, environment={"PROCESSOR_ARCHITECTURE": "AMD64"})
    assert look("processor", named)[0].args["name"] == "AMD64"
    windows.put(Hive.MACHINE, key, {"PROCESSOR_ARCHITECTURE": "ARM64"})
    assert codes("processor", named) == [(State.ATTENTION, "ARM64")]


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


def test_an_environment_whose_python_is_gone(machine: Machine, programs: Programs, tmp_path: Path) -> None:
    """What a virtual environment was made from is named when it is no longer there."""
    home = machine.python.path.parent
    note = home.parent / "pyvenv.cfg"
    note.write_text(f"home = {tmp_path / 'Python311'}\nversion = 3.11.9\n", "utf-8")
    assert codes("interpreter", machine) == OK
    said = b"No Python at '\"C:\\Python311\\python.exe'\r\n"
    programs.answers[str(machine.python.path)] = subprocess.CalledProcessError(103, "x", said)
    (result,) = look("interpreter", machine)
    assert (result.state, result.code) == (State.PROBLEM, "BROKEN_ENV")
    assert result.args["home"] == str(tmp_path / "Python311")
    (tmp_path / "Python311").mkdir()
    assert codes("interpreter", machine) == [(State.PROBLEM, "NO_PACKAGE")]


@pytest.mark.parametrize("place", ["Python", "."])
def test_a_python_of_conda(machine: Machine, programs: Programs, tmp_path: Path, place: str) -> None:
    """That of conda which needs to be activated is told as such, with what it said."""
    (tmp_path / place / "conda-meta").mkdir()
    assert codes("interpreter", machine) == OK
    said = b"ImportError: DLL load failed while importing _multiarray_umath\r\n"
    programs.answers[str(machine.python.path)] = subprocess.CalledProcessError(1, "x", said)
    (result,) = look("interpreter", machine)
    assert (result.state, result.code) == (State.PROBLEM, "CONDA")
    assert "DLL load failed" in str(result.args["reason"])


@pytest.mark.parametrize(
    ("folder", "page", "is_told"),
    [
        ("Łukasz", None, True),
        ("Łukasz", "1250", False),
        ("Łukasz", "65001", False),
        ("Łukasz", "none-such", False),
        ("Élodie Œuvrard", "1252", False),
    ],
)
def test_letters_that_excel_cannot_hand_over(
    machine: Machine, windows: FakeWindows, tmp_path: Path, folder: str, page: str | None, *, is_told: bool
) -> None:
    """VBA writes a path in Windows' old code page: a letter that it lacks makes another path."""
    python = program(tmp_path / folder / "pythonw.exe")
    install(windows, machine.environment, python=str(python))
    if page:
        windows.put(Hive.MACHINE, r"SYSTEM\CurrentControlSet\Control\Nls\CodePage", {"ACP": page})
    found = [result.code for result in look("interpreter", replace(machine, run=lambda _command: "[1, 2]"))]
    assert ("LETTERS" in found) == is_told


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


COMMON = r"Software\Policies\Microsoft\Office\16.0\Common"
PLACES = rf"{SECURITY}\Trusted Locations"


def sign(machine: Machine) -> Path:
    """Give the add-in the parts of a signature, as signing does."""
    path = addins_folder(machine.environment) / ADDIN_FILE
    with zipfile.ZipFile(path, "a") as package:
        for kind in ("", "Agile", "V3"):
            package.writestr(f"xl/vbaProjectSignature{kind}.bin", b"signature")
    return path


@pytest.mark.parametrize(
    ("place", "values", "unsigned", "signed"),
    [
        ((Hive.USER, COMMON), {"vbaoff": 1}, ["VBA_OFF"], ["VBA_OFF"]),
        ((Hive.MACHINE, COMMON), {"VBAOff": 1}, ["VBA_OFF"], ["VBA_OFF"]),
        ((Hive.MACHINE, COMMON), {"vbaoff": 0}, ["OK"], ["OK"]),
        (
            (Hive.USER, rf"{COMMON}\Security"),
            {"requirealwaysonmacrosig": 1},
            ["SIGNED_ALWAYS"],
            ["PUBLISHER"],
        ),
        ((Hive.USER, rf"{COMMON}\Security"), {"requirealwaysonmacrosig": 0}, ["OK"], ["OK"]),
        ((Hive.USER, rf"{COMMON}\Security"), {"enablemacrotrustlevel": 1}, ["LEVELS"], ["PUBLISHER"]),
        ((Hive.USER, SECURITY), {"RequireAddinSig": 1}, ["SIGNED_ONLY"], ["PUBLISHER"]),
        ((Hive.USER, SECURITY), {"VBAWarnings": 3}, ["MACROS"], ["PUBLISHER"]),
        ((Hive.USER, SECURITY), {"VBAWarnings": 4}, ["MACROS"], ["MACROS"]),
        ((Hive.USER, SECURITY), {"DisableAllAddins": 1}, ["ADDINS_OFF"], ["ADDINS_OFF"]),
    ],
)
def test_what_a_signature_changes(
    machine: Machine,
    windows: FakeWindows,
    place: tuple[Hive, str],
    values: dict[str, object],
    unsigned: list[str],
    signed: list[str],
) -> None:
    """A rule that asks for a signature is a problem without one, and a question of trust with one."""
    windows.put(*place, values)
    assert [code for _, code in codes("trust", machine)] == unsigned
    sign(machine)
    results = look("trust", machine)
    assert [result.code for result in results] == signed
    assert [result.args.get("kinds") for result in results if result.code == "PUBLISHER"] == [
        "legacy, agile, v3" for code in signed if code == "PUBLISHER"
    ]


@pytest.mark.parametrize(
    ("place", "deep", "others", "is_trusted"),
    [
        ("{folder}", 0, {}, True),
        ("{folder}\\", 0, {}, True),
        (r"%APPDATA%\Microsoft\ADDINS", 0, {}, True),
        (r"%APPDATA%\Microsoft", 1, {}, True),
        (r"%APPDATA%\Microsoft", 0, {}, False),
        (r"C:\Other", 1, {}, False),
        ("", 1, {}, False),
        ("{folder}", 0, {PLACES: {"AllLocationsDisabled": 1}}, False),
        ("{folder}", 0, {rf"{POLICY}\Security\Trusted Locations": {"alllocationsdisabled": 1}}, False),
        ("{folder}", 0, {rf"{COMMON}\Security\Trusted Locations": {"allow user locations": 0}}, False),
        ("{folder}", 0, {rf"{COMMON}\Security\Trusted Locations": {"allow user locations": 1}}, True),
    ],
)
def test_a_trusted_location_lifts_the_macro_settings(
    machine: Machine,
    windows: FakeWindows,
    place: str,
    deep: int,
    others: dict[str, dict[str, object]],
    *,
    is_trusted: bool,
) -> None:
    """In a location that counts, macros run whatever the settings say and whatever mark the file bears."""
    folder = addins_folder(machine.environment)
    windows.put(Hive.USER, SECURITY, {"VBAWarnings": 4})
    windows.put(Hive.USER, rf"{COMMON}\Security", {"enablemacrotrustlevel": 1})
    windows.marks[folder / ADDIN_FILE] = "[ZoneTransfer]\r\nZoneId=3\r\n"
    place = place.format(folder=folder)
    windows.put(Hive.USER, rf"{PLACES}\Location7", {"Path": place, "AllowSubfolders": deep})
    for key, values in others.items():
        windows.put(Hive.USER, key, values)
    assert [code for _, code in codes("trust", machine)] == (["OK"] if is_trusted else ["LEVELS", "MACROS"])
    assert [code for _, code in codes("mark", machine)] == (["TRUSTED"] if is_trusted else ["MARKED"])


@pytest.mark.parametrize("part", ["Excel", "Common"])
def test_a_trusted_location_of_the_administrator(machine: Machine, windows: FakeWindows, part: str) -> None:
    """It counts where those of the user do not; on a network only when such are allowed."""
    folder = addins_folder(machine.environment)
    windows.put(Hive.USER, SECURITY, {"VBAWarnings": 4})
    windows.put(Hive.USER, rf"{COMMON}\Security\Trusted Locations", {"allow user locations": 0})
    key = rf"Software\Policies\Microsoft\Office\16.0\{part}\Security\Trusted Locations\Location1"
    windows.put(Hive.USER, key, {"Path": str(folder)})
    assert codes("trust", machine) == OK
    windows.network.add(folder)
    assert [code for _, code in codes("trust", machine)] == ["MACROS"]
    windows.put(Hive.USER, PLACES, {"AllowNetworkLocations": 1})
    assert codes("trust", machine) == OK


def test_a_damaged_addin_hides_no_policy(machine: Machine, windows: FakeWindows) -> None:
    """What the administrator forbids is told whatever the file holds."""
    (addins_folder(machine.environment) / ADDIN_FILE).write_bytes(b"damaged")
    windows.put(Hive.USER, rf"{POLICY}\Security", {"requireaddinsig": 1})
    assert codes("trust", machine) == [(State.PROBLEM, "SIGNED_ONLY_POLICY")]


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


def test_a_mark_where_the_administrator_blocks_macros(machine: Machine, windows: FakeWindows) -> None:
    """His rule leaves no way but a file without the mark, or a trusted location."""
    windows.marks[addins_folder(machine.environment) / ADDIN_FILE] = "[ZoneTransfer]\nZoneId=3\n"
    windows.put(Hive.USER, rf"{POLICY}\Security", {"blockcontentexecutionfrominternet": 1})
    assert codes("mark", machine) == [(State.PROBLEM, "MARKED_POLICY")]
    windows.put(Hive.USER, rf"{POLICY}\Security", {"blockcontentexecutionfrominternet": 0})
    assert codes("mark", machine) == [(State.PROBLEM, "MARKED")]


def test_the_mend_of_a_mark_takes_it_away(machine: Machine, windows: FakeWindows) -> None:
    """Installing again does what the remedy says, also where Windows keeps the mark of a replaced file."""
    windows.marks[addins_folder(machine.environment) / ADDIN_FILE] = "[ZoneTransfer]\nZoneId=3\n"
    outcome = install(windows, machine.environment, python=str(machine.python.path))
    assert outcome.warnings == ()
    assert codes("mark", machine) == OK


def test_protected_view(machine: Machine, windows: FakeWindows) -> None:
    """Workbooks that came from the Internet are counted and named, until they or their folder are trusted."""
    names = ["Plan Été.xlsx", "b.XLSM", "c.xlsb", "d.xlsx"]
    for name in (*names, "mine.xlsx", "notes.txt"):
        (machine.books / name).touch()
    for name in (*names, "notes.txt"):
        windows.marks[machine.books / name] = "[ZoneTransfer]\nZoneId=3\nHostUrl=about:internet\n"
    windows.marks[machine.books / "mine.xlsx"] = "[ZoneTransfer]\nZoneId=1\n"
    (result,) = look("protected_view", machine)
    assert (result.state, result.code, result.args["n"]) == (State.ATTENTION, "MARKED", 4)
    assert result.args["names"] == "Plan Été.xlsx, b.XLSM, c.xlsb…"
    windows.put(Hive.USER, rf"{PLACES}\Location3", {"Path": str(machine.books)})
    assert codes("protected_view", machine) == OK
    windows.registry.clear()
    windows.put(Hive.USER, rf"{OFFICE}\16.0\Excel\Options", {"x": 1})
    windows.put(Hive.USER, rf"{SECURITY}\ProtectedView", {"DisableInternetFilesInPV": 1})
    assert codes("protected_view", machine) == [(State.OK, "OFF")]
    assert codes("protected_view", replace(machine, windows=FakeWindows())) == OK


def test_an_addin_on_another_computer(machine: Machine, windows: FakeWindows) -> None:
    """A profile that lies on a server makes the add-in a file from elsewhere."""
    windows.network.add(addins_folder(machine.environment))
    assert codes("addin", machine) == [(State.ATTENTION, "NETWORK")]


@pytest.mark.parametrize(
    ("hive", "key", "values", "expected"),
    [
        (Hive.USER, r"Software\Policies\Microsoft\Windows\System", {"DisableCMD": 1}, "NO_PROMPT"),
        (Hive.USER, r"Software\Policies\Microsoft\Windows\System", {"DisableCMD": 2}, "NO_PROMPT"),
        (Hive.USER, r"Software\Policies\Microsoft\Windows\System", {"DisableCMD": 0}, "OK"),
        (Hive.MACHINE, r"Software\Policies\Microsoft\Windows\SrpV2\Dll", {"EnforcementMode": 1}, "APPLOCKER"),
        (Hive.MACHINE, r"Software\Policies\Microsoft\Windows\SrpV2\Dll", {"EnforcementMode": 0}, "OK"),
    ],
)
def test_rules_of_windows(
    machine: Machine, windows: FakeWindows, hive: Hive, key: str, values: dict[str, object], expected: str
) -> None:
    """Rules that keep Excel from starting Python, or from its library, are told where they are in force."""
    windows.put(hive, key, values)
    assert [code for _, code in codes("defender", machine)] == [expected]


def test_defender(machine: Machine, windows: FakeWindows) -> None:
    """Rules that block are told, rules that only note are not, in both places where they are set."""
    child, calls = "D4F940AB-401B-4EFC-AADC-AD5F3C50688A", "92e97fa1-2edf-4476-bdd6-9dd0b4dddc7b"
    windows.put(Hive.MACHINE, RULES, {child: "2"})
    assert codes("defender", machine) == OK
    windows.put(Hive.MACHINE, RULES, {child: "1"})
    assert codes("defender", machine) == [(State.ATTENTION, "CHILD_PROCESSES")]
    windows.put(Hive.MACHINE, MANAGER, {"ASRRules": f"{child}=2|{calls}=1"})
    assert codes("defender", machine) == [(State.ATTENTION, "API_CALLS")]
