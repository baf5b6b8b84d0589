r"""What Excel's trust centre and the administrator's policies say of an add-in and of its macros.

Sources: the administrative templates of Office 2016 (admx.help), "Plan security settings for add-ins",
"Trusted Locations for Office files" and "Macros from the internet are blocked by default in Office"
(learn.microsoft.com). None of it was tried on a real Windows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from strategy_xl.hosts.excel.office import OFFICE
from strategy_xl.hosts.windows import Hive, Windows, expand, find_value, is_below, same_path

POLICIES = (r"Software\Policies\Microsoft\Office", r"Software\Policies\Microsoft\Cloud\Office")
_PLACES = r"Security\Trusted Locations"
_SIGNED_ONLY, _ALL_OFF = 3, 4


@dataclass(frozen=True, slots=True)
class Setting:
    """A security setting: what it holds, and whether the administrator has fixed it."""

    value: object
    is_policy: bool


@dataclass(frozen=True, slots=True)
class Addin:
    """An add-in's file, as far as its being trusted goes.

    Arguments:
        path: its place.
        is_signed: whether it bears a signature, valid or not: only Windows can say which.
    """

    path: Path
    is_signed: bool = False


def security(
    windows: Windows, version: str, name: str, key: str = "Security", *, part: str = "Excel"
) -> Setting | None:
    """A setting of the trust centre: the administrator's, else the user's, else None.

    Arguments:
        version: ``16.0``.
        name: ``VBAWarnings``, ``DisableAllAddins``, ``RequireAddinSig``…
        key: below the part; ``Resiliency`` for the lists of add-ins.
        part: ``Excel``, or ``Common`` for what holds for all of Office.
    """
    for root in POLICIES:
        value = find_value(windows, Hive.USER, rf"{root}\{version}\{part}\{key}", name)
        if value is not None:
            return Setting(value, is_policy=True)
    value = find_value(windows, Hive.USER, rf"{OFFICE}\{version}\{part}\{key}", name)
    return None if value is None else Setting(value, is_policy=False)


def is_on(windows: Windows, version: str, name: str, key: str = "Security", *, part: str = "Excel") -> bool:
    """Whether a setting holds 1."""
    setting = security(windows, version, name, key, part=part)
    return setting is not None and setting.value == 1


def is_forced(
    windows: Windows, version: str, name: str, key: str = "Security", *, part: str = "Excel"
) -> bool:
    """Whether the administrator has set it to 1."""
    setting = security(windows, version, name, key, part=part)
    return setting is not None and setting.is_policy and setting.value == 1


# -- trusted locations -------------------------------------------------------------------------------------


def _locations(windows: Windows, version: str) -> Iterator[str]:
    """The keys of the locations that count: the administrator's, and the user's unless these are refused."""
    keys = [rf"{root}\{version}\{part}\{_PLACES}" for root in POLICIES for part in ("Excel", "Common")]
    own = security(windows, version, "allow user locations", _PLACES, part="Common")
    if own is None or own.value != 0:
        keys.append(rf"{OFFICE}\{version}\Excel\{_PLACES}")
    for key in keys:
        yield from (rf"{key}\{name}" for name in windows.keys(Hive.USER, key))


def is_trusted(windows: Windows, version: str, folder: Path, environment: Mapping[str, str]) -> bool:
    """Whether a folder is one of Excel's trusted locations, or below one whose subfolders are.

    Arguments:
        version: ``16.0``.
        folder, environment: the folder, and the variables that a location may be written with.

    Excel has a few from the start (``XLSTART``, ``Library``); the folder of the user's add-ins is none.
    """
    if is_on(windows, version, "AllLocationsDisabled", _PLACES):
        return False
    if windows.is_on_network(folder) and not is_on(windows, version, "AllowNetworkLocations", _PLACES):
        return False
    for key in _locations(windows, version):
        place = find_value(windows, Hive.USER, key, "Path")
        if isinstance(place, str) and place:
            place = expand(place, environment)
            deep = find_value(windows, Hive.USER, key, "AllowSubfolders") == 1
            if is_below(folder, place) if deep else same_path(folder, place):
                return True
    return False


# -- what stands in the way --------------------------------------------------------------------------------


def obstacles(windows: Windows, version: str, addin: Addin, environment: Mapping[str, str]) -> list[str]:
    """What keeps an Excel from loading an add-in or its macros, by code; none when nothing does.

    Codes: ``VBA_OFF`` no macros in all of Office; ``ADDINS_OFF`` no add-in at all, ``SIGNED_ONLY`` only
    signed ones (both with ``_POLICY`` when the administrator has fixed it), ``SIGNED_ALWAYS`` the same for
    what loads at every start, ``LEVELS`` only signed or in a trusted location, ``NOT_LISTED`` not on the
    administrator's list, ``LISTED_OFF`` on it as forbidden.

    Arguments:
        version: ``16.0``.
        addin: the file.
        environment: the variables that a trusted location may be written with.
    """
    found = []
    if _vba_is_off(windows, version):
        found.append("VBA_OFF")
    for name, code, is_met in (
        ("DisableAllAddins", "ADDINS_OFF", False),
        ("RequireAddinSig", "SIGNED_ONLY", addin.is_signed),
    ):
        setting = security(windows, version, name)
        if setting is not None and setting.value == 1 and not is_met:
            found.append(f"{code}_POLICY" if setting.is_policy else code)
    if not addin.is_signed:
        if is_forced(windows, version, "requirealwaysonmacrosig", part="Common"):
            found.append("SIGNED_ALWAYS")
        if is_forced(windows, version, "enablemacrotrustlevel", part="Common") and not is_trusted(
            windows, version, addin.path.parent, environment
        ):
            found.append("LEVELS")
    return found + _listed(windows, version, addin.path.name)


def _vba_is_off(windows: Windows, version: str) -> bool:
    keys = [(hive, rf"{root}\{version}\Common") for hive in Hive for root in POLICIES]
    return any(find_value(windows, hive, key, "vbaoff") == 1 for hive, key in keys)


def _listed(windows: Windows, version: str, file: str) -> list[str]:
    """What the administrator's "List of managed add-ins" says of a file."""
    listed = security(windows, version, file, r"Resiliency\AddinList")
    if listed is not None and listed.is_policy:
        return ["LISTED_OFF"] if str(listed.value) == "0" else []
    return ["NOT_LISTED"] if is_forced(windows, version, "RestrictToList", "Resiliency") else []


def asks_for_publisher(windows: Windows, version: str) -> bool:
    """Whether a rule admits signed macros: whoever signed must then be among the trusted publishers."""
    macros = security(windows, version, "VBAWarnings")
    return (
        is_on(windows, version, "RequireAddinSig")
        or is_forced(windows, version, "requirealwaysonmacrosig", part="Common")
        or is_forced(windows, version, "enablemacrotrustlevel", part="Common")
        or (macros is not None and macros.value == _SIGNED_ONLY)
    )


def macros_off(
    windows: Windows, version: str, addin: Addin, environment: Mapping[str, str]
) -> Setting | None:
    """The macro setting by which an add-in's macros may not run, without a word; None when there is none.

    A trusted location is free of it, and signed macros are free of that which admits these.
    """
    setting = security(windows, version, "VBAWarnings")
    if setting is None or setting.value not in {_SIGNED_ONLY, _ALL_OFF}:
        return None
    if setting.value == _SIGNED_ONLY and addin.is_signed:
        return None
    return None if is_trusted(windows, version, addin.path.parent, environment) else setting
