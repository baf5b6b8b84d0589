"""Begin a workbook: built, filled with a list that is there already, recomputed; all of it or nothing."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from strategy_xl.build.book import build
from strategy_xl.errors import Finding, UsageError
from strategy_xl.ooxml.replace import atomic_replace, check_target
from strategy_xl.schema.consistency import SETTINGS_BLOCK
from strategy_xl.schema.spec import FieldSpec, WorkbookSpec
from strategy_xl.work.gallery_cards import show_lambdas
from strategy_xl.work.recompute import JobReport, recompute_workbook

MARKET, CAPACITY = "market", "capacity_hours_week"
HOURS_EACH = 7
"""Hours a week that each person who sells gives to the KPIs, until the settings say otherwise."""


@dataclass(frozen=True, slots=True)
class Beginning:
    """What a new workbook is to be.

    Arguments:
        target: path of the new .xlsx.
        lang: ``fr`` or ``en``.
        company: name of the firm; None for none.
        market: whom the firm sells to, a key of the list of markets; None for the templates' default.
        team: how many people sell; None when it is not said.
        only: keys of the wanted modules; all when empty.
        example: fill in the example firm.
        protect: lock the cells that hold formulas and results.
        overwrite: replace an existing file.
        lambdas: put the functions in as named LAMBDAs, with a sheet that shows them.
    """

    target: Path
    lang: str
    company: str | None = None
    market: str | None = None
    team: int | None = None
    only: Sequence[str] = ()
    example: bool = False
    protect: bool = False
    overwrite: bool = False
    lambdas: bool = False

    @property
    def settings(self) -> Mapping[str, object]:
        """What of it are settings, by field key."""
        said = {MARKET: self.market, CAPACITY: self.team and self.team * HOURS_EACH}
        return {key: value for key, value in said.items() if value}


def setting(spec: WorkbookSpec, key: str) -> FieldSpec | None:
    """A field of the settings; None when the templates have none of that key."""
    found = spec.data_blocks().get(SETTINGS_BLOCK)
    return None if found is None else next((item for item in found[1].fields if item.key == key), None)


def _check_settings(wanted: Beginning, spec: WorkbookSpec) -> None:
    for key, value in wanted.settings.items():
        item = setting(spec, key)
        if item is None:
            raise UsageError("SX590", setting=key)
        if item.choices is not None:
            known = [choice.key for choice in spec.list_(item.choices).choices]
            if value not in known:
                raise UsageError("SX591", value=str(value), known=", ".join(known))


def begin_workbook(
    wanted: Beginning,
    spec: WorkbookSpec,
    today: date,
    fill: Callable[[Path, int], None] | None = None,
) -> JobReport:
    """Make a workbook; it takes its place when all is done, so that nothing is left of what was stopped.

    Arguments:
        wanted: what it is to be.
        spec: the templates.
        today: day of the build and of the first results.
        fill: called with the workbook, where nobody sees it yet, and its number of sheets, to put something
            in; raises to stop.

    Result: what the first recomputation found. Raises UsageError SX590 and SX591 for a setting that the
    templates do not know, and what ``build`` raises.
    """
    check_target(wanted.target, overwrite=wanted.overwrite)
    _check_settings(wanted, spec)
    with TemporaryDirectory() as folder:
        made = Path(folder) / wanted.target.name
        built = build(
            spec,
            made,
            lang=wanted.lang,
            today=today,
            company=wanted.company,
            only=wanted.only,
            example=wanted.example,
            protect=wanted.protect,
            settings=wanted.settings,
        )
        if fill is not None:
            fill(made, len(built.sheets))
        report = recompute_workbook(made, spec, today, backups=0)
        if report.failure is None and wanted.lambdas:
            show_lambdas(made, spec, today)
        if report.failure is None:
            check_target(wanted.target, overwrite=wanted.overwrite)
            with made.open("rb") as source, atomic_replace(wanted.target) as stream:
                shutil.copyfileobj(source, stream)

    def placed(finding: Finding) -> Finding:
        return replace(finding, location=replace(finding.location, workbook=str(wanted.target)))

    return replace(
        report,
        path=wanted.target,
        findings=tuple(map(placed, report.findings)),
        failure=None if report.failure is None else placed(report.failure),
    )
