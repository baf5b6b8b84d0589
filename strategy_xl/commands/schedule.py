"""``strategy-xl schedule``: what the system's timer needs to run a command at night; nothing is changed."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from contextlib import chdir, nullcontext
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import click

from strategy_xl.commands.place import Here
from strategy_xl.commands.render import chosen_day, json_option, language, show_json, text, today_option
from strategy_xl.errors import Location, UsageError

if TYPE_CHECKING:
    from strategy_xl.hosts.timers.night import Night

SYSTEMD, CRON, WINDOWS = "systemd", "cron", "windows"
THEN = "--then"
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_NOT_AT_NIGHT = frozenset({"schedule", "serve", "lite", "addin", "forget"})
"""Commands that ask somebody, or do not end."""


def _usual() -> str:
    """The form for the system on which this is asked."""
    if sys.platform == "win32":
        return WINDOWS
    return SYSTEMD if shutil.which("systemctl") else CRON


@click.command(help=text("schedule.help"), context_settings={"ignore_unknown_options": True})
@click.option(
    "--at", type=click.DateTime(["%H:%M"]), required=True, metavar="HH:MM", help=text("schedule.at.help")
)
@click.option("--on", "days", type=click.Choice(_DAYS), multiple=True, help=text("schedule.on.help"))
@click.option(
    "--format",
    "form",
    type=click.Choice((SYSTEMD, CRON, WINDOWS)),
    default=_usual,
    show_default=text("schedule.format.default"),
    help=text("schedule.format.help"),
)
@click.option(
    "-o",
    "--output",
    type=Here("SX818", exists=True, file_okay=False),
    default=Path(),
    show_default=text("schedule.output.default"),
    help=text("schedule.output.help"),
)
@click.option("--name", default="strategy-xl", show_default=True, help=text("schedule.name.help"))
@click.option("--user", default="", metavar="NAME", help=text("schedule.user.help"))
@click.option("--program", metavar="PATH", help=text("schedule.program.help"))
@click.option("--directory", metavar="PATH", help=text("schedule.directory.help"))
@click.option("--force", is_flag=True, help=text("cli.new.force.help"))
@json_option
@today_option
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED, metavar="-- COMMAND…")
def schedule(command: tuple[str, ...], form: str, output: Path, **options: Any) -> None:
    """Write the files and say what to do with them."""
    night = _night(command, form, options)
    files = _files(night, form, chosen_day(options["today"]))
    paths = [output / name for name in files]
    for path in paths:
        if path.exists() and not options["force"]:
            raise UsageError("SX144", Location(str(path)))
    for path, content in zip(paths, files.values(), strict=True):
        path.write_bytes(content)
        click.echo(text("schedule.written", path=str(path)))
    click.echo(text("schedule.nothing_changed"))
    steps = _next_steps(night, form, output, paths)
    for line in steps:
        click.echo(line)
    if options["as_json"]:
        show_json({"written": list(map(str, paths)), "steps": steps, "findings": []})


def _night(command: tuple[str, ...], form: str, options: dict[str, Any]) -> Night:
    """What is to run, once each command was parsed: a slip is told now, not at night."""
    from strategy_xl.hosts.timers.night import Night, program

    folder = str(Path.cwd()) if options["directory"] is None else options["directory"]
    with chdir(folder) if os.path.isdir(folder) else nullcontext():  # noqa: PTH112 - a path of another system
        commands = _commands(command)
    start = program() if options["program"] is None else (options["program"],)
    moment: datetime = options["at"]
    return Night(
        options["name"],
        text("schedule.title"),
        tuple((*start, *words) for words in commands),
        folder,
        moment.time(),
        tuple(sorted({_DAYS.index(day) for day in options["days"]})),
        {} if form == WINDOWS else {"STRATEGY_XL_LANG": language()},
        options["user"],
    )


def _commands(words: tuple[str, ...]) -> list[tuple[str, ...]]:
    """The commands that the words make, cut at ``--then``.

    Errors: click.UsageError for one that this program would refuse, UsageError SX187 for one not to be run
    at night.
    """
    from strategy_xl.commands import cli, imported

    commands: list[list[str]] = [[]]
    for word in words:
        if word == THEN:
            commands.append([])
        else:
            commands[-1].append(word)
    known = sorted(set(cli.commands) - _NOT_AT_NIGHT)
    for command in commands:
        name = command[0] if command else ""
        if name not in known:
            raise UsageError("SX187", command=name, known=", ".join(known))
        with imported(name).make_context(f"strategy-xl {name}", command[1:]):
            pass  # what its options do at once, they do no longer
    return [tuple(command) for command in commands]


def _files(night: Night, form: str, today: date) -> dict[str, bytes]:
    """The files by name."""
    if form == SYSTEMD:
        from strategy_xl.hosts.timers.systemd import units

        return {name: content.encode() for name, content in units(night).items()}
    if form == CRON:
        from strategy_xl.hosts.timers.cron import line

        return {f"{night.name}.cron": f"{line(night)}\n".encode()}
    from strategy_xl.hosts.timers.task_scheduler import task

    return {f"{night.name}.xml": task(night, today)}


def _next_steps(night: Night, form: str, output: Path, paths: list[Path]) -> list[str]:
    """What an administrator does next, commands indented; then what to think of."""
    folder = output.resolve()
    if form == SYSTEMD:
        is_system = bool(night.user) or (hasattr(os, "geteuid") and os.geteuid() == 0)
        lines = _systemd_steps(
            night.name, [shlex.quote(str(folder / path.name)) for path in paths], is_system
        )
    elif form == CRON:
        file = shlex.quote(str(folder / paths[0].name))
        lines = [
            text("schedule.step.cron"),
            f"    (crontab -l 2>/dev/null; cat {file}) | crontab -",
            text("schedule.step.cron_list"),
            "    crontab -l",
        ]
    else:
        account = night.user or text("schedule.account")
        place = paths[0].name if sys.platform != "win32" else folder / paths[0].name
        lines = [
            text("schedule.step.windows"),
            f'    schtasks /Create /TN "{night.name}" /XML "{place}" /RU "{account}" /RP *',
            text("schedule.step.windows_try"),
            f'    schtasks /Run /TN "{night.name}"',
            text("schedule.step.windows_shares"),
        ]
    secrets = [word for command in night.commands for word in command if _has_password(word)]
    if secrets:
        lines.append(text("schedule.step.password"))
    elif os.environ.get("STRATEGY_XL_HISTORY"):
        lines.append(text("schedule.step.variable"))
    return [text("schedule.next"), *lines, text("schedule.step.folder", folder=night.folder)]


def _systemd_steps(name: str, files: list[str], is_system: bool) -> list[str]:
    """For the system's own manager, or for that of the account."""
    files_text = " ".join(files)
    if is_system:
        place, control = "/etc/systemd/system", "systemctl"
        install = f"    sudo install -m 644 -t {place} {files_text}"
        before = "sudo "
    else:
        place, control, before = '"$HOME/.config/systemd/user"', "systemctl --user", ""
        install = f"    install -D -m 644 -t {place} {files_text}"
    lines = [
        text("schedule.step.systemd"),
        f"    systemd-analyze {'' if is_system else '--user '}verify {files_text}",
        install,
        f"    {before}{control} daemon-reload",
        f"    {before}{control} enable --now {name}.timer",
    ]
    if not is_system:
        lines += [text("schedule.step.linger"), "    loginctl enable-linger"]
    return [
        *lines,
        text("schedule.step.systemd_try"),
        f"    {before}{control} start {name}.service",
        f"    {before}journalctl {'' if is_system else '--user '}-u {name}.service",
        text("schedule.step.environment", place=f"/etc/{name}" if is_system else f"~/.config/{name}"),
    ]


def _has_password(word: str) -> bool:
    """Whether a word is an address with a password, or an option with one."""
    try:
        return bool(urlsplit(word.rpartition("=")[2] if word.startswith("--") else word).password)
    except ValueError:
        return False
