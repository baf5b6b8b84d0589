"""What timers read is what was meant: the words come back as the system's own rules would read them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from datetime import date, time
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from lxml import etree

from strategy_xl.errors import UsageError
from strategy_xl.hosts.timers.cron import line
from strategy_xl.hosts.timers.night import Night, program
from strategy_xl.hosts.timers.systemd import units
from strategy_xl.hosts.timers.task_scheduler import SPACE, task

ODD = ('été 50% d\'"œuvre"', "$HOME", "a;b", ";", "%h %%", "a\\b", "", "-x=$(ls) `ls`", "*", "#", "&&", "~")
WORDS = st.lists(
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=12), max_size=4
)


def night(*words: str, folder: str = "/srv", start: str = "/bin/x", **more: object) -> Night:
    """A night of one command."""
    return Night("plans", "La nuit", ((start, *words),), folder, time(2, 5), **more)  # type: ignore[arg-type]


def value(unit: str, key: str) -> list[str]:
    """The values of a key of a unit, after systemd's specifiers."""
    found = re.findall(rf"^{key}=(.*)$", unit, re.MULTILINE)
    assert not any(re.search(r"(?<!%)(%%)*%[^%E]", text) for text in found)
    return [text.replace("%%", "%") for text in found]


def systemd_words(text: str) -> list[str]:
    """Words between double quotes, by the rules of systemd.service(5) and systemd.syntax(7)."""
    words = re.findall(r'"((?:[^"\\]|\\.)*)"(?: |$)', text)
    assert " ".join(f'"{word}"' for word in words) == text
    plain = [re.sub(r"\\(.)", r"\1", word) for word in words]
    assert not any(re.search(r"(?<!\$)\$(\$\$)*(?!\$)", word) for word in plain[1:])
    return [plain[0], *(word.replace("$$", "$") for word in plain[1:])]


