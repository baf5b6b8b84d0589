"""What the file system knows of a file beside its bytes: may it be replaced, and does all of that stay."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

from strategy_xl.errors import Location, WorkbookError

_PEOPLES = ("user.", "system.")
"""What extended attributes begin with that people rely on: their own, and access lists."""


def refuse_if_kept(final: Path, where: Location) -> None:
    """Raise for a file that must not be replaced by a new one.

    Errors: WorkbookError SX170 read-only (for an administrator too: somebody has set it so), SX171 other
    names lead to the same file, which a new one would part from it.
    """
    status = final.stat()
    if not stat.S_ISREG(status.st_mode):
        raise WorkbookError("SX917", where, reason=os.strerror(errno.EINVAL))
    if not status.st_mode & 0o222 or not os.access(final, os.W_OK):
        raise WorkbookError("SX170", where)
    if status.st_nlink > 1:
        raise WorkbookError("SX171", where, n=status.st_nlink - 1)


def copy_attributes(final: Path, new: Path, where: Location) -> None:
    """Give a new file the owner, group, mode, access list and extended attributes of the one it replaces.

    Errors: WorkbookError SX172 the owner or the group cannot be kept and would lose access, SX173 an access
    list or an attribute cannot be kept.
    """
    before = final.stat()
    if hasattr(os, "chown"):
        _give(before, new, where)
    new.chmod(stat.S_IMODE(before.st_mode))  # after the owner: a change of owner takes bits away
    if hasattr(os, "listxattr"):
        _copy_extended(final, new, where)


def _copy_extended(final: Path, new: Path, where: Location) -> None:
    """Extended attributes, which on Linux hold the access list too."""
    try:
        wanted = {name: os.getxattr(final, name) for name in os.listxattr(final)}
        there = {name: os.getxattr(new, name) for name in os.listxattr(new)}
    except OSError as error:
        if error.errno == errno.ENOTSUP:  # the file system has none
            return
        raise
    for name in {**wanted, **there}:
        try:
            if name not in wanted:  # a folder may hand down an access list that the old file does not have
                os.removexattr(new, name)
            elif there.get(name) != wanted[name]:
                os.setxattr(new, name, wanted[name])
        except OSError as error:
            if name.startswith(_PEOPLES):  # the others are the system's own, and its to set
                reason = error.strerror or str(error)
                raise WorkbookError("SX173", where, name=name, reason=reason) from error


def _give(before: os.stat_result, new: Path, where: Location) -> None:
    """Give a file to its owner and group, or make sure that nobody loses by our not being allowed to."""
    now = new.stat()
    if now.st_gid != before.st_gid and not _chown(new, -1, before.st_gid):
        of_group, of_others = before.st_mode >> 3 & 7, before.st_mode & 7
        if of_group & ~of_others:
            raise WorkbookError("SX172", where, owner=_group_name(before.st_gid))
    if now.st_uid != before.st_uid and not _chown(new, before.st_uid, -1) and not _has_access(before, new):
        raise WorkbookError("SX172", where, owner=_user_name(before.st_uid))


def _chown(path: Path, user: int, group: int) -> bool:
    try:
        os.chown(path, user, group)
    except PermissionError:
        return False
    return True


def _has_access(before: os.stat_result, new: Path) -> bool:
    """Whether the old owner could read and write the file as one of its group or as anybody."""
    import grp
    import pwd

    if before.st_mode & 0o006 == 0o006:
        return True
    try:
        owner = pwd.getpwuid(before.st_uid)
        members = grp.getgrgid(new.stat().st_gid).gr_gid in os.getgrouplist(owner.pw_name, owner.pw_gid)
    except KeyError:  # the system does not know the user or the group
        return False
    return members and before.st_mode & 0o060 == 0o060


def _user_name(number: int) -> str:
    import pwd

    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return str(number)


def _group_name(number: int) -> str:
    import grp

    try:
        return grp.getgrgid(number).gr_name
    except KeyError:
        return str(number)
