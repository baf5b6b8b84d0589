r"""The add-ins that an Excel loads when it starts: the values ``OPEN``, ``OPEN1``… of its options.

They stand in ``HKCU\Software\Microsoft\Office\<version>\Excel\Options``: a path in quotes, a switch such as
``/R`` before it or not, or a bare file name for a file in the AddIns folder. Excel reads them when it starts
and writes them anew when it ends, so that nothing may be changed while it runs. Sources: "Registry Keys"
(bettersolutions.com), "Terminal Server Installation" (analyticsgate.com), Excel-DNA issue 70.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PureWindowsPath

from strategy_xl.errors import Location, WorkbookError
from strategy_xl.hosts.excel.office import OFFICE
from strategy_xl.hosts.windows import Hive, Value, Windows, expand, same_path

_OPEN = re.compile(r"OPEN(\d{0,4})", re.IGNORECASE)
_TARGET = re.compile(r'\s*(?:/\w\s+)*(?:"([^"]*)"|(.*\S))\s*')


def unwritable(key: str, error: OSError) -> WorkbookError:
    """The refusal for a key that Windows does not let us write."""
    return WorkbookError("SX948", Location(f"HKCU\\{key}"), reason=error.strerror or str(error))


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
            raise unwritable(self.key, error) from error

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
