r"""Install the Excel add-in for one user of a Windows computer, and take it away again.

The file goes to ``%APPDATA%\Microsoft\AddIns``, its path among what Excel loads at its start; nothing is
written outside of the user's own folder and the user's own root of the registry, so that nobody needs an
administrator. Add-ins that are known but not ticked stand under ``Excel\Add-in Manager``.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path, PureWindowsPath

from strategy_xl.errors import Location, WorkbookError
from strategy_xl.hosts.excel.made import Made, signatures
from strategy_xl.hosts.excel.office import OFFICE, user_versions
from strategy_xl.hosts.excel.open_list import OpenList, unwritable
from strategy_xl.hosts.excel.trust import Addin, obstacles
from strategy_xl.hosts.machine import Interpreter
from strategy_xl.hosts.windows import EXCEL_PROGRAM, Hive, Windows, expand, same_path
from strategy_xl.ooxml.replace import atomic_replace

ADDIN_FILE = "strategy_xl.xlam"


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


def _refuse_store(runner: Interpreter | None) -> None:
    if runner is not None and runner.is_from_store:
        raise WorkbookError("SX670", path=str(runner.path))


def _forget_unticked(windows: Windows, version: str, addin: Path) -> list[Callable[[], object]]:
    """Take the add-in from the list of those that are not ticked: a file that is gone would be asked for.

    Returns what puts each entry back.
    """
    key = rf"{OFFICE}\{version}\Excel\Add-in Manager"
    back: list[Callable[[], object]] = []
    for name, value in windows.values(Hive.USER, key).items():
        if same_path(name, addin):
            try:
                windows.delete_value(key, name)
            except OSError as error:
                raise unwritable(key, error) from error
            back.append(partial(windows.set_value, key, name, value))
    return back


# -- install -----------------------------------------------------------------------------------------------


def install(
    windows: Windows,
    environment: Mapping[str, str],
    *,
    python: str | None = None,
    file: Path | None = None,
    runner: Interpreter | None = None,
) -> Outcome:
    """Put the add-in into the AddIns folder and have every Excel of this user load it.

    Arguments:
        windows, environment: the system, and its variables.
        python: the interpreter that computes; by default the one that runs this program.
        file: a finished add-in, such as one that was signed, taken byte by byte; by default one is built.
        runner: the Python that runs this program, refused when Excel would not see what it writes.

    What stands there already stays; a second call writes the file anew and changes nothing else.
    Errors: WorkbookError SX945 while Excel runs, SX670 the Microsoft Store's Python, SX947 no folder for
    settings, SX946 no Excel, SX671 and SX672 for a ``file`` that is not this program's, SX948 the registry
    cannot be written, SX917 the folder or the file cannot be, and those of ``build_xlam``. After an error
    all is as before.
    """
    _refuse_while_running(windows)
    _refuse_store(runner)
    folder = addins_folder(environment)
    versions = user_versions(windows)
    if not versions:
        raise WorkbookError("SX946")
    ready = None if file is None else _checked(file)
    target = folder / ADDIN_FILE
    back: list[Callable[[], object]] = []
    try:
        _make(folder, back)
        back.append(_as_before(target))
        steps = [_put(target, python, file)]
        if ready is not None:
            steps += _told(ready)
        for version in versions:
            listed = OpenList(windows, version, folder, environment)
            is_added = listed.add(target)
            if is_added:
                back.append(partial(_take_off, windows, version, environment, target))
                back += _forget_unticked(windows, version, target)
            key = "addin.install.registered" if is_added else "addin.install.known"
            steps.append(Step(key, {"version": version}))
    except BaseException:
        for each in reversed(back):
            with suppress(WorkbookError, OSError):  # the first error is the one to tell
                each()
        raise
    # Windows' own replacement of a file keeps what the old one bore; what stands there now is our own.
    windows.remove_download_mark(target)
    steps.append(Step("addin.install.next"))
    warnings = [*_missing_python(ready, environment), *_warnings(windows, versions, target, environment)]
    return Outcome(tuple(steps), tuple(warnings))


def _take_off(windows: Windows, version: str, environment: Mapping[str, str], target: Path) -> bool:
    """Have an Excel load the add-in no more; whether that was a change."""
    return OpenList(windows, version, target.parent, environment).remove(target)


def _checked(file: Path) -> Made:
    from strategy_xl.hosts.excel.ready_made import checked

    return checked(file)


def _make(folder: Path, back: list[Callable[[], object]]) -> None:
    """Make a folder and those above it, each to be taken away again when something fails."""
    missing = [place for place in (folder, *folder.parents) if not place.exists()]
    try:
        for place in reversed(missing):
            place.mkdir(exist_ok=True)
            back.append(place.rmdir)
    except OSError as error:
        raise _unwritable(folder, error) from error


def _unwritable(path: Path, error: OSError) -> WorkbookError:
    return WorkbookError("SX917", Location(str(path)), reason=error.strerror or str(error))


def _as_before(target: Path) -> Callable[[], object]:
    """What puts a file back as it is now."""
    if not target.is_file():
        return lambda: target.unlink(missing_ok=True)
    try:
        content = target.read_bytes()
    except OSError as error:
        raise _unwritable(target, error) from error

    def write() -> None:
        if target.read_bytes() != content:
            with atomic_replace(target) as stream:
                stream.write(content)

    return write


def _put(target: Path, python: str | None, file: Path | None) -> Step:
    """The file in its place."""
    from strategy_xl.hosts.excel.addin import build_xlam

    if file is None:
        build_xlam(target, python=python)
        return Step("addin.install.file", {"path": str(target)})
    # Bytes only, not the mark of a download: what the file holds has been compared with our own.
    with file.open("rb") as source, atomic_replace(target) as stream:
        shutil.copyfileobj(source, stream)
    return Step("addin.install.taken", {"path": str(target)})


def _told(ready: Made) -> Iterator[Step]:
    """What a finished add-in bears: its signature and its Python."""
    if ready.signatures:
        yield Step("addin.install.signed", {"kinds": ", ".join(ready.signatures)})
    else:
        yield Step("addin.install.unsigned")
    yield Step("addin.install.python", {"path": ready.interpreter})


def _missing_python(ready: Made | None, environment: Mapping[str, str]) -> Iterator[Step]:
    """A finished add-in names a Python that this computer does not have."""
    if ready is None:
        return
    path = expand(ready.interpreter, environment)
    is_bare = PureWindowsPath(path).name == path
    found = shutil.which(path, path=environment.get("PATH", "")) if is_bare else Path(path).is_file()
    if not found:
        yield Step("addin.install.PYTHON", {"path": path})


def _warnings(
    windows: Windows, versions: list[str], target: Path, environment: Mapping[str, str]
) -> Iterator[Step]:
    addin = Addin(target, is_signed=bool(signatures(target)))
    if windows.download_mark(target) is not None:
        yield Step("doctor.mark.MARKED", {"path": str(target)})
    for version in versions:
        paths = OpenList(windows, version, target.parent, environment).paths(ADDIN_FILE)
        if len(paths) > 1:
            yield Step("doctor.addin.TWICE", {"version": version, "paths": ", ".join(map(str, paths))})
        for code in obstacles(windows, version, addin, environment):
            yield Step(f"doctor.trust.{code}", {"version": version, "file": ADDIN_FILE})


# -- uninstall ---------------------------------------------------------------------------------------------


def uninstall(windows: Windows, environment: Mapping[str, str]) -> Outcome:
    """Have no Excel of this user load the add-in any more, and delete its file.

    Every version that has settings is looked at, also one that is no longer there; a second call does
    nothing, and finishes one that was stopped midway.
    Errors: WorkbookError SX945 while Excel runs, SX947, SX948, SX917 the file cannot be deleted.
    """
    _refuse_while_running(windows)
    folder = addins_folder(environment)
    target = folder / ADDIN_FILE
    steps = []
    for version in windows.keys(Hive.USER, OFFICE):
        if _take_off(windows, version, environment, target):
            steps.append(Step("addin.uninstall.registered", {"version": version}))
        _forget_unticked(windows, version, target)
    if target.exists():
        try:
            target.unlink()
        except OSError as error:
            raise _unwritable(target, error) from error
        steps.append(Step("addin.uninstall.file", {"path": str(target)}))
    return Outcome(tuple(steps) or (Step("addin.uninstall.nothing"),))
