"""Install the wheel as people get it, for ``make test``: in an environment of its own, without the checkout.

What the wheel needs comes from the environment that runs this (the developer's), by a path file: Python takes
packages from the folders that such a file names, but not those folders' own path files, hence not the checkout
that an editable install points at. So nothing is downloaded, and it takes a few seconds.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parents[1]


def pip(python: Path, *arguments: str) -> None:
    """Run this environment's pip for another Python; what it says is shown when it fails."""
    command = [
        sys.executable,
        "-m",
        "pip",
        "--disable-pip-version-check",
        "--python",
        str(python),
        *arguments,
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stdout + done.stderr)


def build(folder: Path) -> Path:
    """The wheel of the checkout, built into a folder."""
    tool = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    done = subprocess.run(tool, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stdout + done.stderr)
    (wheel,) = folder.glob("*.whl")
    return wheel


def install(home: Path) -> Path:
    """Make the environment anew, with the wheel in it; gives its Python.

    Arguments:
        home: its folder; what is there already is removed when it is such an environment, else refused.
    """
    if home.exists() and not (home / "pyvenv.cfg").is_file():
        sys.exit(f"{home} is there already and holds something else")
    shutil.rmtree(home, ignore_errors=True)
    venv.create(home, with_pip=False)
    paths = sysconfig.get_paths(scheme="venv", vars={"base": str(home), "platbase": str(home)})
    python = Path(paths["scripts"], "python")
    with TemporaryDirectory() as folder:
        pip(python, "install", "--no-deps", str(build(Path(folder))))
    others = sysconfig.get_paths()
    lines = dict.fromkeys((others["purelib"], others["platlib"]))
    Path(paths["purelib"], "needs.pth").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    pip(python, "check")  # its own list of what it needs is met
    return python


def main() -> None:
    """Install into the folder that is named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("home", type=Path, help="where the environment goes")
    install(parser.parse_args().home)


if __name__ == "__main__":
    main()
