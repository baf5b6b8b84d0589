"""Whether a file lies on this machine or on a file server, where SQLite's log does not work."""

from __future__ import annotations

import os
import sys
from pathlib import Path

_REMOTE = frozenset(
    ("9p", "afs", "beegfs", "ceph", "cifs", "coda", "davfs", "fuse", "gfs2", "glusterfs", "gpfs", "lustre")
) | frozenset(("ncpfs", "nfs", "nfs4", "ocfs2", "smb2", "smb3", "smbfs", "sshfs", "vboxsf", "virtiofs"))
_LOCAL_FUSE = frozenset(("fuse.fuse-overlayfs", "fuseblk"))
_DRIVE_REMOTE = 4
_WRITE_FORMAT = 18
"""Byte of a SQLite file that says how it is written: 2 with a log."""
_WITH_LOG = 2
_MOUNTS = Path("/proc/self/mountinfo")


def is_remote(folder: Path) -> bool:
    """Whether a folder is, or may be, on another machine."""
    place = Path(os.path.realpath(folder))
    if sys.platform == "win32":
        return _is_remote_drive(place)
    kind = mount_kind(place)
    return not kind or (kind not in _LOCAL_FUSE and kind.partition(".")[0] in _REMOTE)


def mount_kind(place: Path) -> str:
    """The kind of file system that a path lies on, ``ext4``; "" where the system does not tell."""
    try:
        lines = _MOUNTS.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return ""
    best, kind = -1, ""
    for line in lines:
        fields = line.split()
        mount = Path(fields[4].replace("\\040", " ").replace("\\011", "\t").replace("\\134", "\\"))
        # Of two mounts on one place the later one is seen.
        if place.is_relative_to(mount) and len(mount.parts) >= best:
            best, kind = len(mount.parts), fields[fields.index("-") + 1]
    return kind


def _is_remote_drive(place: Path) -> bool:
    import ctypes

    drive = place.drive
    if drive.startswith("\\\\"):
        return True
    kinds = getattr(ctypes, "windll").kernel32  # noqa: B009 - not there for the type checker of other systems
    return bool(kinds.GetDriveTypeW(f"{drive}\\") == _DRIVE_REMOTE)


def has_log(file: Path) -> bool:
    """Whether a SQLite file is in the mode that only programs of one machine can share."""
    try:
        with file.open("rb") as stream:
            head = stream.read(_WRITE_FORMAT + 1)
    except OSError:  # whoever opens it meets it too
        return False
    return len(head) > _WRITE_FORMAT and head[_WRITE_FORMAT] == _WITH_LOG
