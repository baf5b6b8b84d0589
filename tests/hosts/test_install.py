"""Installing the Excel add-in: what is written, left alone and undone (on a stand-in for Windows)."""

from __future__ import annotations

from pathlib import Path

import pytest
from fake_windows import OFFICE, OPTIONS, FakeWindows, with_excel
from hypothesis import given
from hypothesis import strategies as st

from strategy_xl.errors import StrategyXlError, WorkbookError
from strategy_xl.hosts.excel import addin
from strategy_xl.hosts.excel.install import ADDIN_FILE, addins_folder, install, uninstall
from strategy_xl.hosts.excel.made import read_made
from strategy_xl.hosts.excel.open_list import OpenList
from strategy_xl.hosts.machine import Interpreter
from strategy_xl.hosts.windows import Hive, Value, expand, find_value, same_path, this_windows

pytestmark = pytest.mark.usefixtures("vba_once")

MANAGER = rf"{OFFICE}\16.0\Excel\Add-in Manager"
SOLVER = '"C:\\Program Files\\Microsoft Office\\Library\\SOLVER\\SOLVER.XLAM"'


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """The variables that matter."""
    return {"APPDATA": str(tmp_path / "Roaming")}


@pytest.fixture
def target(environment: dict[str, str]) -> Path:
    """Where the add-in belongs."""
    return addins_folder(environment) / ADDIN_FILE


def code(error: pytest.ExceptionInfo[StrategyXlError]) -> str:
    """The code of a refusal."""
    return error.value.finding.code


def test_install_puts_the_file_and_has_excel_load_it(
    windows: FakeWindows, environment: dict[str, str], target: Path
) -> None:
    """The add-in is built with the interpreter, registered by its full path, and each step is told."""
    outcome = install(windows, environment, python=r"C:\Python\pythonw.exe")
    assert read_made(target).interpreter == r"C:\Python\pythonw.exe"
    assert windows.options() == {"OPEN": f'"{target}"'}
    assert [step.key for step in outcome.steps] == [
        "addin.install.file", "addin.install.registered", "addin.install.next",
    ]  # fmt: skip
    assert outcome.warnings == ()


def test_others_keep_their_values_and_the_first_gap_is_taken(
    windows: FakeWindows, environment: dict[str, str], target: Path
) -> None:
    """No other value is touched, whatever its kind; ours goes to the first number that is free."""
    expandable = Value(r"%APPDATA%\Other\other.xla", 2)
    windows.put(
        Hive.USER, OPTIONS, {"OPEN": SOLVER, "OPEN2": expandable, "OPENAI": "x", "Font": "Calibri,11"}
    )
    before = windows.values(Hive.USER, OPTIONS)
    install(windows, environment)
    after = windows.values(Hive.USER, OPTIONS)
    assert dict(after) == {**before, "OPEN1": Value(f'"{target}"')}


def test_a_second_install_changes_nothing(
    windows: FakeWindows, environment: dict[str, str], target: Path
) -> None:
    """Installing again builds the file anew and leaves the registry alone."""
    install(windows, environment)
    before, writes = windows.options(), windows.writes
    target.write_bytes(b"old")
    outcome = install(windows, environment)
    assert (windows.options(), windows.writes) == (before, writes)
    assert read_made(target).xlwings
    assert "addin.install.known" in [step.key for step in outcome.steps]


@pytest.mark.parametrize(
    "form",
    ["{path}", '"{path}"', '/R "{path}"', "/F {path}", "/r  /F {upper}", ADDIN_FILE, f'"{ADDIN_FILE}"',
     r'"%APPDATA%\Microsoft\AddIns\strategy_xl.xlam"', "%appdata%/Microsoft/AddIns/STRATEGY_XL.XLAM"],
)  # fmt: skip
def test_every_form_of_a_value_is_known_as_ours(
    windows: FakeWindows, environment: dict[str, str], target: Path, form: str
) -> None:
    """Excel writes the value in its own form: it is found again, neither doubled nor left behind."""
    written = form.format(path=target, upper=str(target).upper())
    windows.put(Hive.USER, OPTIONS, {"OPEN": SOLVER, "OPEN1": written})
    install(windows, environment)
    assert windows.options() == {"OPEN": SOLVER, "OPEN1": written}
    uninstall(windows, environment)
    assert windows.options() == {"OPEN": SOLVER}


