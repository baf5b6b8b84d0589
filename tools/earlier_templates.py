"""Pack the templates of a landed version into the program, for ``upgrade`` to render them again.

``python tools/earlier_templates.py 3 COMMIT`` writes ``strategy_xl/schema/landed/3.json.xz`` from the
templates as a commit has them. Run it on the last commit before ``schema_version`` is raised. Keys that
templates have no more are left out: they said how something is drawn, not what it says.
"""

from __future__ import annotations

import argparse
import io
import json
import lzma
import subprocess
import tarfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
GONE = {"threshold = "}
"""How lines begin whose keys templates have no more."""


def pack(commit: str) -> bytes:
    """The packed templates of a commit."""
    done = subprocess.run(  # noqa: S603 - the arguments are ours
        ["git", "archive", commit, "workbook_templates"],  # noqa: S607
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    texts: dict[str, str] = {}
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
        for item in archive:
            name = Path(item.name)
            if name.suffix == ".toml" and (found := archive.extractfile(item)) is not None:
                lines = found.read().decode().splitlines()
                texts[name.stem] = "\n".join(line for line in lines if not any(map(line.startswith, GONE)))
    content = json.dumps(texts, ensure_ascii=False, sort_keys=True).encode()
    return lzma.compress(content, preset=9 | lzma.PRESET_EXTREME)


def main() -> None:
    """Pack one version."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "edition", help="name of the file: the schema version, with a letter for an earlier one"
    )
    parser.add_argument("commit")
    asked = parser.parse_args()
    target = ROOT / "strategy_xl" / "schema" / "landed" / f"{asked.edition}.json.xz"
    target.write_bytes(pack(asked.commit))


if __name__ == "__main__":
    main()
