"""``strategy-xl addin``: functions for Excel and LibreOffice, as an add-in or in the workbook itself."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from strategy_xl.commands.addin_lambdas import lambdas
from strategy_xl.commands.place import Here
from strategy_xl.commands.render import EXIT_FINDINGS, finding_data, json_option, show_json, text
from strategy_xl.errors import Finding, Location, Severity, UsageError
from strategy_xl.text.catalog import has_message

if TYPE_CHECKING:
    from strategy_xl.hosts.excel.install import Outcome, Step
    from strategy_xl.hosts.machine import Machine

EXCEL, CALC = "excel", "calc"
XLAM, OXT = ".xlam", ".oxt"


@click.group(name="addin", help=text("addin.help"))
def addin() -> None:
    """Hold the commands together."""


_for_option = click.option(
    "--for",
    "office",
    type=click.Choice((EXCEL, CALC)),
    default=lambda: EXCEL if sys.platform == "win32" else CALC,
    show_default=text("addin.for.default"),
    help=text("addin.for.help"),
)


@addin.command(help=text("addin.build.help"))
@click.argument("out", type=Here("SX818", dir_okay=False), metavar="OUT")
@click.option("--python", metavar="PATH", help=text("addin.python.help"))
@click.option("--force", is_flag=True, help=text("addin.force.help"))
@json_option
def build(out: Path, python: str | None, *, force: bool, as_json: bool) -> None:
    """Write the file that the ending of its name asks for, and say what to do with it."""
    kind = out.suffix.lower()
    if kind not in {XLAM, OXT}:
        raise UsageError("SX979", Location(str(out)), suffix=out.suffix or None)
    if out.exists() and not force:
        raise UsageError("SX144", Location(str(out)))
    if kind == XLAM:
        from strategy_xl.hosts.excel.addin import build_xlam as write
    else:
        from strategy_xl.hosts.calc.extension import build_oxt as write
    done = write(out, python=python)
    click.echo(text("addin.build.done", path=str(done)))
    then = text("addin.build.next.excel" if kind == XLAM else "addin.build.next.calc", path=str(done))
    click.echo(then)
    if as_json:
        show_json({"written": str(done), "next": then, "findings": []})


@addin.command(help=text("addin.install.help"))
@_for_option
@click.option("--python", metavar="PATH", help=text("addin.python.help"))
@click.option("--file", type=Here(exists=True, dir_okay=False), help=text("addin.file.help"))
@json_option
def install(office: str, python: str | None, file: Path | None, *, as_json: bool) -> None:
    """Build with this interpreter, or take a finished add-in, and install; tell each step."""
    from strategy_xl.hosts.machine import Machine

    if file is not None and (office == CALC or python is not None):
        raise UsageError("SX673", Location(str(file)), other="--python" if python else f"--for {office}")
    machine = Machine()
    if office == CALC:
        from strategy_xl.hosts.libreoffice import install as put

        _tell(put(machine, python=python), as_json=as_json)
        return
    from strategy_xl.hosts.excel.install import install as register

    if machine.windows is None:
        raise _by_hand(machine)
    outcome = register(machine.windows, machine.environment, python=python, file=file, runner=machine.python)
    _tell(outcome, as_json=as_json)


@addin.command(help=text("addin.uninstall.help"))
@_for_option
@json_option
def uninstall(office: str, *, as_json: bool) -> None:
    """Take away what ``install`` has put there; tell each step."""
    from strategy_xl.hosts.machine import Machine

    machine = Machine()
    if office == CALC:
        from strategy_xl.hosts.libreoffice import uninstall as take

        _tell(take(machine), as_json=as_json)
        return
    from strategy_xl.hosts.excel.install import uninstall as unregister

    if machine.windows is None:
        raise _by_hand(machine)
    _tell(unregister(machine.windows, machine.environment), as_json=as_json)


addin.add_command(lambdas)


def _by_hand(machine: Machine) -> UsageError:
    """What to do where Excel's add-in cannot be installed by a program."""
    return UsageError("SX959" if machine.system == "darwin" else "SX958")


def _tell(outcome: Outcome, *, as_json: bool) -> None:
    """Print the steps, then what stands in the way; the exit code says whether something does."""
    for step in outcome.steps:
        click.echo(_said(step))
    for warning in outcome.warnings:
        click.secho(_said(warning), fg="yellow")
        if has_message(f"{warning.key}.hint"):
            click.echo(f"    → {text(f'{warning.key}.hint', **warning.args)}")
    if as_json:
        findings = [Finding(step.key, Location(), step.args, Severity.WARNING) for step in outcome.warnings]
        steps = [{"code": step.key, "message": _said(step)} for step in outcome.steps]
        show_json({"steps": steps, "findings": list(map(finding_data, findings))})
    if outcome.warnings:
        raise SystemExit(EXIT_FINDINGS)


def _said(step: Step) -> str:
    return text(step.key, **step.args)