@pytest.mark.parametrize(
    "form", ['"C:\\Other\\strategy_xl.xlam.bak"', '"C:\\strategy_xl.xlam.old"', "", '/R ""']
)
def test_similar_values_are_not_ours(windows: FakeWindows, environment: dict[str, str], form: str) -> None:
    """A name that only resembles ours is somebody else's."""
    windows.put(Hive.USER, OPTIONS, {"OPEN": form})
    install(windows, environment)
    uninstall(windows, environment)
    assert windows.options() == {"OPEN": form}


def test_uninstall_closes_the_gap(windows: FakeWindows, environment: dict[str, str], target: Path) -> None:
    """The values behind ours move up in order, each with its kind; the file is gone; twice does nothing."""
    last = Value(r"%APPDATA%\z.xla", 2)
    install(windows, environment)
    windows.put(Hive.USER, OPTIONS, {"OPEN1": SOLVER, "OPEN10": last, "OPEN2": '"b.xlam"'})
    outcome = uninstall(windows, environment)
    assert dict(windows.values(Hive.USER, OPTIONS)) == {
        "OPEN": Value(SOLVER),
        "OPEN1": Value('"b.xlam"'),
        "OPEN2": last,
    }
    assert not target.exists()
    assert [step.key for step in outcome.steps] == ["addin.uninstall.registered", "addin.uninstall.file"]
    assert [step.key for step in uninstall(windows, environment).steps] == ["addin.uninstall.nothing"]


@given(
    others=st.dictionaries(st.integers(0, 12), st.text("abc", min_size=1, max_size=4), max_size=6),
    fails_at=st.integers(1, 12),
)
def test_whatever_fails_no_other_addin_is_lost(others: dict[int, str], fails_at: int) -> None:
    """Wherever a write fails, the other add-ins are all there, and an error says so."""
    windows = FakeWindows()
    folder = Path("/addins")
    windows.put(
        Hive.USER, OPTIONS, {f"OPEN{number or ''}": f'"{name}.xla"' for number, name in others.items()}
    )
    before = windows.options()
    OpenList(windows, "16.0", folder, {}).add(folder / ADDIN_FILE)
    added = windows.options()
    windows.fails_at = windows.writes + fails_at
    failed = None
    try:
        OpenList(windows, "16.0", folder, {}).remove(folder / ADDIN_FILE)
    except WorkbookError as error:
        failed = error.finding.code
    if failed is not None:
        assert failed == "SX948"
        assert windows.options() == added
    else:
        in_order = [before[key] for key in sorted(before, key=lambda name: int(name[4:] or 0))]
        assert windows.options() == {f"OPEN{at or ''}": value for at, value in enumerate(in_order)}


def test_excel_must_be_closed(windows: FakeWindows, environment: dict[str, str], target: Path) -> None:
    """While Excel runs nothing is changed: it would write its own list over ours when it ends."""
    windows.programs.add("excel.exe")
    for action in (install, uninstall):
        with pytest.raises(WorkbookError) as refused:
            action(windows, environment)
        assert code(refused) == "SX945"
    assert not target.exists()
    assert windows.writes == 0


def test_every_excel_gets_it_and_old_ones_do_not(
    windows: FakeWindows, environment: dict[str, str], tmp_path: Path
) -> None:
    """Each Excel from 2016 on loads it; an older one and settings left by a removed one are left alone."""
    with_excel(windows, tmp_path / "old", version="15.0")
    with_excel(windows, tmp_path / "new", bits=32, version="17.0")
    windows.put(Hive.USER, rf"{OFFICE}\18.0\Excel\Options", {"x": 1})
    install(windows, environment)
    assert windows.options() == windows.options("17.0") != {}
    assert windows.options("15.0") == {}
    assert windows.options("18.0") == {"x": 1}


