"""Install the wheel as people get it, for ``make test``: in an environment of its own, without the checkout.

What the wheel needs comes from the environment that runs this (the developer's), by a path file: Python takes
packages from the folders that such a file names, but does not read those folders' own path files, hence finds
no checkout, at which an editable install points. Nothing is downloaded, and it takes a few seconds.
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


def run(*command: str) -> None:
    """Run a module of this Python; what it says is shown when it fails."""
    done = subprocess.run([sys.executable, "-m", *command], capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stdout + done.stderr)


def install(home: Path) -> None:
    """Make the environment anew, with the wheel in it.

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
        run("build", "--wheel", "--no-isolation", "--outdir", folder, str(ROOT))
        (wheel,) = Path(folder).glob("*.whl")
        run("pip", "--python", str(python), "install", "--no-deps", str(wheel))
    others = sysconfig.get_paths()
    lines = dict.fromkeys((others["purelib"], others["platlib"]))
    Path(paths["purelib"], "needs.pth").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    run("pip", "--python", str(python), "check")  # its own list of what it needs is met


def main() -> None:
    """Install into the folder that is named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("home", type=Path, help="where the environment goes")
    install(parser.parse_args().home)


if __name__ == "__main__":
    main()
