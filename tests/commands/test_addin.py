"""The commands ``strategy-xl addin build``, ``install`` and ``uninstall``: what they write, do and tell."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import click
import pytest
from click.testing import CliRunner
from fake_windows import OPTIONS, VBA_ONCE, FakeWindows, with_excel

from strategy_xl.commands.addin import addin
from strategy_xl.errors import StrategyXlError, UsageError
from strategy_xl.hosts import machine as machines
from strategy_xl.hosts.calc.extension import IDENTIFIER
from strategy_xl.hosts.excel import addin as builder
from strategy_xl.hosts.excel.install import ADDIN_FILE, addins_folder
from strategy_xl.hosts.excel.made import read_made
from strategy_xl.hosts.libreoffice import extensions
from strategy_xl.hosts.machine import Machine
from strategy_xl.hosts.windows import Hive

RUNNER = CliRunner()


@pytest.fixture(autouse=True)
def vba_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The VBA is the same for every test: it is made once."""
    monkeypatch.setattr(builder, "_project", VBA_ONCE)


@pytest.fixture(autouse=True)
def french(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sentences are compared in French."""
    monkeypatch.setenv("STRATEGY_XL_LANG", "fr")


def use(monkeypatch: pytest.MonkeyPatch, machine: Machine) -> None:
    """Have the commands run on a stand-in for this computer."""
    monkeypatch.setattr(machines, "Machine", lambda: machine)


@pytest.fixture
def windows(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> FakeWindows:
    """A Windows with Excel, on which the commands run."""
    found = FakeWindows()
    with_excel(found, tmp_path / "Office")
    use(
        monkeypatch,
        Machine(system="win32", windows=found, environment={"APPDATA": str(tmp_path / "Roaming")}),
    )
    return found


def refused(*arguments: str) -> StrategyXlError:
    """The refusal that a command ends with."""
    error = RUNNER.invoke(addin, arguments).exception
    assert isinstance(error, StrategyXlError), error
    return error


# -- build -------------------------------------------------------------------------------------------------


def test_build_writes_the_addin_of_excel(tmp_path: Path) -> None:
    """The interpreter that was asked for stands in the file; where to load it is told."""
    target = tmp_path / "a.XLAM"
    result = RUNNER.invoke(addin, ["build", str(target), "--python", r"C:\P\pythonw.exe"])
    assert result.exit_code == 0, result.output
    assert read_made(target).interpreter == r"C:\P\pythonw.exe"
    assert str(target) in result.output
    assert "Compléments Excel" in result.output


def test_build_writes_the_extension_of_libreoffice(tmp_path: Path) -> None:
    """The ending of the name decides; the interpreter that was asked for stands in the file."""
    target = tmp_path / "a.oxt"
    result = RUNNER.invoke(addin, ["build", str(target), "--python", "/opt/p/python"])
    assert result.exit_code == 0, result.output
    with zipfile.ZipFile(target) as package:
        assert IDENTIFIER in package.read("description.xml").decode()
        assert any(b"/opt/p/python" in package.read(name) for name in package.namelist())
    assert "unopkg add" in result.output


@pytest.mark.parametrize("name", ["a.xlsm", "a.zip", "a"])
def test_build_asks_for_a_known_ending(tmp_path: Path, name: str) -> None:
    """Another ending says nothing about what to make: nothing is written."""
    error = refused("build", str(tmp_path / name))
    assert isinstance(error, UsageError)
    assert error.finding.code == "SX979"
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["a.xlam", "a.oxt"])
def test_build_keeps_an_existing_file_unless_forced(tmp_path: Path, name: str) -> None:
    """Somebody's file is replaced on demand only."""
    target = tmp_path / name
    target.write_bytes(b"mine")
    assert refused("build", str(target)).finding.code == "SX144"
    assert target.read_bytes() == b"mine"
    assert RUNNER.invoke(addin, ["build", str(target), "--force"]).exit_code == 0
    assert zipfile.is_zipfile(target)


# -- Excel -------------------------------------------------------------------------------------------------


def test_install_and_uninstall_for_excel(windows: FakeWindows, tmp_path: Path) -> None:
    """Installed, known, taken away, nothing left: each is told, and the registry ends as it began."""
    windows.put(Hive.USER, OPTIONS, {"OPEN": '"SOLVER.XLAM"'})
    target = addins_folder({"APPDATA": str(tmp_path / "Roaming")}) / ADDIN_FILE
    told = [RUNNER.invoke(addin, ["install", "--for", "excel"]) for _ in range(2)]
    assert [each.exit_code for each in told] == [0, 0], told[0].output
    assert "Excel 16.0 le chargera" in told[0].output
    assert "Excel 16.0 le charge déjà" in told[1].output
    assert windows.options() == {"OPEN": '"SOLVER.XLAM"', "OPEN1": f'"{target}"'}
    told = [RUNNER.invoke(addin, ["uninstall", "--for", "excel"]) for _ in range(2)]
    assert [each.exit_code for each in told] == [0, 0]
    assert str(target) in told[0].output
    assert "Rien à retirer" in told[1].output
    assert windows.options() == {"OPEN": '"SOLVER.XLAM"'}
    assert not target.exists()


def test_what_keeps_excel_from_loading_it_is_told(windows: FakeWindows) -> None:
    """An administrator's rule does not stop the installation; it is told with its remedy, and exit code 1."""
    windows.put(Hive.USER, r"Software\Policies\Microsoft\Office\16.0\Excel\Security", {"RequireAddinSig": 1})
    result = RUNNER.invoke(addin, ["install", "--for", "excel"])
    assert result.exit_code == 1
    assert "compléments signés" in result.output
    assert f"→ demandez-lui de signer {ADDIN_FILE}" in result.output
    assert "OPEN" in windows.options()


def test_a_finished_file_is_installed(windows: FakeWindows, tmp_path: Path) -> None:
    """It is taken as it is; that its Python is not here is told with a remedy, and by the exit code."""
    file = builder.build_xlam(tmp_path / "firme.xlam", python=r"C:\nowhere\pythonw.exe")
    result = RUNNER.invoke(addin, ["install", "--for", "excel", "--file", str(file), "--json"])
    assert result.exit_code == 1, result.output
    told = json.loads(result.stdout)
    assert [each["code"] for each in told["steps"]][:3] == [
        "addin.install.taken", "addin.install.unsigned", "addin.install.python",
    ]  # fmt: skip
    assert [each["code"] for each in told["findings"]] == ["addin.install.PYTHON"]
    assert "OPEN" in windows.options()


@pytest.mark.parametrize("other", [["--for", "calc"], ["--for", "excel", "--python", "x"]])
def test_a_finished_file_is_not_changed(windows: FakeWindows, tmp_path: Path, other: list[str]) -> None:
    """With what would ask for another file, the command refuses."""
    file = tmp_path / "firme.xlam"
    file.touch()
    error = refused("install", "--file", str(file), *other)
    assert isinstance(error, UsageError)
    assert error.finding.code == "SX673"
    assert windows.writes == 0


@pytest.mark.parametrize("action", ["install", "uninstall"])
def test_excel_must_be_closed(windows: FakeWindows, action: str) -> None:
    """While Excel runs the commands refuse."""
    windows.programs.add("excel.exe")
    assert refused(action, "--for", "excel").finding.code == "SX945"
    assert windows.writes == 0


@pytest.mark.parametrize("action", ["install", "uninstall"])
@pytest.mark.parametrize(("system", "expected"), [("darwin", "SX959"), ("linux", "SX958")])
def test_elsewhere_the_way_by_hand_is_told(
    monkeypatch: pytest.MonkeyPatch, action: str, system: str, expected: str
) -> None:
    """Off Windows no program can register Excel's add-in: what to do by hand is said, as a refusal."""
    use(monkeypatch, Machine(system=system, windows=None))
    error = refused(action, "--for", "excel")
    assert isinstance(error, UsageError)
    assert error.finding.code == expected


# -- LibreOffice -------------------------------------------------------------------------------------------


class Office:
    """A LibreOffice whose package tool keeps its list as the real one does; it may refuse."""

    def __init__(self, home: Path) -> None:
        """Put its programs into a folder."""
        self.program = home / "program" / "soffice"
        self.program.parent.mkdir(parents=True)
        self.program.touch()
        self.program.with_name("unopkg").touch()
        self.cache = home / ".config/libreoffice/4/user/uno_packages/cache"
        self.calls: list[list[str]] = []
        self.error: Exception | None = None
        self.machine = Machine(
            system="linux",
            environment={},
            windows=None,
            home=home,
            run=self.run,
            which=lambda name: str(self.program) if name == "soffice" else None,
        )

    def run(self, command: Sequence[str]) -> str:
        """Add or remove; folders of removed extensions stay, as they do until the next start."""
        self.calls.append(list(command))
        assert command[0] == str(self.program.with_name("unopkg"))
        if self.error is not None:
            raise self.error
        listed = self.cache / "uno_packages.pmap"
        if command[1] == "add":
            name = f"lu{len(self.calls)}.tmp"
            with zipfile.ZipFile(command[-1]) as package:
                package.extractall(self.cache / "uno_packages" / f"{name}_" / "strategy_xl.oxt")
            listed.write_bytes(b"Pmp1" + IDENTIFIER.encode() + b"\n" + name.encode() + b"\xff\n")
        else:
            listed.write_bytes(b"Pmp1\n")
        return ""


@pytest.fixture
def office(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Office:
    """A LibreOffice, on whose computer the commands run."""
    found = Office(tmp_path)
    use(monkeypatch, found.machine)
    return found


def test_install_and_uninstall_for_calc(office: Office) -> None:
    """Added without a question, replaced, removed; the second removal has nothing to do."""
    for _ in range(2):
        result = RUNNER.invoke(addin, ["install", "--for", "calc"])
        assert result.exit_code == 0, result.output
        assert "Extension ajoutée" in result.output
    assert {"add", "--force", "--suppress-license"} < set(office.calls[-1])
    told = [RUNNER.invoke(addin, ["uninstall", "--for", "calc"]) for _ in range(2)]
    assert [each.exit_code for each in told] == [0, 0]
    assert "Extension retirée" in told[0].output
    assert "Rien à retirer" in told[1].output
    assert [call[1] for call in office.calls] == ["add", "add", "remove"]
    assert office.calls[-1][-1] == IDENTIFIER


@pytest.mark.libreoffice
def test_the_real_libreoffice_takes_it(soffice: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its own package tool adds, replaces and removes the extension, and it is found each time."""
    with TemporaryDirectory() as folder:
        home = Path(folder)
        home.chmod(0o777)

        def run(command: Sequence[str]) -> str:
            # The tool refuses an administrator's own profile: it is then run as nobody, in a profile apart.
            packed = home / "x.oxt"
            if command[-1].endswith(".oxt"):
                packed.write_bytes(Path(command[-1]).read_bytes())
            parts = [str(packed) if part.endswith(".oxt") else part for part in command if part != "--shared"]
            other = {"user": 65534, "group": 65534, "extra_groups": []} if os.geteuid() == 0 else {}
            environment = {"PATH": os.environ["PATH"], "HOME": folder}
            done = subprocess.run(parts, check=True, capture_output=True, env=environment, **other)  # type: ignore[call-overload]
            return str(done.stdout)

        machine = Machine(home=home, environment={}, windows=None, run=run, which={"soffice": soffice}.get)
        use(monkeypatch, machine)
        assert next(extensions(machine), None) is None
        for python in ("/first/python", "/second/python"):
            result = RUNNER.invoke(addin, ["install", "--for", "calc", "--python", python])
            assert result.exit_code == 0, result.exception
            (found,) = extensions(machine)
            assert found.python == python
        assert RUNNER.invoke(addin, ["uninstall", "--for", "calc"]).exit_code == 0
        assert next(extensions(machine), None) is None


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (subprocess.CalledProcessError(1, "unopkg", output=b"x\nERROR: locked\n\n"), "ERROR: locked"),
        (subprocess.TimeoutExpired("unopkg", 60), "60"),
        (OSError(8, "Exec format error"), "Exec format error"),
    ],
)
def test_what_libreoffice_says_is_told(office: Office, error: Exception, reason: str) -> None:
    """When its package tool refuses, the last line that it printed is the reason."""
    office.error = error
    found = refused("install", "--for", "calc").finding
    assert found.code == "SX957"
    assert reason in str(found.args["reason"])


@pytest.mark.parametrize("missing", ["soffice", "unopkg"])
def test_without_libreoffice_the_way_by_hand_is_told(
    monkeypatch: pytest.MonkeyPatch, office: Office, missing: str
) -> None:
    """No LibreOffice, or one without its package tool: nothing is run."""
    if missing == "soffice":
        use(monkeypatch, replace(office.machine, which=lambda _name: None))
    else:
        office.program.with_name("unopkg").unlink()
    assert refused("install", "--for", "calc").finding.code == "SX949"
    assert not office.calls


def test_the_default_follows_the_system() -> None:
    """Excel on Windows, LibreOffice elsewhere; a third program is refused."""
    wanted = "excel" if sys.platform == "win32" else "calc"
    for name in ("install", "uninstall"):
        command = addin.commands[name]
        option = next(each for each in command.params if each.name == "office")
        assert option.get_default(click.Context(command), call=True) == wanted
    assert RUNNER.invoke(addin, ["install", "--for", "word"]).exit_code == 2
