"""The short form of ``make fuzz``, with a fixed seed, and what the harness itself must be able to do."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

if sys.platform != "linux":
    pytest.skip("processes are forked and measured in /proc", allow_module_level=True)

import mutations

ROOT = Path(__file__).parents[2]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the harness, without the corpus, so that the cases are the same everywhere."""
    environment = {**os.environ, "STRATEGY_XL_SHARED": "/nowhere"}
    command = [sys.executable, str(ROOT / "tools" / "fuzz.py"), *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=500)


def test_forty_cases(tmp_path: Path) -> None:
    """No crash, no hang, no memory over the cap, nothing harmed, nothing that a validator rejects."""
    done = run("--seed", "20", "--cases", "40", "--folder", str(tmp_path))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "| all | 40 |" in done.stdout
    treated = next(line for line in done.stdout.splitlines() if line.startswith("| all |")).split("|")
    assert int(treated[3]) > 10  # whatever is refused, much is treated
    assert int(treated[4]) > 10
    assert list(tmp_path.iterdir()) == []


def test_a_case_is_treated_again(tmp_path: Path) -> None:
    """``--replay`` treats a saved input as it was saved, and exits with what comes of it."""
    about = {"seed": 1, "number": 5, "kind": "formula", "base": "", "block": "template"}
    (tmp_path / "case.json").write_text(json.dumps(about))
    (tmp_path / "input.txt").write_text("1+1")
    done = run("--replay", str(tmp_path))
    assert (done.returncode, done.stdout.split()[0]) == (0, "ok"), done.stdout + done.stderr
    (tmp_path / "input.txt").write_text("1+")
    assert run("--replay", str(tmp_path)).stdout.startswith("refused")


@pytest.mark.parametrize("mutate", [mutations.mutated_zip, mutations.mutated_xml, mutations.mutated_markup,
                                    mutations.mutated_cells])  # fmt: skip
def test_a_mutation_comes_from_its_seed_alone(mutate: object, tmp_path: Path) -> None:
    """The same seed gives the same bytes, another seed others."""
    part = b'<worksheet><sheetData><row r="1"><c r="A1" s="1"><v>1</v></c></row></sheetData></worksheet>'
    data = mutations.zipped({"xl/worksheets/sheet1.xml": mutations._packed(part)})
    made = [mutate(data, Random(seed)) for seed in (1, 1, 2)]  # type: ignore[operator]  # noqa: S311
    assert made[0] == made[1] != made[2]