def test_without_excel_nothing_is_done(environment: dict[str, str], target: Path) -> None:
    """No Excel is told; one that only this user's settings tell of is enough."""
    windows = FakeWindows()
    with pytest.raises(WorkbookError) as refused:
        install(windows, environment)
    assert code(refused) == "SX946"
    assert not target.parent.exists()
    windows.put(Hive.USER, rf"{OFFICE}\16.0\Excel\Options", {"Font": "Calibri"})
    install(windows, environment)
    assert "OPEN" in windows.options()


def test_without_appdata_nothing_is_done(windows: FakeWindows) -> None:
    """A session without its own folder is told."""
    with pytest.raises(WorkbookError) as refused:
        install(windows, {})
    assert code(refused) == "SX947"


def test_a_registry_that_refuses_leaves_all_as_it_was(
    windows: FakeWindows, environment: dict[str, str], target: Path, tmp_path: Path
) -> None:
    """When the second Excel cannot be told, the first is not either, and the new file is gone."""
    with_excel(windows, tmp_path / "new", version="17.0")
    windows.fails_at = 2
    with pytest.raises(WorkbookError) as refused:
        install(windows, environment)
    assert code(refused) == "SX948"
    assert "Access is denied" in str(refused.value)
    assert windows.options() == windows.options("17.0") == {}
    assert not target.exists()


