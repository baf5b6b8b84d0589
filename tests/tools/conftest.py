"""The tools are scripts: their folder goes on the path, and with it the auditors that they use."""

import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT / "tools"), str(ROOT / "tests" / "auditing"), str(ROOT / "tests" / "hosts")]
