"""Every check of the doctor, in a good and in each bad case; Windows is a stand-in."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import replace
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from types import ModuleType

import pytest
from babel.messages.pofile import read_po
from fake_windows import FakeWindows, program
from good_computer import OK, XLWINGS, Programs, codes, look

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
    interpreter_side,
    python_side,
    system_side,
)
from strategy_xl.hosts.machine import Interpreter, Machine
from strategy_xl.hosts.windows import Hive
from strategy_xl.text.catalog import message

pytestmark = pytest.mark.usefixtures("vba_once")


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
        "pythons",
        "pywin32",
        "processor",
        "excel",
        "addin",
        "addin_xlwings",
        "interpreter",
        "dll",
        "trust",
        "mark",
        "protected_view",
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
    given |= {("trust", code) for code in ("VBA_OFF", "SIGNED_ALWAYS", "LEVELS")}
    given |= {("trust", code + tail) for code in ("ADDINS_OFF", "SIGNED_ONLY") for tail in ("", "_POLICY")}
    given |= {("defender", code) for code in ("CHILD_PROCESSES", "API_CALLS")}
    asked = ("GONE", "BROKEN_ENV", "CONDA", "NO_PACKAGE", "OTHER_VERSION", "OK")
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


def test_python_of_the_store(machine: Machine) -> None:
    """The Microsoft Store's is told, also under a virtual environment made of it; elsewhere there is none."""
    store = Path("C:/Users/x/AppData/Local/Microsoft/WindowsApps/Python.3.12/python.exe")
    for python in (
        replace(machine.python, path=store),
        replace(machine.python, base=store.parent),
    ):
        assert codes("python", replace(machine, python=python)) == [(State.ATTENTION, "STORE")]
        assert codes("python", replace(machine, python=python, windows=None)) == OK


def test_pythons(machine: Machine, windows: FakeWindows, tmp_path: Path) -> None:
    """Each Python that has registered itself is told once, whoever made it; those that are gone are not."""
    assert look("pythons", machine)[0].args["n"] == 1
    conda, own = program(tmp_path / "conda" / "python.exe"), machine.python.path
    core = r"Software\Python\PythonCore\3.12\InstallPath"
    windows.put(Hive.USER, core, {"ExecutablePath": str(own), "": str(own.parent)})
    windows.put(Hive.MACHINE, r"Software\Python\ContinuumAnalytics\A\InstallPath", {"": str(conda.parent)})
    windows.put(Hive.MACHINE, r"Software\Python\PythonCore\3.9-32\InstallPath", {"": "/gone"}, bits=(32,))
    windows.put(Hive.MACHINE, r"Software\Python\PyLauncher", {"x": 1})
    (result,) = look("pythons", machine)
    assert (result.code, result.args["paths"]) == ("OK", f"{own}, {conda}")


def test_the_addin_starts_another_python(machine: Machine, tmp_path: Path) -> None:
    """What is installed with this Python is not there in that one: both are named, as they can be typed."""
    other = replace(machine, python=Interpreter(program(tmp_path / "Other" / "python.exe"), "3.12.1", 64))
    (result,) = look("pythons", other)
    assert (result.state, result.code) == (State.ATTENTION, "ANOTHER")
    assert result.args["started"] == str(machine.python.path)
    assert "python.exe -m pip install strategy-xl" in message(f"{result.key}.hint", "fr", **result.args)


def test_the_command_python_may_be_none(machine: Machine, programs: Programs) -> None:
    """The Store's signpost under the name ``python`` is told; a Python of the Store under it is one."""
    alias = r"C:\Users\x\AppData\Local\Microsoft\WindowsApps\python.exe"
    found = replace(machine, which=lambda name: alias if name == "python" else None)
    programs.answers[alias] = subprocess.CalledProcessError(9009, "python")
    assert codes("pythons", found) == [(State.ATTENTION, "STUB")]
    programs.answers[alias] = "Python 3.12.1"
    assert codes("pythons", found) == OK


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
    (result,) = interpreter_side.ask("interpreter", real, real.python.path, __version__)
    assert (result.state, result.args["version"]) == (State.OK, __version__)
    broken = tmp_path / "python"
    broken.write_text("#!/bin/sh\necho no such module >&2\nexit 1\n")
    broken.chmod(0o755)
    if sys.platform != "win32":
        (result,) = interpreter_side.ask("interpreter", real, broken, None)
        assert (result.code, result.args["reason"]) == ("NO_PACKAGE", "no such module")
