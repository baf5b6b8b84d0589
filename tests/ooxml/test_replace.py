"""A file takes another's place: whole, never over what is newer, with all the file system knows of it."""

from __future__ import annotations

import errno
import os
import stat
import struct
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from strategy_xl.errors import WorkbookChangedError, WorkbookError
from strategy_xl.ooxml import replace, swap
from strategy_xl.ooxml.backups import Backups
from strategy_xl.ooxml.patch import set_cells
from strategy_xl.ooxml.replace import atomic_replace, remove_stale
from strategy_xl.ooxml.snapshot import Snapshot, same_file_key

pytestmark = pytest.mark.skipif(os.name == "nt", reason="links, owners and modes of POSIX")
ROOT_ONLY = pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root gives away")


@pytest.fixture
def book(kit: Any, sheet: Any, tmp_path: Path) -> Path:
    """A small workbook in a folder of its own."""
    path: Path = kit({"One": sheet('<row r="1"><c r="A1"><v>1</v></c></row>')}).write(tmp_path / "a.xlsx")
    return path


@pytest.fixture(params=["exchange", "link", "copy"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Each way of replacing: names exchanged, a second name, a copy where there are no second names."""

    def cannot(*_args: object) -> None:
        raise OSError(errno.ENOTSUP, "not here")

    if request.param != "exchange":
        monkeypatch.setattr(swap, "exchange", cannot)
    if request.param == "copy":
        monkeypatch.setattr(os, "link", cannot)
    return str(request.param)


def code_of(call: Callable[[], object]) -> str:
    """The code that a call is stopped with."""
    with pytest.raises(WorkbookError) as error:
        call()
    return error.value.finding.code


def edit(path: Path, **options: Any) -> Any:
    """Change the one cell."""
    return set_cells(path, path, {"One": {"A1": time.monotonic_ns() % 1_000_003}}, **options)


def names(folder: Path) -> list[str]:
    """What stands in a folder, ours hidden excepted."""
    return sorted(entry.name for entry in folder.iterdir() if entry.name != ".strategy_xl")


# -- never over what is newer ------------------------------------------------------------------------------


def test_every_way_replaces_and_keeps(book: Path, way: str) -> None:
    """Whatever the file system can do: the new file has the name, the old one is kept, no other is left."""
    old = book.read_bytes()
    report = edit(book, backups=1)
    assert report.backup.read_bytes() == old
    assert book.read_bytes() != old
    assert book.stat().st_nlink == report.backup.stat().st_nlink == 1
    assert names(book.parent) == ["a.xlsx"]


def renamed_over(path: Path, content: bytes) -> None:
    """Save as careful programs do: another file, then its name."""
    other = path.with_name("theirs")
    other.write_bytes(content)
    os.rename(other, path)  # noqa: PTH104 - a test stands in for os.replace


SAVES: dict[str, Callable[[Path], object]] = {
    "in place": lambda path: path.write_bytes(b"saved by somebody else"),
    "same size": lambda path: path.write_bytes(path.read_bytes()[::-1]),
    "renamed over": lambda path: renamed_over(path, b"theirs"),
    "same bytes, other file": lambda path: renamed_over(path, path.read_bytes()),
    "appended": lambda path: path.open("ab").write(b"more"),
}


@pytest.mark.parametrize("save", SAVES.values(), ids=SAVES.keys())
def test_a_save_before_the_last_look(book: Path, save: Callable[[Path], object]) -> None:
    """A file that was written in any way since it was read stays as it is now."""
    snapshot = Snapshot.take(book)
    save(book)
    now = book.read_bytes()
    for _ in range(4):
        with pytest.raises(WorkbookChangedError):
            set_cells(snapshot, book, {"One": {"A1": 5}}, backups=1)
    assert book.read_bytes() == now
    assert names(book.parent) == ["a.xlsx"]


def test_same_size_and_time(book: Path) -> None:
    """The hash tells another content of the same size with the same time."""
    snapshot, status = Snapshot.take(book), book.stat()
    with book.open("r+b") as stream:
        stream.write(b"XX")
    os.utime(book, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert snapshot.stamp.of(book) == snapshot.stamp
    assert not snapshot.is_current()


@pytest.mark.parametrize("save", SAVES.values(), ids=SAVES.keys())
def test_a_save_after_the_last_look(
    book: Path, monkeypatch: pytest.MonkeyPatch, save: Callable[[Path], object]
) -> None:
    """A save in the instant between the last look and the swap gets its name back."""
    real, seen = replace.swap, []

    def late(new: Path, final: Path, *args: Any, **options: Any) -> Any:
        save(final)
        seen.append(final.read_bytes())
        return real(new, final, *args, **options)

    monkeypatch.setattr(replace, "swap", late)
    with pytest.raises(WorkbookChangedError):
        edit(book, backups=3)
    assert [book.read_bytes()] == seen
    assert names(book.parent) == ["a.xlsx"]
    assert not (book.parent / ".strategy_xl").exists()


def test_a_late_save_without_exchange(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where names cannot be exchanged, a save into the file between the two steps gets its name back too."""

    def cannot(*_args: object) -> None:
        raise OSError(errno.ENOTSUP, "not here")

    real = os.replace
    monkeypatch.setattr(swap, "exchange", cannot)

    def late(source: Path, target: Path) -> None:
        if Path(target) == book and Path(source).name.startswith(".sx-") and not done:
            done.append(book.write_bytes(b"theirs"))
        real(source, target)

    done: list[int] = []
    monkeypatch.setattr(os, "replace", late)
    with pytest.raises(WorkbookChangedError):
        edit(book)
    assert done
    assert book.read_bytes() == b"theirs"


def test_a_yet_newer_file_stays(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody who saves twice around the swap keeps his second file."""
    real = replace.swap

    def late(new: Path, final: Path, *args: Any, **options: Any) -> Any:
        final.write_bytes(b"first")
        old = real(new, final, *args, **options)
        SAVES["renamed over"](final)
        return old

    monkeypatch.setattr(replace, "swap", late)
    with pytest.raises(WorkbookChangedError):
        edit(book)
    assert book.read_bytes() == b"theirs"
    assert names(book.parent) == ["a.xlsx"]


def test_a_file_written_while_it_is_read(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A snapshot is of one moment: a write during the reading is seen."""
    stamps = iter([Snapshot.take(book).stamp, Snapshot.take(book).stamp._replace(mtime_ns=1)])
    monkeypatch.setattr("strategy_xl.ooxml.snapshot.Stamp.of", lambda _file: next(stamps))
    with pytest.raises(WorkbookChangedError):
        Snapshot.take(book)


def test_half_written_is_changed_not_damaged(book: Path) -> None:
    """What looks damaged because it was read in the middle of a save is told as changed."""
    whole = book.read_bytes()
    book.write_bytes(whole[:200])
    snapshot = Snapshot.take(book)
    assert code_of(lambda: set_cells(snapshot, book, {"One": {"A1": 5}})) == "SX902"
    book.write_bytes(whole)
    with pytest.raises(WorkbookChangedError), snapshot.held():
        set_cells(snapshot, book, {"One": {"A1": 5}})


# -- what the file system knows ----------------------------------------------------------------------------


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o664, 0o2770, 0o200])
def test_mode(book: Path, way: str, mode: int) -> None:
    """Every bit of the mode stays."""
    book.chmod(mode)
    if os.geteuid() != 0 and not mode & 0o400:
        pytest.skip("only root reads what nobody may read")
    edit(book)
    assert stat.S_IMODE(book.stat().st_mode) == mode


@pytest.mark.parametrize("mode", [0o444, 0o400, 0o555])
def test_read_only(book: Path, mode: int) -> None:
    """A file without a write bit is not replaced, not even by root, and nothing is left beside it."""
    book.chmod(mode)
    before = book.read_bytes(), book.stat()
    assert code_of(lambda: edit(book, backups=1)) == "SX170"
    assert (book.read_bytes(), book.stat().st_ino) == (before[0], before[1].st_ino)
    assert sorted(entry.name for entry in book.parent.iterdir()) == ["a.xlsx"]


def test_hard_links(book: Path) -> None:
    """A file with a second name is not parted from it."""
    other = book.with_name("b.xlsx")
    os.link(book, other)
    before = book.read_bytes()
    assert code_of(lambda: edit(book)) == "SX171"
    assert book.samefile(other)
    assert other.read_bytes() == before
    other.unlink()
    assert edit(book).written


def test_symbolic_links(book: Path, tmp_path: Path) -> None:
    """A chain of links stays; the file behind is replaced, its backup lies beside it."""
    folder = tmp_path / "links"
    folder.mkdir()
    first, second = folder / "one.xlsx", folder / "two.xlsx"
    first.symlink_to("../a.xlsx")
    second.symlink_to("one.xlsx")
    report = edit(second, backups=1)
    assert os.readlink(first) == "../a.xlsx"  # noqa: PTH115 - the text of the link
    assert second.is_symlink()
    assert report.backup.parent == tmp_path / ".strategy_xl" / "backups" / "a.xlsx"
    assert names(folder) == ["one.xlsx", "two.xlsx"]


@pytest.fixture
def attributes(book: Path) -> Path:
    """A folder whose file system has extended attributes; the test skips where there are none."""
    try:
        os.setxattr(book, "user.comment", b"of the staff")
    except (OSError, AttributeError):
        pytest.skip("no extended attributes here")
    return book


def access_list(group_bits: int) -> bytes:
    """A POSIX access list that lets user 4321 write, as the kernel keeps it."""
    entries = [(1, 6, -1), (2, 6, 4321), (4, group_bits, -1), (0x10, 6, -1), (0x20, 0, -1)]
    return struct.pack("<I", 2) + b"".join(struct.pack("<HHi", *entry) for entry in entries)


def test_extended_attributes_and_access_lists(attributes: Path, way: str) -> None:
    """People's attributes and access lists are on the new file."""
    try:
        os.setxattr(attributes, "system.posix_acl_access", access_list(4))
    except OSError:
        pytest.skip("no access lists here")
    mode = attributes.stat().st_mode
    edit(attributes)
    assert os.getxattr(attributes, "user.comment") == b"of the staff"
    assert os.getxattr(attributes, "system.posix_acl_access") == access_list(4)
    assert attributes.stat().st_mode == mode


def test_an_access_list_handed_down_by_the_folder(attributes: Path) -> None:
    """A file without access list does not get one by being replaced."""
    try:
        os.setxattr(attributes.parent, "system.posix_acl_default", access_list(6))
    except OSError:
        pytest.skip("no access lists here")
    attributes.chmod(0o640)
    edit(attributes)
    assert "system.posix_acl_access" not in os.listxattr(attributes)
    assert stat.S_IMODE(attributes.stat().st_mode) == 0o640


def test_an_attribute_that_cannot_stay(attributes: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rather than lose an attribute, the file is left as it is; the system's own are the system's."""
    before = attributes.read_bytes()

    def refuse(_path: object, name: str, _value: bytes) -> None:
        raise PermissionError(errno.EPERM, f"no {name}")

    monkeypatch.setattr(os, "setxattr", refuse)
    assert code_of(lambda: edit(attributes)) == "SX173"
    assert attributes.read_bytes() == before
    real = os.listxattr
    monkeypatch.setattr(os, "listxattr", lambda path: [] if ".sx-" in str(path) else ["security.label"])
    monkeypatch.setattr(os, "getxattr", lambda _path, _name: b"x")
    assert edit(attributes).written
    assert real(attributes) == []


@ROOT_ONLY
def test_owner_and_group(book: Path, way: str) -> None:
    """Root gives the new file to whom the old one belonged."""
    os.chown(book, 4321, 8765)
    book.chmod(0o640)
    report = edit(book, backups=1)
    for path in (book, report.backup):
        assert (path.stat().st_uid, path.stat().st_gid, path.stat().st_mode & 0o777) == (4321, 8765, 0o640)


@ROOT_ONLY
@pytest.mark.parametrize(
    ("mode", "group", "code"),
    [
        (0o644, 0, "SX172"),  # the owner could no longer write
        (0o660, 0, "SX172"),  # he is not of root's group
        (0o646, 0, ""),  # anybody may
        (0o664, 8765, "SX172"),  # the group could no longer write
        (0o622, 8765, "SX172"),  # the owner could no longer read
        (0o666, 8765, ""),  # nobody loses
    ],
)
def test_who_would_lose_access(
    book: Path, monkeypatch: pytest.MonkeyPatch, mode: int, group: int, code: str
) -> None:
    """Without the right to give a file away it is replaced only when nobody loses by it."""
    os.chown(book, 4321, group)
    book.chmod(mode)
    before = book.read_bytes()

    def refuse(*_args: object) -> None:
        raise PermissionError(errno.EPERM, "not yours")

    monkeypatch.setattr(os, "chown", refuse)
    if code:
        assert code_of(lambda: edit(book)) == code
        assert book.read_bytes() == before
        assert names(book.parent) == ["a.xlsx"]
    else:
        assert edit(book).written


@ROOT_ONLY
def test_as_somebody_without_rights(book: Path) -> None:
    """A person who may write in the folder does not take another's file from him, and is told."""
    book.parent.chmod(0o777)
    for folder in book.parents:
        if not folder.stat().st_mode & 1:
            folder.chmod(folder.stat().st_mode | 0o011)
    book.chmod(0o664)
    os.chown(book, 4321, 65534)
    before = book.read_bytes()
    child = os.fork()
    if not child:
        code = "none"
        try:
            os.setgroups([])
            os.setgid(65534)
            os.setuid(65534)
            edit(book)
        except WorkbookError as error:
            code = error.finding.code
        finally:
            os._exit({"SX172": 42, "none": 0}.get(code, 1))
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 42
    assert book.read_bytes() == before
    assert names(book.parent) == ["a.xlsx"]


def test_a_full_disk_is_told(book: Path) -> None:
    """Whatever the file system refuses while the file is written is a finding; nothing is left."""
    before = book.read_bytes()

    def full() -> None:
        with atomic_replace(book):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    assert code_of(full) == "SX917"
    assert book.read_bytes() == before
    assert names(book.parent) == ["a.xlsx"]


def test_a_folder_is_no_workbook(tmp_path: Path) -> None:
    """A folder of the same name is not replaced."""
    folder = tmp_path / "a.xlsx"
    folder.mkdir()

    def put() -> None:
        with atomic_replace(folder) as stream:
            stream.write(b"x")

    assert code_of(put) == "SX917"
    assert folder.is_dir()


# -- names -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", [b"n" * 250 + b".xlsx", "é".encode() * 122 + b".xlsx", b"caf\xe9\xff.xlsx", b"a\nb .xlsx"]
)
def test_any_name(book: Path, name: bytes, way: str) -> None:
    """The longest names and those that are not UTF-8 are replaced and kept like others."""
    path = book.with_name(os.fsdecode(name))
    book.rename(path)
    old = path.read_bytes()
    report = edit(path, backups=2)
    assert report.backup.read_bytes() == old
    assert [entry.name for entry in path.parent.iterdir() if entry.suffix == ".xlsx"] == [path.name]


def test_same_file_key(book: Path, tmp_path: Path) -> None:
    """All names of a file have one key, different files and missing ones different keys."""
    link, hard = tmp_path / "l.xlsx", tmp_path / "h.xlsx"
    link.symlink_to(book)
    os.link(book, hard)
    other = tmp_path / "c.xlsx"
    other.write_bytes(book.read_bytes())
    spelled = f"{tmp_path}/../{tmp_path.name}/./a.xlsx"
    assert len({same_file_key(path) for path in (book, link, hard, spelled)}) == 1
    missing = tmp_path / "none.xlsx"
    assert len({same_file_key(path) for path in (book, other, missing)}) == 3
    assert same_file_key(missing) == same_file_key(f"{tmp_path}/./none.xlsx")


# -- what dead runs leave ----------------------------------------------------------------------------------


def test_stale_files_of_dead_runs(tmp_path: Path) -> None:
    """The files of a process that was killed go; those of living ones and everybody else's stay."""
    code = (
        "import os, sys\nfrom strategy_xl.ooxml.replace import atomic_replace\n"
        "with atomic_replace(sys.argv[1]) as s:\n s.write(b'half'); s.flush(); os.kill(os.getpid(), 9)"
    )
    dead = subprocess.run([sys.executable, "-c", code, str(tmp_path / "a.xlsx")], check=False)
    assert dead.returncode == -9
    (left,) = tmp_path.iterdir()
    assert len(left.name) < 50
    others = [".sx-notes.tmp", "~$a.xlsx", f".sx-00000000-{dead.returncode + 10}-0123456789ab.tmp"]
    for name in others:
        (tmp_path / name).write_bytes(b"x")
    with atomic_replace(tmp_path / "b.xlsx") as stream:
        stream.write(b"alive")
        assert remove_stale(tmp_path) == [left]
    assert sorted(names(tmp_path)) == sorted([*others, "b.xlsx"])


def test_stale_files_of_other_machines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another machine's file is nobody's after a day."""
    name = tmp_path / ".sx-00000000-1-0123456789ab.tmp"
    name.write_bytes(b"x")
    assert remove_stale(tmp_path) == []
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 25 * 3600)
    assert remove_stale(str(tmp_path)) == [name]


def test_a_second_name_left_by_a_dead_run(book: Path) -> None:
    """A run that died with a second name on the workbook does not make it a file with hard links for ever."""
    code = [sys.executable, "-c", "import os; print(os.getpid())"]
    process = subprocess.run(code, capture_output=True, check=True)
    os.link(book, book.with_name(f".sx-{replace._host()}-{int(process.stdout)}-0123456789ab.tmp"))
    assert edit(book).written
    assert names(book.parent) == ["a.xlsx"]


def test_backups_refused_leave_the_old_file(book: Path) -> None:
    """When the replaced file cannot be kept it has its name again."""
    (book.parent / ".strategy_xl").write_bytes(b"a file in the way")
    before = book.read_bytes()
    assert code_of(lambda: edit(book, backups=1)) == "SX175"
    assert book.read_bytes() == before
    assert edit(book, backups=0).written
    assert Backups(book, 1).versions() == []


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    """What is no file is refused at once."""
    pipe = tmp_path / "a.xlsx"
    os.mkfifo(pipe)
    assert code_of(lambda: Snapshot.take(pipe)) == "SX918"
