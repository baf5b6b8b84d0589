r"""Install the Excel add-in for one user of a Windows computer, and take it away again.

The file goes to ``%APPDATA%\Microsoft\AddIns``. Excel loads at its start what the values ``OPEN``, ``OPEN1``,
``OPEN2``… of ``HKCU\Software\Microsoft\Office\<version>\Excel\Options`` name: a path in quotes, a switch such
as ``/R`` before it or not, or a bare file name for a file in the AddIns folder. Excel reads them when it
starts and writes them anew when it ends, so that nothing may be changed while it runs. Add-ins that are known
but not ticked stand under ``Excel\Add-in Manager``. Sources: "Registry Keys" (bettersolutions.com), "Terminal
Server Installation" (analyticsgate.com), Excel-DNA issue 70.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PureWindowsPath

from strategy_xl.errors import Location, WorkbookError
from strategy_xl.hosts.excel.office import OFFICE, obstacles, user_versions
from strategy_xl.hosts.windows import EXCEL_PROGRAM, Hive, Value, Windows, expand, same_path

ADDIN_FILE = "strategy_xl.xlam"

_OPEN = re.compile(r"OPEN(\d{0,4})", re.IGNORECASE)
_TARGET = re.compile(r'\s*(?:/\w\s+)*(?:"([^"]*)"|(.*\S))\s*')


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that was done, or that stands in the way: a message's key and its values."""

    key: str
    args: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an installation did, and what may keep Excel from using it."""

    steps: tuple[Step, ...]
    warnings: tuple[Step, ...] = ()


class OpenList:
    """The add-ins that an Excel loads when it starts: its values ``OPEN…``.

    Arguments:
        windows, version: whose.
        folder: the AddIns folder, where bare file names are.
        environment: for values that hold variables.
    """

    def __init__(self, windows: Windows, version: str, folder: Path, environment: Mapping[str, str]) -> None:
        """Read the values."""
        self._windows = windows
        self._folder = folder
        self._environment = environment
        self.key = rf"{OFFICE}\{version}\Excel\Options"
        self._before = {
            name: value
            for name, value in windows.values(Hive.USER, self.key).items()
            if _OPEN.fullmatch(name)
        }

    def _entries(self) -> Iterator[tuple[int, str, Value]]:
        """(number, name, value) in the order in which Excel loads them."""
        for name, value in self._before.items():
            found = _OPEN.fullmatch(name)
            if found:
                yield int(found[1] or 0), name, value

    def _target(self, value: Value) -> Path:
        """The file that a value names."""
        found = _TARGET.fullmatch(str(value.data))
        target = expand((found[1] or found[2] or "") if found else "", self._environment)
        return Path(self._folder, target) if PureWindowsPath(target).name == target else Path(target)

    def paths(self, file: str) -> list[Path]:
        """The files of that name that Excel loads, wherever they are, each once."""
        found: list[Path] = []
        for _, _, value in sorted(self._entries()):
            target = self._target(value)
            is_named = PureWindowsPath(target).name.lower() == file.lower()
            if is_named and not any(same_path(target, each) for each in found):
                found.append(target)
        return found

    def names(self, addin: Path) -> list[str]:
        """The names of the values that load an add-in."""
        return [name for _, name, value in sorted(self._entries()) if same_path(self._target(value), addin)]

    def add(self, addin: Path) -> bool:
        """Have an add-in loaded; whether that was a change. The values of others are not touched."""
        if self.names(addin):
            return False
        taken = {number for number, _, _ in self._entries()}
        number = next(each for each in range(len(taken) + 1) if each not in taken)
        self._change({_name(number): Value(f'"{addin}"')}, ())
        return True

    def remove(self, addin: Path) -> bool:
        """Have an add-in loaded no more, and the values after it close the gap; whether that was a change."""
        if not self.names(addin):
            return False
        kept = [value for _, _, value in sorted(self._entries()) if not same_path(self._target(value), addin)]
        after = {_name(number): value for number, value in enumerate(kept)}
        self._change(after, [name for _, name, _ in self._entries() if name.upper() not in after])
        return True

    def _change(self, written: Mapping[str, Value], deleted: Sequence[str]) -> None:
        """Write first, delete afterwards: interrupted, an add-in stands there twice, but none is lost."""
        known = {name.upper(): (name, value) for name, value in self._before.items()}
        done: list[str] = []
        try:
            for name, value in written.items():
                if known.get(name, (name, None))[1] != value:
                    done.append(name)
                    self._windows.set_value(self.key, known.get(name, (name, None))[0], value)
            for name in deleted:
                done.append(name.upper())
                self._windows.delete_value(self.key, name)
        except OSError as error:
            self._undo(done)
            raise _unwritable(self.key, error) from error

    def _undo(self, names: Sequence[str]) -> None:
        """Put values back as they were, as far as Windows lets us: the first error is the one to tell."""
        known = {name.upper(): (name, value) for name, value in self._before.items()}
        for upper in names:
            try:
                if upper in known:
                    self._windows.set_value(self.key, *known[upper])
                else:
                    self._windows.delete_value(self.key, upper)
            except OSError:
                continue


def _name(number: int) -> str:
    return f"OPEN{number or ''}"


def _unwritable(key: str, error: OSError) -> WorkbookError:
    return WorkbookError("SX948", Location(f"HKCU\\{key}"), reason=error.strerror or str(error))


def addins_folder(environment: Mapping[str, str]) -> Path:
    """The user's folder for Excel's add-ins.

    Errors: WorkbookError SX947 when Windows does not say where the user's settings are.
    """
    base = environment.get("APPDATA")
    if not base:
        raise WorkbookError("SX947")
    return Path(base, "Microsoft", "AddIns")


def _refuse_while_running(windows: Windows) -> None:
    if EXCEL_PROGRAM in windows.running():
        raise WorkbookError("SX945")


def _forget_unticked(windows: Windows, version: str, addin: Path) -> None:
    """Take the add-in from the list of those that are not ticked: a file that is gone would be asked for."""
    key = rf"{OFFICE}\{version}\Excel\Add-in Manager"
    for name in windows.values(Hive.USER, key):
        if same_path(name, addin):
            try:
                windows.delete_value(key, name)
            except OSError as error:
                raise _unwritable(key, error) from error


def install(windows: Windows, environment: Mapping[str, str], *, python: str | None = None) -> Outcome:
    """Build the add-in, put it into the AddIns folder and have every Excel of this user load it.

    Arguments:
        windows, environment: the system, and its variables.
        python: the interpreter that computes; by default the one that runs this program.

    What stands there already stays; a second call builds the file anew and changes nothing else.
    Errors: WorkbookError SX945 while Excel runs, SX947 no folder for settings, SX946 no Excel, SX948 the
    registry cannot be written, and those of ``build_xlam``. After an error, no Excel has been told to load a
    file that is not there.
    """
    from strategy_xl.hosts.excel.addin import build_xlam

    _refuse_while_running(windows)
    folder = addins_folder(environment)
    versions = user_versions(windows)
    if not versions:
        raise WorkbookError("SX946")
    target = folder / ADDIN_FILE
    is_new = not target.exists()
    _make(folder)
    build_xlam(target, python=python)
    steps = [Step("addin.install.file", {"path": str(target)})]
    added: list[str] = []
    try:
        for version in versions:
            is_added = OpenList(windows, version, folder, environment).add(target)
            if is_added:
                added.append(version)
                _forget_unticked(windows, version, target)
            key = "addin.install.registered" if is_added else "addin.install.known"
            steps.append(Step(key, {"version": version}))
    except BaseException:
        for version in added:
            OpenList(windows, version, folder, environment).remove(target)
        if is_new:
            target.unlink()
        raise
    steps.append(Step("addin.install.next"))
    lists = {version: OpenList(windows, version, folder, environment) for version in versions}
    return Outcome(tuple(steps), tuple(_warnings(windows, lists)))


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WorkbookError("SX917", Location(str(folder)), reason=error.strerror or str(error)) from error


def _warnings(windows: Windows, lists: Mapping[str, OpenList]) -> Iterator[Step]:
    for version, loaded in lists.items():
        paths = loaded.paths(ADDIN_FILE)
        if len(paths) > 1:
            yield Step("doctor.addin.TWICE", {"version": version, "paths": ", ".join(map(str, paths))})
        for code in obstacles(windows, version, ADDIN_FILE):
            yield Step(f"doctor.trust.{code}", {"version": version, "file": ADDIN_FILE})


def uninstall(windows: Windows, environment: Mapping[str, str]) -> Outcome:
    """Have no Excel of this user load the add-in any more, and delete its file.

    Every version that has settings is looked at, also one that is no longer there; a second call does
    nothing.
    Errors: WorkbookError SX945 while Excel runs, SX947, SX948, SX917 the file cannot be deleted.
    """
    _refuse_while_running(windows)
    folder = addins_folder(environment)
    target = folder / ADDIN_FILE
    steps = []
    for version in windows.keys(Hive.USER, OFFICE):
        if OpenList(windows, version, folder, environment).remove(target):
            steps.append(Step("addin.uninstall.registered", {"version": version}))
        _forget_unticked(windows, version, target)
    if target.exists():
        try:
            target.unlink()
        except OSError as error:
            reason = error.strerror or str(error)
            raise WorkbookError("SX917", Location(str(target)), reason=reason) from error
        steps.append(Step("addin.uninstall.file", {"path": str(target)}))
    return Outcome(tuple(steps) or (Step("addin.uninstall.nothing"),))