def test_a_build_that_fails_registers_nothing(
    windows: FakeWindows, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Excel is never told to load a file that could not be made."""

    def fail(_target: Path, **_options: object) -> Path:
        raise WorkbookError("SX982", version="0", reason="x")

    monkeypatch.setattr(addin, "build_xlam", fail)
    with pytest.raises(WorkbookError) as refused:
        install(windows, environment)
    assert code(refused) == "SX982"
    assert windows.writes == 0


@pytest.mark.parametrize("before", [None, b"an older version"])
@pytest.mark.parametrize("fails_at", range(1, 5))
def test_wherever_an_installation_fails_all_is_as_before(
    windows: FakeWindows,
    environment: dict[str, str],
    target: Path,
    tmp_path: Path,
    before: bytes | None,
    fails_at: int,
) -> None:
    """File, folders, values and unticked entries of two Excels: a failure at any of the writes undoes all."""
    with_excel(windows, tmp_path / "new", version="17.0")
    for version in ("16.0", "17.0"):
        windows.put(Hive.USER, rf"{OFFICE}\{version}\Excel\Options", {"OPEN": SOLVER})
        windows.put(
            Hive.USER, rf"{OFFICE}\{version}\Excel\Add-in Manager", {str(target): "", "C:\\o.xlam": ""}
        )
    if before is not None:
        target.parent.mkdir(parents=True)
        target.write_bytes(before)
    kept = {key: dict(values) for key, values in windows.registry.items()}
    windows.fails_at = fails_at
    with pytest.raises(WorkbookError) as refused:
        install(windows, environment)
    assert code(refused) == "SX948"
    assert windows.registry == kept
    assert (target.read_bytes() if target.exists() else None) == before
    assert (tmp_path / "Roaming").exists() == (before is not None)
    install(windows, environment)
    assert read_made(target).xlwings
    assert "OPEN1" in windows.options("17.0")


def test_a_folder_that_cannot_be_made_leaves_nothing(
    windows: FakeWindows, environment: dict[str, str], tmp_path: Path
) -> None:
    """A file stands where a folder belongs: the error names the folder, and nothing is left."""
    (tmp_path / "Roaming").mkdir()
    (tmp_path / "Roaming" / "Microsoft").write_text("a file")
    with pytest.raises(WorkbookError) as refused:
        install(windows, environment)
    assert code(refused) == "SX917"
    assert "AddIns" in str(refused.value.finding.location)
    assert windows.writes == 0
    assert [path.name for path in (tmp_path / "Roaming").rglob("*")] == ["Microsoft"]


def test_a_file_that_cannot_be_written_leaves_the_old_one(
    windows: FakeWindows, environment: dict[str, str], target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder that may only be read: the version before stays, unregistered as it was."""
    target.parent.mkdir(parents=True)
    target.write_bytes(b"before")

    def refuse(*_names: object, **_rest: object) -> int:
        raise PermissionError(13, "Access is denied")

    monkeypatch.setattr("os.open", refuse)
    with pytest.raises(WorkbookError) as refused:
        install(windows, environment)
    monkeypatch.undo()
    assert code(refused) == "SX917"
    assert target.read_bytes() == b"before"
    assert windows.options() == {}


def test_a_path_with_accents_spaces_and_an_ampersand(windows: FakeWindows, tmp_path: Path) -> None:
    """The user's folder may be called as people are: it is registered, known again, and taken away."""
    environment = {"APPDATA": str(tmp_path / "Élodie D’Été & Cie" / "App Data" / "Roaming")}
    target = addins_folder(environment) / ADDIN_FILE
    python = str(tmp_path / "Élodie D’Été & Cie" / "Python 3.12" / "pythonw.exe")
    for _ in range(2):
        install(windows, environment, python=python)
        assert windows.options() == {"OPEN": f'"{target}"'}
        assert read_made(target).interpreter == python
    uninstall(windows, environment)
    assert windows.options() == {}
    assert list(target.parent.iterdir()) == []


def test_an_older_version_and_a_moved_python_are_replaced(
    windows: FakeWindows, environment: dict[str, str], target: Path
) -> None:
    """Installing over an add-in whose Python has moved names the new one; the registration stays."""
    install(windows, environment, python=r"C:\Old\pythonw.exe")
    before = windows.options()
    install(windows, environment, python=r"C:\New\pythonw.exe")
    assert read_made(target).interpreter == r"C:\New\pythonw.exe"
    assert windows.options() == before


def test_nothing_is_written_outside_of_the_profile(
    windows: FakeWindows, environment: dict[str, str], target: Path, tmp_path: Path
) -> None:
    """No administrator is needed: one file below APPDATA, values of the user's own root, nothing else."""
    before = set(tmp_path.rglob("*"))
    machine = {key: dict(values) for key, values in windows.registry.items() if key[0] is Hive.MACHINE}
    install(windows, environment)
    assert {path for path in tmp_path.rglob("*") if path.is_file()} - before == {target}
    assert {key: values for key, values in windows.registry.items() if key[0] is Hive.MACHINE} == machine


@pytest.mark.parametrize("is_base", [True, False])
def test_the_python_of_the_store_is_refused(
    windows: FakeWindows, environment: dict[str, str], target: Path, *, is_base: bool
) -> None:
    """Windows would show Excel none of the files that it writes to the user's folder."""
    store = Path(
        r"C:\Users\x\AppData\Local\Microsoft\WindowsApps\PythonSoftwareFoundation.Python.3.12\python.exe"
    )
    runner = Interpreter(
        Path("C:/env/python.exe") if is_base else store, "3.12.1", 64, store if is_base else None
    )
    with pytest.raises(WorkbookError) as refused:
        install(windows, environment, runner=runner)
    assert code(refused) == "SX670"
    assert (windows.writes, target.parent.exists()) == (0, False)
    other = Interpreter(Path("C:/Python312/python.exe"), "3.12.1", 64, Path("C:/Python312"))
    install(windows, environment, runner=other)


def test_a_mark_that_windows_keeps_is_told(
    windows: FakeWindows, environment: dict[str, str], target: Path
) -> None:
    """Where the mark of the file before cannot be taken away, Excel would load no macros: that is said."""
    windows.marks[target] = "[ZoneTransfer]\r\nZoneId=3\r\n"
    assert install(windows, environment).warnings == ()
    assert target not in windows.marks
    windows.marks[target] = "[ZoneTransfer]\r\nZoneId=3\r\n"
    windows.remove_download_mark = lambda _path: None  # type: ignore[method-assign]
    assert [step.key for step in install(windows, environment).warnings] == ["doctor.mark.MARKED"]


def test_an_uninstallation_that_was_stopped_is_finished_by_the_next(
    windows: FakeWindows, environment: dict[str, str], target: Path
) -> None:
    """The registry refuses once: the file is still there, and the next call takes both away."""
    install(windows, environment)
    windows.fails_at = windows.writes + 1
    with pytest.raises(WorkbookError) as refused:
        uninstall(windows, environment)
    assert code(refused) == "SX948"
    assert target.exists()
    assert windows.options() == {"OPEN": f'"{target}"'}
    uninstall(windows, environment)
    assert not target.exists()
    assert windows.options() == {}


def test_the_unticked_list_forgets_it(
    windows: FakeWindows, environment: dict[str, str], target: Path
) -> None:
    """An add-in that was unticked by hand is ticked again, and forgotten when uninstalled; others stay."""
    windows.put(Hive.USER, MANAGER, {str(target).upper(): "", "C:\\other.xlam": ""})
    install(windows, environment)
    assert list(windows.values(Hive.USER, MANAGER)) == ["C:\\other.xlam"]
    windows.put(Hive.USER, MANAGER, {str(target): ""})
    uninstall(windows, environment)
    assert list(windows.values(Hive.USER, MANAGER)) == ["C:\\other.xlam"]


def test_uninstall_also_cleans_settings_of_a_removed_excel(
    windows: FakeWindows, environment: dict[str, str], target: Path
) -> None:
    """Settings that an older Office left behind name the file no more."""
    windows.put(Hive.USER, rf"{OFFICE}\15.0\Excel\Options", {"OPEN": f'"{target}"', "OPEN1": SOLVER})
    uninstall(windows, environment)
    assert windows.options("15.0") == {"OPEN": SOLVER}


def test_what_stands_in_the_way_is_told(windows: FakeWindows, environment: dict[str, str]) -> None:
    """Policies and a second copy do not stop the installation, but are told."""
    policy = r"Software\Policies\Microsoft\Office\16.0\Excel\Security"
    windows.put(Hive.USER, policy, {"requireaddinsig": 1})
    windows.put(Hive.USER, OPTIONS, {"OPEN": rf'"D:\copy\{ADDIN_FILE}"'})
    outcome = install(windows, environment)
    assert [step.key for step in outcome.warnings] == [
        "doctor.addin.TWICE",
        "doctor.trust.SIGNED_ONLY_POLICY",
    ]


def test_a_file_that_cannot_be_deleted_is_told(
    windows: FakeWindows, environment: dict[str, str], target: Path
) -> None:
    """Another program holds the file: the error names it, and Excel loads it no more."""
    install(windows, environment)
    target.unlink()
    target.mkdir()
    with pytest.raises(WorkbookError) as refused:
        uninstall(windows, environment)
    assert code(refused) == "SX917"
    assert windows.options() == {}


def test_paths_and_variables_are_those_of_windows() -> None:
    """Case and slashes do not matter; unknown variables stay."""
    assert same_path(r"C:\A\b.XLAM", "c:/a/B.xlam")
    assert not same_path(r"C:\A\b.xlam", r"C:\A\c.xlam")
    known = {"AppData": r"C:\Roaming"}
    assert expand(r"%APPDATA%\x%y", known) == r"C:\Roaming\x%y"
    assert expand("%none%%appdata%", known) == r"%none%C:\Roaming"
    assert expand("100 % 50 %", known) == "100 % 50 %"


def test_value_names_have_no_case(windows: FakeWindows) -> None:
    """A value is found whatever the case of its name."""
    windows.put(Hive.USER, "k", {"VBAWarnings": 4})
    assert find_value(windows, Hive.USER, "K", "vbawarnings") == 4
    assert find_value(windows, Hive.USER, "k", "other") is None


def test_there_is_no_windows_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """On another system Windows is absent, not a failure."""
    monkeypatch.setattr("sys.platform", "linux")
    assert this_windows() is None
