"""The tests here share helper modules, some of them tools; importlib mode does not find them by itself."""

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parents[1] / "tools")]
