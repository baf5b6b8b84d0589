"""A PostgreSQL of our own for tests and simulations: in a temporary folder, on a socket, gone afterwards."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_SYSTEM_USER = "postgres"
_OPTIONS = "-c listen_addresses='' -c fsync=off -c full_page_writes=off -c synchronous_commit=off"


def postgres_programs() -> Path | None:
    """The folder of the server's programs: on the path, or where Debian has them; None when there is none."""
    found = shutil.which("initdb")
    if found is not None:
        return Path(os.path.realpath(found)).parent
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    return folders[-1].parent if folders else None


@contextmanager
def postgres_server(programs: Path) -> Iterator[str]:
    """Run a server and give the address of its empty database.

    The server refuses to run as root; root runs it as the user that Debian's package brings.

    Arguments:
        programs: folder of ``initdb`` and ``pg_ctl``.
    """
    user = _SYSTEM_USER if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
    folder = Path(tempfile.mkdtemp(prefix="sxl-pg-"))  # short: the name of a socket has but 107 bytes
    data = folder / "data"
    as_user = ["runuser", "-u", user, "--"] if os.geteuid() == 0 else []

    def run(*words: str) -> None:
        subprocess.run(
            [*as_user, *words], check=True, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT
        )

    if as_user:
        shutil.chown(folder, user)
    try:
        run(
            str(programs / "initdb"), "-D", str(data), "-U", user, "-A", "trust", "-E", "UTF8", "--locale=C",
            "--no-sync",
        )  # fmt: skip
        options = f"{_OPTIONS} -k {folder}"
        run(
            str(programs / "pg_ctl"), "-D", str(data), "-w", "-l", str(folder / "log"), "-o", options, "start"
        )
        try:
            yield f"postgresql://{user}@/postgres?host={folder}"
        finally:
            run(str(programs / "pg_ctl"), "-D", str(data), "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