def windows_words(text: str) -> list[str]:
    """Words as CommandLineToArgvW cuts them."""
    words, word, quoted, begun, at = [], "", False, False, 0
    while at < len(text):
        slashes = len(text[at:]) - len(text[at:].lstrip("\\"))
        if slashes:
            at += slashes
            if text[at : at + 1] == '"':
                word += "\\" * (slashes // 2)
                if slashes % 2:
                    word, at = word + '"', at + 1
            else:
                word += "\\" * slashes
            begun = True
        elif text[at] == '"':
            quoted, begun, at = not quoted, True, at + 1
        elif text[at] in " \t" and not quoted:
            if begun:
                words.append(word)
            word, begun, at = "", False, at + 1
        else:
            word, begun, at = word + text[at], True, at + 1
    return [*words, word] if begun else words


@given(words=WORDS)
@example(words=list(ODD))
def test_systemd_reads_the_words(words: list[str]) -> None:
    """Specifiers, variables, quotes, backslashes and a lone semicolon are what they are."""
    unit = units(night(*words, start="/opt/$a %d/x"))["plans.service"]
    assert systemd_words(value(unit, "ExecStart")[0]) == ["/opt/$a %d/x", *words]


@given(words=WORDS)
@example(words=list(ODD))
def test_windows_reads_the_words(words: list[str]) -> None:
    """Quotes and backslashes come back; a word that the Task Scheduler would replace is refused."""
    made = night(*words, folder=r"\\server\été & co", start=r"C:\Program Files\x.exe")
    if re.search(r"%[^%]+%|\$\(", " ".join(words)):
        with pytest.raises(UsageError, match="SX188"):
            task(made, date(2026, 12, 1))
        return
    action = etree.fromstring(task(made, date(2026, 12, 1))).find(f"{{{SPACE}}}Actions/{{{SPACE}}}Exec")
    assert action is not None
    assert windows_words(action.findtext(f"{{{SPACE}}}Arguments") or "") == words
    assert action.findtext(f"{{{SPACE}}}WorkingDirectory") == r"\\server\été & co"


def cron_input(whole: str) -> str:
    """What cron hands to the shell: fields off, the backslash before a % off; an open % would end it."""
    command = whole.split(" ", 5)[5]
    assert not re.search(r"(?<!\\)%", command)
    return command.replace("\\%", "%")


def test_cron_and_the_shell_read_the_words(tmp_path: Path) -> None:
    """The line, read as cron reads it and run by a shell, starts the program with the words in the folder."""
    folder = tmp_path / 'été 50% d\'"œuvre"'
    folder.mkdir()
    show = tmp_path / "show me"
    show.write_text('#!/bin/sh\nprintf "%s\\0" "$PWD" "$LANGUAGE" "$@"\n', encoding="utf-8")
    show.chmod(0o755)
    made = Night(
        "plans", "", ((str(show), *ODD), (str(show), "b")), str(folder), time(2), (), {"LANGUAGE": "f r"}
    )
    done = subprocess.run(["/bin/sh", "-c", cron_input(line(made))], check=True, capture_output=True)
    assert done.stdout.decode().split("\0") == [str(folder), "f r", *ODD, str(folder), "f r", "b", ""]


@pytest.mark.parametrize("word", ["a\\\\b", "50\\%", "x" * 1000])
def test_cron_refuses_what_crons_read_differently(word: str) -> None:
    """Doubled backslashes, one before a %, and a line that is too long."""
    with pytest.raises(UsageError, match="SX188"):
        line(night(word))


@pytest.mark.parametrize("word", ["a\nb", "a\rb", "\0", "\x1b[0m"])
def test_no_timer_takes_control_characters(word: str) -> None:
    """A line break would begin another line of the unit or the table."""
    for make in (lambda: night(word), lambda: night(folder=word), lambda: night(user=word)):
        with pytest.raises(UsageError, match="SX188"):
            make()


@pytest.mark.parametrize("name", ["", "a b", "../x", "-x", ".x", "é"])
def test_names_are_plain(name: str) -> None:
    """A name becomes one of files and units."""
    with pytest.raises(UsageError, match="SX188"):
        Night(name, "", (("/x",),), "/", time(2))


@pytest.mark.parametrize("folder", ["/a ", "/a\\", "-a"])
def test_systemd_refuses_a_folder_that_it_would_cut(folder: str) -> None:
    """A folder is written as it stands: what ends or continues a line cannot be part of it."""
    with pytest.raises(UsageError, match="SX188"):
        units(night(folder=folder))


@pytest.mark.parametrize(("program", "folder"), [("/bin/x", r"C:\a"), (r"C:\x.exe", "/srv"), ("x", r"C:\a")])
def test_a_task_needs_paths_of_windows(program: str, folder: str) -> None:
    """A task written on another system must not name that system's paths."""
    with pytest.raises(UsageError, match="SX189"):
        task(night(start=program, folder=folder), date(2026, 12, 1))


def test_when() -> None:
    """Time and days in the three forms; the second command is run after the first whatever became of it."""
    made = Night(
        "plans", "50 %", (("/x", "a"), ("/x", "b")), "/srv", time(2, 5), (0, 6), {"A": 'b "c"'}, "nuit"
    )
    service, timer = units(made)["plans.service"], units(made)["plans.timer"]
    assert "OnCalendar=Mon,Sun *-*-* 02:05:00\n" in timer
    assert "Persistent=true\n" in timer
    assert value(service, "ExecStopPost") == ['"/x" "b"']
    assert value(service, "Environment") == [r'"A=b \"c\""']
    assert "User=nuit\n" in service
    assert "SuccessExitStatus=1\n" in service
    assert line(made).startswith("5 2 * * 1,0 cd /srv && ")
    assert line(night()).startswith("5 2 * * * ")
    assert "OnCalendar=*-*-* 02:05:00\n" in units(night())["plans.timer"]


@pytest.mark.parametrize("days", [(), (0, 6)])
def test_a_task_is_built_as_the_schema_says(days: tuple[int, ...]) -> None:
    """Elements of schema 1.3 in an order that it allows, boundaries as dates, one context for the actions."""
    made = night("a", folder=r"C:\a", start=r"C:\x.exe", days=days, user="DOM\\été")
    content = task(made, date(2026, 12, 1))
    assert content.startswith((b"\xff\xfe", b"\xfe\xff"))
    root = etree.fromstring(content)
    shown = [etree.QName(element).localname for element in root.iter()]
    assert shown[:6] == [
        "Task",
        "RegistrationInfo",
        "Description",
        "Triggers",
        "CalendarTrigger",
        "StartBoundary",
    ]
    schedule = ["ScheduleByWeek", "WeeksInterval", "DaysOfWeek", "Monday", "Sunday"]
    assert shown[6 : shown.index("Principals")] == (schedule if days else ["ScheduleByDay", "DaysInterval"])
    assert shown[shown.index("Principals") :] == [
        "Principals", "Principal", "UserId", "LogonType", "RunLevel",
        "Settings", "MultipleInstancesPolicy", "DisallowStartIfOnBatteries", "StopIfGoingOnBatteries",
        "StartWhenAvailable", "ExecutionTimeLimit",
        "Actions", "Exec", "Command", "Arguments", "WorkingDirectory",
    ]  # fmt: skip
    texts = {etree.QName(element).localname: element.text for element in root.iter()}
    assert (root.get("version"), texts["StartBoundary"]) == ("1.3", "2026-12-01T02:05:00")
    assert (texts["UserId"], texts["LogonType"]) == ("DOM\\été", "Password")
    names = f"{{{SPACE}}}"
    actions, principal = root.find(f"{names}Actions"), root.find(f"{names}Principals/{names}Principal")
    assert actions is not None
    assert principal is not None
    assert actions.get("Context") == principal.get("id")


def test_systemd_itself_takes_the_units(tmp_path: Path) -> None:
    """``systemd-analyze verify`` has nothing to say of units with all that is odd."""
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("there is no systemd-analyze here")
    folder = tmp_path / 'été 50% d\'"œuvre"'
    folder.mkdir()
    shell = shutil.which("sh") or "/bin/sh"
    made = Night("plans", "50 %", ((shell, *ODD), (shell, "b")), str(folder), time(2), (0, 6), {"A": 'b "c"'})
    paths = []
    for name, content in units(made).items():
        paths.append(tmp_path / name)
        paths[-1].write_text(content, encoding="utf-8")
    done = subprocess.run(
        [analyze, "verify", "--man=no", *paths], capture_output=True, text=True, check=False
    )
    told = [said for said in (done.stdout + done.stderr).splitlines() if "plans." in said]
    assert (done.returncode, told) == (0, [])


def test_the_program_starts_from_anywhere(tmp_path: Path) -> None:
    """The words start this program in a folder that holds a module of Python's name, without the path."""
    (tmp_path / "json.py").write_text("raise SystemExit(9)\n", encoding="utf-8")
    done = subprocess.run(
        [*program(), "--version"],
        cwd=tmp_path,
        env={key: text for key, text in os.environ.items() if key != "PATH"},
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stdout[:12]) == (0, b"strategy-xl,"), done.stderr
