"""The tests here share a helper module and a tool, which importlib mode does not find by itself."""

import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[2] / "tools")]
